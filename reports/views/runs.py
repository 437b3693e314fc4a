"""Compiling many reports: order it, watch it, leave it, find it again, stop it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lib import clock
from organizations.models import User
from organizations.person import person_of
from organizations.roles import Capability
from reports.actions import runs
from reports.models import CompileRun
from reports.quarters import Quarter
from reports.run_page import run_words
from tasks.plans import plan_of, remember


def _office(request: HttpRequest) -> User:
    """The person, if allowed to compile; raises PermissionDenied."""
    user = person_of(request)
    if not user.may(Capability.DECIDE_REPORTS):
        raise PermissionDenied(_("Only the commission office compiles reports."))
    return user


@require_POST
def report_compile(request: HttpRequest, year: int) -> HttpResponse:
    """Orders the reports of a quarter; while that is under way, leads there instead."""
    plan = plan_of(request, year)
    user = _office(request)
    try:
        quarter = Quarter.parse(request.POST.get("quarter", ""))
    except ValueError:
        messages.error(request, _("Choose a quarter first."))
        return redirect("report_list", year=year)
    try:
        run, new = runs.order(plan=plan, quarter=quarter, by=user, at=clock.now(), today=clock.today())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('report_list', kwargs={'year': year})}?quarter={quarter.key}")
    if not new:
        messages.info(request, _("This quarter is being compiled already; here is how far it is."))
    return redirect("compile_run", pk=run.pk)


def _load(request: HttpRequest, pk: int) -> CompileRun:
    runs_seen = CompileRun.objects.visible_to(person_of(request)).select_related("plan__issuer", "by__organization")
    run = get_object_or_404(runs_seen, pk=pk)
    remember(request, run.plan)
    return run


@never_cache
@require_GET
def compile_run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; the fragment asks again every second while it runs."""
    run = _load(request, pk)
    _office(request)
    template = "reports/_run.html" if request.headers.get("HX-Request") else "reports/run.html"
    return render(request, template, {"run": run, "words": run_words(run)})


@require_POST
def compile_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops after the reports in hand; what is written stays."""
    run = _load(request, pk)
    user = _office(request)
    if not runs.stop(run=run, by=user, at=clock.now(), now=timezone.now()):
        messages.info(request, _("It had ended already."))
    return redirect("compile_run", pk=pk)
