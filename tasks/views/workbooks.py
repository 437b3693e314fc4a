"""Workbooks that leave the office: the list as a circular's annex, and what each unit fills in (下发)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.exports import export, record_file
from lib import clock, formats
from lib.listing import page_of
from lib.sheets.write import XLSX, ZIP, exporting, file_name, stream
from organizations.models import Organization, User
from organizations.person import person_of
from organizations.roles import Capability
from tasks import returns_units
from tasks.plans import plan_of
from tasks.returns.open_rows import outgoing
from tasks.task_filters import TaskFilter
from tasks.workbooks.annex import Annex, write_annex
from tasks.workbooks.archive import zip_of
from tasks.workbooks.outgoing import Outgoing, write_outgoing

from .returns import own_only, reader_of


@require_GET
def task_annex(request: HttpRequest, year: int) -> FileResponse:
    """The tasks of the filter in the offices' own layout, to be printed as an annex; everybody may read the plan."""
    user, plan, today = person_of(request), plan_of(request, year), clock.today()
    data = request.GET.copy()
    if not user.may(Capability.MANAGE_PLAN):
        for key in {*data} - {"point", "q"}:  # the other conditions look at what units owe
            del data[key]
    chosen = TaskFilter(data, user=user, plan=plan)
    unit = user.organization if user.organization.kind == Organization.Kind.COMMISSION else plan.issuer
    rows = chosen.rows().current().for_list().select_related("origin").prefetch_related("milestones")
    about = Annex(plan, unit.name, today, chosen.describe())
    name = _("Task list %(year)s as an annex") % {"year": year}
    record_file(plan, by=user, at=clock.now(), name=name)
    return stream(f"{name} {today:%Y-%m-%d}.xlsx", lambda file: write_annex(file, about, rows))


def _hander_out(request: HttpRequest) -> User:
    """The person, if workbooks are theirs to take: an admin any unit's, the others the own one; or 403."""
    user = reader_of(request)
    if not user.may(Capability.LOG_PROGRESS):
        raise PermissionDenied
    return user


@require_GET
def return_units(request: HttpRequest, year: int) -> HttpResponseBase:
    """Every unit that owes something: its workbook, and whether it has come back for the quarter."""
    plan = plan_of(request, year)
    user = reader_of(request)
    chosen = returns_units.UnitsFilter(request, plan, user)
    if exporting(request):
        name = f"{_('Returns')} {formats.period(chosen.quarter)} {clock.today():%Y-%m-%d}"
        return export(request, name, returns_units.sheet_of(chosen), of=plan)
    page = page_of(request, chosen.rows())
    context = {
        "plan": plan,
        "chosen": chosen,
        "page": page,
        "rows": returns_units.rows_of(chosen, list(page.object_list)),
        "tabs": chosen.tabs(),
        "quarters": chosen.quarters(),
        "quarter_words": formats.period(chosen.quarter),
        "kinds": [(value, label, value == chosen.kind) for value, label in Organization.Kind.choices],
        "may_hand_out": user.may(Capability.LOG_PROGRESS),
        "any_unit": own_only(user) is None,
        "most": returns_units.MOST,
    }
    return render(request, "tasks/return_units.html", context)


@require_GET
def return_workbooks(request: HttpRequest, year: int) -> HttpResponseBase:
    """One unit's workbook, or a zip of those that were chosen or filtered; made as it is sent."""
    plan = plan_of(request, year)
    user = _hander_out(request)
    chosen = returns_units.UnitsFilter(request, plan, user)
    units = chosen.picked(own_only(user))
    if not units:
        raise Http404
    if len(units) > returns_units.MOST:
        return _too_many(request, len(units))
    sheets = outgoing(plan, units, chosen.quarter, clock.today())
    if len(units) == 1:
        sheet = next(sheets, None)
        if sheet is None:
            raise Http404
        record_file(plan, by=user, at=clock.now(), name=_name(sheet))
        return stream(_name(sheet), lambda file: write_outgoing(file, sheet), XLSX)
    response = StreamingHttpResponse(zip_of(sheets, _name, write_outgoing), content_type=ZIP)
    name = f"任务进展填报表 {chosen.quarter}.zip"
    record_file(plan, by=user, at=clock.now(), name=f"{name} ({len(units)})")
    response["Content-Disposition"] = returns_units.attachment(name)
    return response


def _name(sheet: Outgoing) -> str:
    return f"{file_name(sheet.label)} {sheet.quarter} 任务进展填报表.xlsx"


def _too_many(request: HttpRequest, number: int) -> HttpResponse:
    context = {
        "title": _("Too many units at once"),
        "text": _("%(number)s units were chosen; at most %(most)s workbooks go into one zip. Filter by kind first.")
        % {"number": formats.number(number), "most": formats.number(returns_units.MOST)},
    }
    return render(request, "qdsafety/error.html", context, status=400)
