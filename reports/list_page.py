"""The overview of reports as strings: tabs, totals, column heads, rows, and the exported sheet."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lib import formats
from lib.sheets.write import Column

from . import rights
from .figure_words import names, percent
from .figures import done_rate, on_time_rate
from .list_filter import ALL, ReportFilter
from .models import QuarterlyReport
from .states import ReportState

if TYPE_CHECKING:
    from organizations.models import User


class Tab(NamedTuple):
    """A quarter to choose."""

    label: str
    href: str
    current: bool


class Total(NamedTuple):
    """A figure of the strip and its rows."""

    signal: str
    label: str
    value: str
    hint: str
    href: str


class Head(NamedTuple):
    """A column head: label, CSS class, address that sorts by it, aria-sort word or empty."""

    label: str
    css: str
    href: str
    direction: str


class ReportRow(NamedTuple):
    """A report as the list shows it."""

    pk: int
    unit: str
    quarter: str
    version: str
    number: str
    due: str
    handed: str
    signal: str
    state: str
    act: str
    mine: bool
    is_city: bool


def tabs(chosen: ReportFilter) -> list[Tab]:
    """One per quarter of the plan, and all."""
    current = chosen.quarter
    found = [
        Tab(formats.period(one.key), chosen.query("page", quarter=one.key), one == current) for one in chosen.quarters
    ]
    return [*found, Tab(_("All quarters"), chosen.query("page", quarter=ALL), current is None)]


def strip(chosen: ReportFilter) -> list[Total]:
    """How the hand-in of the quarter stands."""
    numbers = chosen.numbers

    def total(signal: str, label: str, key: str, **conditions: str) -> Total:
        quarter = chosen.conditions()["quarter"]
        plain = {"q": "", "state": "", "time": "", "act": ""} | conditions | {"quarter": quarter}
        return Total(signal, label, formats.number(numbers[key]), "", chosen.query(**plain))

    share = f"{round(100 * numbers['ontime'] / numbers['fell_due'], 1):g}%" if numbers["fell_due"] else "–"
    hint = _("%(ontime)s of %(due)s") % {"ontime": numbers["ontime"], "due": numbers["fell_due"]}
    return [
        total("", pgettext("reports", "Units that report"), "all"),
        total("done", pgettext("report", "Accepted"), "accepted", state=ReportState.ACCEPTED),
        total("sent", _("To be accepted"), "waiting", state=ReportState.SIGNED, act="office"),
        total("back", pgettext("report", "Returned"), "returned", state=ReportState.RETURNED),
        total("over", _("Overdue, not handed in"), "overdue", time="overdue"),
        Total("", _("Handed in on time"), share, hint, total("", "", "ontime", time="ontime").href),
    ]


def heads(chosen: ReportFilter) -> list[Head]:
    """The column heads; the sorted one reverses."""
    named = [
        ("unit", _("Unit"), ""),
        ("quarter", _("Quarter"), "no-card"),
        ("version", _("Version"), "no-card"),
        ("", _("Document number"), "no-card"),
        ("due", _("Report due"), "num no-card"),
        ("handed", _("Handed in on"), "num no-card"),
        ("state", _("State"), ""),
        ("", _("Next step"), ""),
    ]
    found = []
    for key, label, css in named:
        direction = {key: "ascending", f"-{key}": "descending"}.get(chosen.sort, "") if key else ""
        href = chosen.query(sort=f"-{key}" if chosen.sort == key else key) if key else ""
        found.append(Head(label, css, href, direction))
    return found


def days(number: int) -> str:
    """3 天, 3 days."""
    return ngettext("%(count)s day", "%(count)s days", number) % {"count": formats.number(number)}


def status(report: QuarterlyReport, today: datetime.date) -> tuple[str, str]:
    """(signal, words): where it stands and whether in time."""
    late = report.is_late()
    match report.state:
        case ReportState.SIGNED:
            text = _("Signed") if report.is_city else _("To be accepted")
            signal = ("late" if late else "done") if report.is_city else "sent"
            return signal, _("%(state)s, late") % {"state": text} if late else text
        case ReportState.ACCEPTED:
            return ("late", _("Accepted, late")) if late else ("done", pgettext("report", "Accepted"))
    overdue = report.is_overdue(today)
    delay = _("overdue %(days)s") % {"days": days((today - report.due_on).days)} if overdue else ""
    if report.state == ReportState.RETURNED:
        text = pgettext("report", "Returned")
        return "back", _("%(state)s · %(delay)s") % {"state": text, "delay": delay} if delay else text
    if report.is_amendment:
        return "none", _("Amendment being drafted")
    return ("over", delay[:1].upper() + delay[1:]) if overdue else ("none", _("Draft"))


def next_step(report: QuarterlyReport) -> str:
    """Who has to do what."""
    match report.state:
        case ReportState.DRAFTED:
            return _("The commission office completes and signs") if report.is_city else _("Unit completes, head signs")
        case ReportState.SIGNED:
            return "–" if report.is_city else _("Commission office accepts or returns")
        case ReportState.RETURNED:
            return _("Unit corrects and hands in again")
    return "–"


def row_of(report: QuarterlyReport, user: User, today: datetime.date) -> ReportRow:
    """A report's row; needs for_list()."""
    year = report.plan.year
    signal, state = status(report, today)
    unit = _("The whole city") if report.is_city else report.organization.label
    return ReportRow(
        report.pk, unit, formats.period(report.period.key), f"v{report.version}", report.document_number,
        formats.short_day(report.due_on, year), formats.short_day(report.handed_in_on, year) or "–", signal, state,
        next_step(report), rights.is_mine(user, report), report.is_city,
    )  # fmt: skip


def sheet_columns() -> list[Column]:
    """The heads of the exported sheet."""
    label = names()
    plain = [
        (_("Unit"), 26), (_("Quarter"), 16), (_("Version"), 8), (_("Document number"), 26), (_("Report due"), 12),
        (_("Handed in on"), 12), (_("State"), 20), (_("Next step"), 24),
    ]  # fmt: skip
    counted = [(label[key], 10) for key in ("due", "done", "late", "waiting", "over", "extended")]
    rates = [(_("On-time rate"), 10), (_("Completion rate"), 10)]
    return [Column(head, width) for head, width in [*plain, *counted, *rates]]


def sheet_rows(reports: Iterable[QuarterlyReport], today: datetime.date) -> Iterable[list[Any]]:
    """The rows of the exported sheet, with the figures since the plan began."""
    for report in reports:
        total = report.figures["total"]
        unit = _("The whole city") if report.is_city else report.organization.name
        yield [
            unit, formats.period(report.period.key), report.version, report.document_number, report.due_on,
            report.handed_in_on, status(report, today)[1], next_step(report),
            *(total[key] for key in ("due", "done", "late", "waiting", "over", "extended")),
            percent(on_time_rate(total)), percent(done_rate(total)),
        ]  # fmt: skip
