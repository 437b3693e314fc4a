"""Workbooks that leave the office: the list as a circular's annex, and what each unit fills in (下发)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.exports import export, record_file
from background.models import Work
from lib import clock, formats
from lib.listing import page_of
from lib.sheets.write import XLSX, ZIP, exporting, stream
from organizations.models import Organization, User
from organizations.person import person_of
from organizations.roles import Capability
from tasks import returns_units
from tasks.actions import packages
from tasks.models import Plan
from tasks.plans import plan_of
from tasks.returns.open_rows import outgoing
from tasks.rights import own_returns_only
from tasks.task_filters import TaskFilter
from tasks.workbooks.annex import Annex, write_annex
from tasks.workbooks.archive import write_zip
from tasks.workbooks.outgoing import write_outgoing

from .returns import reader_of


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
        "any_unit": own_returns_only(user) is None,
        "package": returns_units.package_note(plan, user),
    }
    return render(request, "tasks/return_units.html", context)


@require_GET
def return_workbooks(request: HttpRequest, year: int) -> HttpResponseBase:
    """One unit's workbook, or a zip of a few that were picked."""
    plan = plan_of(request, year)
    user = _hander_out(request)
    chosen = returns_units.UnitsFilter(request, plan, user)
    units = chosen.picked(own_returns_only(user))
    if not units or len(units) > packages.AT_ONCE:
        raise Http404
    sheets = outgoing(plan, units, chosen.quarter, clock.today())
    if len(units) == 1:
        sheet = next(sheets, None)
        if sheet is None:
            raise Http404
        name = packages.name_of(sheet)
        record_file(plan, by=user, at=clock.now(), name=name)
        return stream(name, lambda file: write_outgoing(file, sheet), XLSX)
    name = packages.zip_name(chosen.quarter)
    record_file(plan, by=user, at=clock.now(), name=f"{name} ({len(units)})")
    return stream(name, lambda file: write_zip(file, sheets, packages.name_of, write_outgoing), ZIP)


@require_POST
def package_order(request: HttpRequest, year: int) -> HttpResponseBase:
    """The workbooks that were picked: a few at once, many in the background."""
    plan = plan_of(request, year)
    user = _hander_out(request)
    chosen = returns_units.UnitsFilter(request, plan, user)
    units = chosen.picked(own_returns_only(user))
    back = f"{reverse('return_units', args=[year])}{chosen.query()}"
    if not units:
        messages.error(request, _("Choose at least one unit with open assignments first."))
        return redirect(back)
    if len(units) > returns_units.MOST:
        messages.error(request, _too_many(len(units)))
        return redirect(back)
    if len(units) <= packages.AT_ONCE:
        return redirect(f"{reverse('return_workbooks', args=[year])}{chosen.pick_query(units)}")
    work = packages.order(
        plan=plan, quarter=chosen.quarter, units=units, by=user, at=clock.now(), today=clock.today()
    )  # fmt: skip
    return redirect("package", year=year, pk=work.pk)


def _too_many(number: int) -> str:
    text = _("%(number)s units were chosen; at most %(most)s workbooks go into one zip. Filter by kind first.")
    return text % {"number": formats.number(number), "most": formats.number(returns_units.MOST)}


def _package(request: HttpRequest, year: int, pk: int) -> tuple[Plan, User, Work]:
    """The order, if the person gave it, or 404."""
    plan = plan_of(request, year)
    user = person_of(request)
    return plan, user, get_object_or_404(packages.packages_of(plan, user), pk=pk)


@never_cache
@require_GET
def package(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """How far the zip is; the panel asks again every second until it can be fetched."""
    plan, _user, work = _package(request, year, pk)
    _hander_out(request)
    quarter = formats.period(work.payload["quarter"])
    context = {
        "plan": plan,
        "work": work,
        "quarter": quarter,
        "back": f"{reverse('return_units', args=[year])}?quarter={work.payload['quarter']}",
        "number": work.result.get("number", work.total),
        "work_words": _("Making the workbooks of %(quarter)s") % {"quarter": quarter},
        "work_stop": reverse("package_stop", args=[year, pk]),
    }
    return render(request, "tasks/package.html", context)


@require_GET
def package_file(request: HttpRequest, year: int, pk: int) -> FileResponse:
    """The zip, while it is kept."""
    plan, user, work = _package(request, year, pk)
    _hander_out(request)
    path = work.result.get("file")
    if not path or not default_storage.exists(path):
        raise Http404
    name = packages.zip_name(work.payload["quarter"])
    record_file(plan, by=user, at=clock.now(), name=name)
    return FileResponse(default_storage.open(path), as_attachment=True, filename=name, content_type=ZIP)


@require_POST
def package_stop(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Cancels it; nothing of it is kept."""
    plan, user, work = _package(request, year, pk)
    if not packages.stop(work=work, plan=plan, by=user, at=clock.now()):
        messages.info(request, _("It had ended already."))
    return redirect("package", year=year, pk=pk)
