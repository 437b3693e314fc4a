"""Imports of many units while they are worked on: how far it is, and the way to cancel it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from organizations.models import Organization, UnitImport
from organizations.unit_work_page import PAGES

from .units import manager


@never_cache
@require_GET
def unit_reading(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading of an uploaded file is; then its preview, or why there is none."""
    user = manager(request)
    return PAGES.watched(request, pk, user, UnitImport.objects.visible_to(user))


@require_POST
def unit_reading_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels the reading."""
    return PAGES.stop_reading(
        request, pk, manager(request), lambda work: Organization.objects.get(pk=work.payload["city"])
    )


@require_POST
def unit_import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels what is done in the background."""
    user = manager(request)
    return PAGES.stop_act(request, get_object_or_404(UnitImport.objects.visible_to(user), pk=pk), user)
