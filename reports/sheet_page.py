"""The accountability sheet as strings: for the page, for its rows, and for Excel."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from lib import formats
from lib.sheets.write import Column
from lib.sheets.write import Sheet as WorkSheet
from organizations.models import Organization, User
from responsibilities.states import ListKind
from tasks.models import Assignment

from . import sheet_rules as rules
from .sheet_data import Line, Row, Sheet
from .sheet_period import Period

FIGURES = (*rules.Outcome, "put_off")


class Cell(NamedTuple):
    """A figure and the rows behind it; no address for a nought."""

    text: str
    href: str
    title: str
    loud: bool


class LineRow(NamedTuple):
    """A duty on the sheet."""

    href: str
    number: str
    title: str
    office: str
    holder: str
    linked: str
    links_href: str
    cells: list[Cell]
    total: Cell
    proofs: str
    reminders: str
    signal: str
    verdict: str
    without_proof: bool


class Part(NamedTuple):
    """The duties of one list."""

    label: str
    rows: list[LineRow]


def heads() -> list[str]:
    """The heads of the figures."""
    return [str(rules.OUTCOME_LABELS[key]) for key in rules.Outcome] + [_("Put off")]


def _rows_href(unit: Organization, period: Period, **conditions: Any) -> str:
    address = reverse("sheet_rows", kwargs={"pk": unit.pk})
    return f"{address}?{period.query}&{urlencode(conditions)}" if conditions else f"{address}?{period.query}"


def cell(number: int, unit: Organization, period: Period, label: str, loud: bool, **conditions: Any) -> Cell:
    """A figure that leads to its rows."""
    href = _rows_href(unit, period, **conditions) if number else ""
    return Cell(formats.number(number), href, label, bool(loud and number))


def line_row(line: Line, unit: Organization, period: Period) -> LineRow:
    """One duty as strings."""
    item = line.item
    cells = [
        cell(
            getattr(line.tally, str(key)), unit, period, label, key == rules.Outcome.NOT_DONE, item=item.pk,
            outcome=str(key),
        )
        for key, label in zip(FIGURES, heads(), strict=True)
    ]  # fmt: skip
    done = line.tally.in_time + line.tally.extended + line.tally.late
    return LineRow(
        reverse("duty_item", kwargs={"pk": item.pk}), item.number, item.title, item.office,
        " ".join(dict.fromkeys(part for part in (item.post, line.holder) if part)), formats.number(line.linked),
        reverse("duty_links", kwargs={"pk": unit.pk}), cells,
        cell(line.tally.total, unit, period, _("Assignments"), False, item=item.pk), formats.number(line.tally.proofs),
        formats.number(line.tally.reminders), rules.VERDICT_SIGNALS[line.verdict],
        str(rules.VERDICT_LABELS[line.verdict]), bool(done and not line.tally.proofs),
    )  # fmt: skip


def parts_of(sheet: Sheet, period: Period) -> list[Part]:
    """The duties by list, powers before duties."""
    labels = {one.pk: str(one.get_kind_display()) for one in sheet.lists}
    return [
        Part(
            labels[one.pk], [line_row(line, sheet.unit, period) for line in sheet.lines if line.item.list_id == one.pk]
        )
        for one in sorted(sheet.lists, key=lambda one: one.kind != ListKind.POWERS)
    ]


def verdicts_of(sheet: Sheet) -> list[dict[str, Any]]:
    """How many duties came to which verdict, for the strip."""
    return [
        {"label": str(rules.VERDICT_LABELS[key]), "signal": rules.VERDICT_SIGNALS[key], "key": str(key),
         "number": formats.number(sheet.number(key))}
        for key in (rules.Verdict.NEGLECTED, rules.Verdict.BEHIND, rules.Verdict.PERFORMING, rules.Verdict.DISCHARGED,
                    rules.Verdict.IDLE, rules.Verdict.NO_RECORD)
    ]  # fmt: skip


class WorkRow(NamedTuple):
    """An assignment behind the figures."""

    href: str
    task: str
    period: str
    first_due: str
    due: str
    handed_in: str
    signal: str
    outcome: str
    put_off: bool
    proofs: str
    reminders: str
    duties: list[str]


def chosen_rows(sheet: Sheet, item: str, outcome: str) -> dict[Row, list[str]]:
    """The assignments that a figure counts, each once, with the duties that it discharges."""
    found: dict[Row, list[str]] = {}
    for line in sheet.lines:
        if item and str(line.item.pk) != item:
            continue
        for row in line.rows:
            if (outcome == "put_off" and not row.put_off) or (outcome in set(rules.Outcome) and row.outcome != outcome):
                continue
            found.setdefault(row, []).append(str(line.item))
    return found


def work_rows(rows: Sequence[Row], duties: dict[Row, list[str]], user: User, year: int) -> list[WorkRow]:
    """The rows as strings; an address only for what the reader may open; one query."""
    seen = Assignment.objects.visible_to(user).filter(pk__in=[row.pk for row in rows]).select_related("task")
    known = {one.pk: one for one in seen}
    found = []
    for row in rows:
        one = known.get(row.pk)
        found.append(
            WorkRow(
                reverse("assignment", kwargs={"pk": row.pk}) if one else "", str(one.task) if one else "",
                formats.period(one.period) if one else "", formats.short_day(row.first_due_on, year),
                formats.short_day(row.now.due_on, year), formats.short_day(row.now.handed_in_on, year),
                rules.OUTCOME_SIGNALS[row.outcome], str(rules.OUTCOME_LABELS[row.outcome]), row.put_off,
                formats.number(row.proofs), formats.number(row.reminders), duties[row],
            )
        )  # fmt: skip
    return found


def as_of_words(period: Period, sheet: Sheet | None = None) -> str:
    """By which day the figures are judged, in one sentence."""
    if period.is_running:
        text = _("As of %(day)s; the period runs until %(end)s.") % {
            "day": formats.day(period.as_of), "end": formats.day(period.ends_on),
        }  # fmt: skip
    else:
        text = _("As of the period's last day, %(day)s.") % {"day": formats.day(period.as_of)}
    if sheet is not None and sheet.later:
        text += " " + _("The list was published later; its items are judged all the same.")
    return text


# ------------------------------------------------------------------ Excel
def sheet_columns() -> list[Column]:
    """The columns of the sheet in Excel."""
    named = [
        (_("List"), 11), (_("Number"), 7), (_("Item"), 36), (_("Responsible office"), 16), (_("Holder"), 16),
        (_("Tasks linked"), 8), (_("Assignments"), 8),
    ]  # fmt: skip
    figures = [(head, 10) for head in heads()]
    last = [(_("Proofs"), 8), (_("Reminders received"), 10), (_("Verdict"), 16)]
    return [Column(head, width) for head, width in [*named, *figures, *last]]


def sheet_lines(sheet: Sheet) -> Iterable[list[Any]]:
    """The duties as cells, then the sum, then the rules."""
    labels = {one.pk: str(one.get_kind_display()) for one in sheet.lists}
    for line in sheet.lines:
        yield [
            labels[line.item.list_id], line.item.number, line.item.title, line.item.office,
            " ".join(dict.fromkeys(part for part in (line.item.post, line.holder) if part)), line.linked,
            line.tally.total, *line.tally[: len(FIGURES)], line.tally.proofs, line.tally.reminders,
            str(rules.VERDICT_LABELS[line.verdict]),
        ]  # fmt: skip


def work_sheet(duties: dict[Row, list[str]], user: User, period: Period, note: str) -> WorkSheet:
    """The assignments behind figures."""
    said = work_rows(list(duties), duties, user, period.ends_on.year)
    cells = [
        [words.task, words.period, row.first_due_on, row.now.due_on, row.now.handed_in_on, words.outcome, row.proofs,
         row.reminders, "；".join(words.duties)]
        for row, words in zip(duties, said, strict=True)
    ]  # fmt: skip
    heads = [
        (_("Task"), 36), (_("Period"), 12), (_("First deadline"), 12), (_("Deadline"), 12), (_("Handed in"), 12),
        (_("Outcome"), 18), (_("Proofs"), 8), (_("Reminders received"), 10), (_("Duty"), 44),
    ]  # fmt: skip
    return WorkSheet(_("Assignments"), [Column(head, width) for head, width in heads], cells, note)


def workbook_sheets(sheet: Sheet, period: Period, user: User) -> list[WorkSheet]:
    """The sheet, the assignments behind it, and the rules."""
    title = f"{sheet.unit.name} {_('Accountability sheet')} {period.words}"
    rule_rows = [[label, text] for label, text in rules.rules()] + [["", note] for note in rules.notes()]
    return [
        WorkSheet(title, sheet_columns(), sheet_lines(sheet), as_of_words(period, sheet)),
        work_sheet(chosen_rows(sheet, "", ""), user, period, title),
        WorkSheet(_("Rules"), [Column(_("Verdict"), 18), Column(_("When"), 80)], rule_rows, _("The first that fits")),
    ]


class UnitRow(NamedTuple):
    """A unit in the overview of sheets."""

    href: str
    unit: str
    duties: str
    cells: list[tuple[str, str, str]]  # number, signal (none for nought), verdict


def unit_row(sheet: Sheet, period: Period) -> UnitRow:
    """A unit with its numbers of verdicts."""
    href = f"{reverse('sheet', kwargs={'pk': sheet.unit.pk})}?{period.query}"
    cells = [
        (entry["number"], entry["signal"] if entry["number"] != "0" else "", entry["label"])
        for entry in verdicts_of(sheet)
    ]
    return UnitRow(href, sheet.unit.label, formats.number(len(sheet.lines)), cells)


def file_name(unit: Organization, period: Period, today: datetime.date) -> str:
    """Of the download, without its ending."""
    return f"{unit.label} {_('Accountability sheet')} {period.key or period.words} {today:%Y%m%d}"
