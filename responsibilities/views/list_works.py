"""Imports of many items while they are worked on: how far it is, and the way to cancel it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
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
from organizations.models import User
from organizations.person import person_of
from organizations.roles import Capability
from responsibilities import list_work_page
from responsibilities.actions import list_work
from responsibilities.models import ListImport


def drafter(request: HttpRequest) -> User:
    """The person, if allowed to write lists; raises PermissionDenied."""
    user = person_of(request)
    if not user.may(Capability.DRAFT_LISTS):
        raise PermissionDenied
    return user


def act_page(request: HttpRequest, batch: ListImport, work: Work) -> HttpResponse:
    """The page of an import that is worked on."""
    return _page(request, work, batch.name, reverse("duty_import_stop", args=[batch.pk]))


def is_elsewhere(request: HttpRequest, batch: ListImport, user: User, act: str, **given: Any) -> bool:
    """Whether an act is done in the background: one that is under way already, or this one, of many rows."""
    work = acts.latest(batch)
    if work is not None and work.is_unfinished:
        messages.info(request, _("Something is being done with this import right now. Wait for its end, or cancel it."))
        return True
    state = ListImport.State
    expected = state.COMMITTED if act == list_work.UNDO else state.PREVIEWED
    if batch.state != expected or not list_work.is_large(batch):
        return False
    list_work.start(batch=batch, act=act, by=user, at=clock.now(), **given)
    return True


def _page(request: HttpRequest, work: Work, name: str, stop: str) -> HttpResponse:
    context = {
        "work": work, "name": name, "work_words": list_work_page.words(work), "work_stop": stop,
        "back": reverse("duty_imports"), "back_words": _("Import lists"), "ended": list_work_page.ended(work),
    }  # fmt: skip
    return render(request, "background/act.html", context)


@never_cache
@require_GET
def duty_reading(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading of an uploaded file is; then its preview, or why there is none."""
    user = drafter(request)
    work = get_object_or_404(acts.readings_of(list_work.READ, user), pk=pk)
    if not work.is_unfinished and request.htmx:  # type: ignore[attr-defined]  # the bar asks on
        return HttpResponseClientRefresh()
    batch = ListImport.objects.visible_to(user).filter(pk=work.result.get("batch")).first()
    if batch is not None:
        return redirect("duty_import_preview", pk=batch.pk)
    return _page(request, work, work.payload["name"], reverse("duty_reading_stop", args=[work.pk]))


@require_POST
def duty_reading_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels the reading."""
    user = drafter(request)
    work = get_object_or_404(acts.readings_of(list_work.READ, user), pk=pk)
    if not list_work.stop_reading(work=work, by=user, at=clock.now()):
        messages.info(request, _("It was finished before it could be cancelled."))
    return redirect("duty_reading", pk=pk)


@require_POST
def duty_import_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels what is done in the background."""
    user = drafter(request)
    batch = get_object_or_404(ListImport.objects.visible_to(user), pk=pk)
    if not list_work.stop(batch=batch, by=user, at=clock.now()):
        messages.info(request, _("It was finished before it could be cancelled."))
    return redirect("duty_import_preview", pk=pk)
