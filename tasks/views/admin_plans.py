"""The admin's pages for plans and work points: list, new, edit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit.exports import export
from lib import clock
from lib.sheets.write import exporting
from organizations.roles import Capability
from tasks.actions import plans as actions
from tasks.forms.plans import PlanForm, WorkPointForm
from tasks.list_exports import plans_sheet
from tasks.models import Plan, WorkPoint
from tasks.plan_rows import plan_rows
from tasks.plans import plan_of, visible_plans

from .managing import fanned_words, manager, sentences


@require_GET
def plan_list(request: HttpRequest) -> HttpResponseBase:
    """All plans of the city, latest first; everybody of the city may read it."""
    user: Any = request.user
    plans = visible_plans(request)
    rows = plan_rows(plans, user, clock.today())
    if exporting(request):
        sheet = plans_sheet(rows, {plan.year: plan.issued_on for plan in plans})
        return export(request, f"{sheet.title} {clock.today():%Y-%m-%d}", sheet)
    context = {
        "rows": rows,
        "may_manage": user.may(Capability.MANAGE_PLAN),
    }
    return render(request, "tasks/plan_list.html", context)


def _seen_now(form: PlanForm | WorkPointForm) -> None:
    """The next attempt has seen what stands in the message."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]  # a bound form holds a QueryDict
    data["seen"] = form.get_initial_for_field(form.fields["seen"], "seen")
    form.data = data


def _suggested(plans: list[Plan]) -> dict[str, Any]:
    """A plan for the year after the latest one, with its title and its work points."""
    if not plans:
        return {"year": clock.today().year}
    latest = plans[0]
    year = latest.year + 1
    return {"year": year, "title": latest.title.replace(str(latest.year), str(year)), "points_of": latest.pk}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan_create(request: HttpRequest) -> HttpResponse:
    """A plan for another year, beside those there are."""
    user = manager(request)
    rows = Plan.objects.visible_to(user)
    form = PlanForm(request.POST or None, plans=rows, initial=_suggested(visible_plans(request)))
    if request.method == "POST" and form.is_valid():
        try:
            plan = actions.create_plan(
                issuer=user.scope_root,
                year=form.cleaned_data["year"],
                points_of=form.cleaned_data["points_of"],
                by=user,
                at=clock.now(),
                **form.details,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The plan of %(year)s was made. Add its tasks next.") % {"year": plan.year})
            return redirect("plan", year=plan.year)
    return render(request, "tasks/plan_form.html", {"form": form, "plan": None})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan_edit(request: HttpRequest, year: int) -> HttpResponse:
    """Title, document number, day of issue."""
    plan = plan_of(request, year)
    user = manager(request)
    form = PlanForm(request.POST or None, row=plan)
    if request.method == "POST":
        if form.is_valid() and _save_plan(request, form, plan, user):
            return redirect("plan", year=plan.year)
        _seen_now(form)
    return render(request, "tasks/plan_form.html", {"form": form, "plan": plan})


def _save_plan(request: HttpRequest, form: PlanForm, plan: Plan, user: Any) -> bool:
    try:
        changed, fanned = actions.change_plan(plan=plan, by=user, at=clock.now(), today=clock.today(), **form.details)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    said = _("The plan was saved.") if changed else _("Nothing was changed.")
    messages.success(request, sentences(said, fanned_words(fanned)))
    return True


def _point_page(request: HttpRequest, form: forms.Form, plan: Plan, point: WorkPoint | None) -> HttpResponse:
    return render(request, "tasks/work_point_form.html", {"form": form, "plan": plan, "point": point})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def work_point_create(request: HttpRequest, year: int) -> HttpResponse:
    """Another work point of the plan."""
    plan = plan_of(request, year)
    user = manager(request)
    last = plan.work_points.last()
    form = WorkPointForm(request.POST or None, plan=plan, initial={"number": last.number + 1 if last else 1})
    if request.method == "POST" and form.is_valid():
        try:
            point = actions.create_work_point(plan=plan, by=user, at=clock.now(), **form.details)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved: %(name)s.") % {"name": point.title})
            return redirect("work_point", year=plan.year, number=point.number)
    return _point_page(request, form, plan, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def work_point_edit(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """Number, titles, summary."""
    plan = plan_of(request, year)
    point = get_object_or_404(plan.work_points, number=number)
    user = manager(request)
    form = WorkPointForm(request.POST or None, plan=plan, row=point)
    if request.method == "POST":
        if form.is_valid():
            try:
                changed = actions.change_work_point(point=point, by=user, at=clock.now(), **form.details)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                said = _("Saved: %(name)s.") if changed else _("Nothing was changed for %(name)s.")
                messages.success(request, said % {"name": form.cleaned_data["title"]})
                return redirect("work_point", year=plan.year, number=form.cleaned_data["number"])
        _seen_now(form)
    return _point_page(request, form, plan, point)
