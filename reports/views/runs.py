"""Compiling many reports: order it, watch it, leave it, find it again, stop it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.record import record_refusal
from background.models import Work
from lib import clock, formats
from organizations.models import User
from organizations.person import person_of
from organizations.roles import Capability
from reports.actions import orders
from reports.quarters import Quarter
from tasks.models import Plan
from tasks.plans import plan_of


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
        work, new = orders.order(plan=plan, quarter=quarter, by=user, at=clock.now(), today=clock.today())
    except ValidationError as error:
        said, values = " ".join(error.messages), {"quarter": quarter.key}
        record_refusal("report.refused_compile", plan, by=user, at=clock.now(), reason=said, values=values)
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('report_list', kwargs={'year': year})}?quarter={quarter.key}")
    if not new:
        messages.info(request, _("This quarter is being compiled already; here is how far it is."))
    return redirect("compile_run", year=year, pk=work.pk)


def _load(request: HttpRequest, year: int, pk: int) -> tuple[Plan, Work]:
    """The order, if it is one of this plan's; raises Http404. Only the office sees it."""
    plan = plan_of(request, year)
    work = get_object_or_404(orders.orders_of(plan).select_related("by__organization"), pk=pk)
    return plan, work


@never_cache
@require_GET
def compile_run(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """How far it is; the panel asks again every second while it runs."""
    plan, work = _load(request, year, pk)
    _office(request)
    quarter = Quarter.parse(work.payload["quarter"])
    outcome = ""
    if work.result:
        text = _("%(created)s drafted, %(refreshed)s refreshed, %(kept)s as they were")
        outcome = text % {key: formats.number(value) for key, value in work.result.items()}
    context = {
        "plan": plan,
        "work": work,
        "quarter": quarter,
        "outcome": outcome,
        "work_words": _("Compiling the reports of %(quarter)s") % {"quarter": quarter.label},
        "work_stop": reverse("compile_stop", kwargs={"year": year, "pk": pk}),
        "error": work.error.split("\n", 1)[0] if work.state == Work.State.FAILED else "",
        "who": work.by.post_and_unit if work.by else _("by the calendar"),
    }
    return render(request, "reports/run.html", context)


@require_POST
def compile_stop(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Stops after the reports in hand; what is written stays."""
    plan, work = _load(request, year, pk)
    user = _office(request)
    if not orders.stop(work=work, plan=plan, by=user, at=clock.now()):
        messages.info(request, _("It had ended already."))
    return redirect("compile_run", year=year, pk=pk)
