"""Imports of many units while they are worked on: how far it is, and the way to cancel it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from background import acts
from background.models import Work
from lib import clock
from organizations import unit_work_page
from organizations.actions import unit_work
from organizations.models import Organization, UnitImport

from .units import manager


def act_page(request: HttpRequest, batch: UnitImport, work: Work) -> HttpResponse:
    """The page of an import that is worked on."""
    stop = reverse("unit_import_stop", args=[batch.pk])
    return _page(request, work, batch.kind, batch.name, stop)


def _page(request: HttpRequest, work: Work, register: str, name: str, stop: str) -> HttpResponse:
    context = {
        "work": work, "name": name, "work_words": unit_work_page.words(work), "work_stop": stop,
        "back": reverse(f"{register}_import_list"), "back_words": UnitImport.Kind(register).label,
        "ended": unit_work_page.ended(work),
    }  # fmt: skip
    return render(request, "background/act.html", context)


@never_cache
@require_GET
def unit_reading(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading of an uploaded file is; then its preview, or why there is none."""
    user = manager(request)
    work = get_object_or_404(acts.readings_of(unit_work.READ, user), pk=pk)
    if not work.is_unfinished and request.htmx:  # type: ignore[attr-defined]  # the bar asks on
        return HttpResponseClientRefresh()
    batch = UnitImport.objects.visible_to(user).filter(pk=work.result.get("batch")).first()
    if batch is not None:
        return redirect("unit_import", pk=batch.pk)
    stop = reverse("unit_reading_stop", args=[work.pk])
    return _page(request, work, work.payload["register"], work.payload["name"], stop)


@require_POST
def unit_reading_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels the reading."""
    user = manager(request)
    work = get_object_or_404(acts.readings_of(unit_work.READ, user), pk=pk)
    city = Organization.objects.get(pk=user.organization.root_id)
    if not unit_work.stop_reading(work=work, city=city, by=user, at=clock.now()):
        messages.info(request, _("It was finished before it could be cancelled."))
    return redirect("unit_reading", pk=pk)


@require_POST
def unit_import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels what is done in the background."""
    user = manager(request)
    batch = get_object_or_404(UnitImport.objects.visible_to(user), pk=pk)
    if not unit_work.stop(batch=batch, by=user, at=clock.now()):
        messages.info(request, _("It was finished before it could be cancelled."))
    return redirect("unit_import", pk=pk)
