"""The accountability sheet: of one unit, the rows behind its figures, and an overview of all that the person sees."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.exports import export
from lib import clock
from lib.listing import page_of
from lib.sheets.write import Column, exporting
from lib.sheets.write import Sheet as WorkSheet
from organizations.models import Organization, User
from organizations.person import person_of
from reports import sheet_page, sheet_period, sheet_rules
from reports.sheet_data import Sheet, sheets_of
from reports.sheet_period import Period
from responsibilities.models import ResponsibilityList


def _period(request: HttpRequest) -> Period:
    return sheet_period.read(request.GET, clock.today())


def _choices(user: User, period: Period) -> list[tuple[str, str, bool]]:
    """The periods to choose from, the chosen one marked."""
    lists = ResponsibilityList.objects.visible_to(user).published().order_by()
    years = list(lists.values_list("year", flat=True).distinct())
    return [(key, label, key == period.key) for key, label in sheet_period.choices(clock.today(), years)]


def _load(request: HttpRequest, pk: int, *, holders: bool = False) -> tuple[User, Sheet, Period]:
    """The person, the sheet and its period: for the unit, those above it, its regulator, the commission; Http404."""
    user = person_of(request)
    unit = get_object_or_404(Organization.objects.visible_to(user), pk=pk)
    period = _period(request)
    return user, sheets_of([unit], period, holders=holders)[0], period


@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One unit, one period: each duty, the work linked to it, and the verdict; `?format=xlsx` as a workbook."""
    user, found, period = _load(request, pk, holders=True)
    if exporting(request):
        name = sheet_page.file_name(found.unit, period, clock.today())
        return export(request, name, *sheet_page.workbook_sheets(found, period, user), of=found.unit)
    context = _frame(user, period) | {
        "export_query": f"?{period.query}",
        "unit": found.unit,
        "parts": sheet_page.parts_of(found, period),
        "verdicts": sheet_page.verdicts_of(found),
        "number": len(found.lines),
        "as_of": sheet_page.as_of_words(period, found),
        "lists": found.lists,
        "heads": sheet_page.heads(),
        "rules": sheet_rules.rules(),
        "notes": sheet_rules.notes(),
    }
    return render(request, "reports/sheet.html", context)


def _frame(user: User, period: Period) -> dict[str, Any]:
    """What the pages of sheets have in common."""
    return {"period": period, "choices": _choices(user, period), "own_days": not period.key}


@require_GET
def sheet_rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The assignments behind a figure: `?item=` of one duty, `?outcome=` of one kind."""
    user, found, period = _load(request, pk)
    item, outcome = request.GET.get("item", ""), request.GET.get("outcome", "")
    duties = sheet_page.chosen_rows(found, item, outcome)
    if exporting(request):
        sheet = sheet_page.work_sheet(duties, user, period, found.unit.name)
        name = f"{found.unit.label} {_('Assignments')} {period.words}"
        return export(request, name, sheet, of=found.unit)
    page = page_of(request, list(duties))
    chosen = next((line.item for line in found.lines if str(line.item.pk) == item), None)
    labels = {str(key): str(label) for key, label in sheet_rules.OUTCOME_LABELS.items()} | {"put_off": _("Put off")}
    context = _frame(user, period) | {
        "unit": found.unit,
        "export_query": f"?{period.query}&{urlencode({'item': item, 'outcome': outcome})}",
        "item": chosen,
        "outcome": labels.get(outcome, ""),
        "page": page,
        "rows": sheet_page.work_rows(list(page.object_list), duties, user, period.ends_on.year),
        "as_of": sheet_page.as_of_words(period, found),
    }
    return render(request, "reports/sheet_rows.html", context)


@require_GET
def sheet_list(request: HttpRequest) -> HttpResponseBase:
    """Every unit in the person's scope that has a published list: its numbers of verdicts in one period."""
    user, period = person_of(request), _period(request)
    published = ResponsibilityList.objects.visible_to(user).published().filter(year=period.ends_on.year)
    units = Organization.objects.visible_to(user).filter(pk__in=published.values("organization"))
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    units = units.matching(words).order_by("position", "id")
    labels = [str(sheet_rules.VERDICT_LABELS[key]) for key in _shown()]
    if exporting(request):
        sheets, name = sheets_of(list(units), period), _("Accountability sheets")
        return export(request, f"{name} {period.key or period.words}", _overview(sheets, period, labels, words))
    page = page_of(request, units, size=30)
    context = _frame(user, period) | {
        "page": page,
        "query": words,
        "export_query": f"?{period.query}&{urlencode({'q': words})}",
        "rows": [sheet_page.unit_row(one, period) for one in sheets_of(list(page.object_list), period)],
        "heads": labels,
        "as_of": sheet_page.as_of_words(period),
    }
    return render(request, "reports/sheet_list.html", context)


def _shown() -> list[sheet_rules.Verdict]:
    verdict = sheet_rules.Verdict
    return [verdict.NEGLECTED, verdict.BEHIND, verdict.PERFORMING, verdict.DISCHARGED, verdict.IDLE, verdict.NO_RECORD]


def _overview(sheets: list[Sheet], period: Period, labels: list[str], words: str) -> WorkSheet:
    columns = [Column(_("Unit"), 34), Column(_("Duties"), 8), *(Column(label, 12) for label in labels)]
    rows = [[one.unit.name, len(one.lines), *(one.number(key) for key in _shown())] for one in sheets]
    asked = f"“{words}”" if words else ""
    note = _("; ").join(part for part in (period.words, asked, sheet_page.as_of_words(period)) if part)
    return WorkSheet(_("Accountability sheets"), columns, rows, note)
