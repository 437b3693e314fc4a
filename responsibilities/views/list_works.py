"""Imports of many items while they are worked on: how far it is, and the way to cancel it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from organizations.models import Organization, User
from organizations.person import person_who_may
from organizations.roles import Capability
from responsibilities.list_work_page import PAGES
from responsibilities.models import ListImport


def drafter(request: HttpRequest) -> User:
    """The person, if allowed to write lists; raises PermissionDenied."""
    return person_who_may(request, Capability.DRAFT_LISTS)


@never_cache
@require_GET
def duty_reading(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading of an uploaded file is; then its preview, or why there is none."""
    user = drafter(request)
    return PAGES.watched(request, pk, user, ListImport.objects.visible_to(user))


@require_POST
def duty_reading_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels the reading."""
    return PAGES.stop_reading(
        request, pk, drafter(request),
        lambda work: Organization.objects.get(pk=work.payload["unit"] or work.payload["city"]),
    )  # fmt: skip


@require_POST
def duty_import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels what is done in the background."""
    user = drafter(request)
    return PAGES.stop_act(request, get_object_or_404(ListImport.objects.visible_to(user), pk=pk), user)
