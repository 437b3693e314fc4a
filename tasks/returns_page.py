"""The preview of a returned workbook as strings, row by row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lib import formats
from lib.sheets import places
from lib.sheets.write import Column, Sheet

from . import gates
from .models import ProgressReturn, ReturnRow
from .returns import faults
from .returns.layout import LABELS
from .returns_columns_page import doubts

State, Verdict = ProgressReturn.State, ReturnRow.Verdict
SIGNAL = {State.PREVIEWED: "soon", State.COMMITTED: "done", State.DISCARDED: "none"}
SHOWS = ("added", "refused", "known", "blank")
_MARKS = {Verdict.ADDED: ("＋", "sent"), Verdict.KNOWN: ("＝", "none"), Verdict.BLANK: ("－", "none"),
          Verdict.REFUSED: ("✕", "over")}  # fmt: skip


class Total(NamedTuple):
    """A figure above the rows that leads to them."""

    show: str
    label: str
    number: int
    current: bool


class Why(NamedTuple):
    """Something wrong: the column, and what to do."""

    where: str
    text: str


class Shown(NamedTuple):
    """A row of the preview. `changes`: (what, before, after); `hands` says whether it is handed in."""

    row: int | str
    mark: str
    signal: str
    label: str
    refused: bool
    number: str
    title: str
    href: str
    period: str
    texts: list[tuple[str, str]]
    changes: list[tuple[str, str, str]]
    done: str
    hands: str
    hands_signal: str
    whys: list[Why]


def rows_of(batch: ProgressReturn, show: str) -> QuerySet[ReturnRow]:
    """The rows asked for; without a word all but those that were left blank and have nothing wrong."""
    rows = batch.rows.select_related("assignment__task")
    return rows.filter(verdict=show) if show in SHOWS else rows.exclude(verdict=Verdict.BLANK, errors=[])


def totals(batch: ProgressReturn, show: str) -> list[Total]:
    """The strip: how many rows of each kind."""
    named = [(Verdict.ADDED, batch.added), (Verdict.REFUSED, batch.refused), (Verdict.KNOWN, batch.known),
             (Verdict.BLANK, batch.blank)]  # fmt: skip
    logged = batch.state == State.COMMITTED
    return [
        Total(kind.value, _("Logged") if logged and kind == Verdict.ADDED else str(kind.label), number,
              kind.value == show)
        for kind, number in named
    ]  # fmt: skip


def facts(batch: ProgressReturn) -> list[tuple[str, str]]:
    """Whose it is, for when, by whom, from which file."""
    sheet = batch.layout.get("sheet") or "CSV"
    rows = "、".join(str(row) for row in batch.layout.get("header_rows", []))
    return [
        (_("Unit"), batch.organization.name if batch.organization else _("Unit unknown")),
        (_("Period"), formats.period(batch.quarter) if batch.quarter else "—"),
        (_("Signed by"), batch.signed_by or _("The sheet does not say")),
        (_("Filled in on"), formats.day(batch.filled_on) or _("The sheet does not say; the day of the import counts")),
        (_("Uploaded by"), batch.brought_by),
        (_("Uploaded at"), formats.moment(timezone.localtime(batch.at))),
        (_("Sheet"), _("%(sheet)s, header on row %(rows)s") % {"sheet": sheet, "rows": rows}),
    ]


def notes(batch: ProgressReturn) -> list[str]:
    """What to think of before the rows are logged."""
    found = []
    layout = batch.layout
    if batch.organization is None:
        written = layout.get("unit") or ""
        found.append(
            _("No unit is called “%(unit)s”. Choose the unit; then the rows are compared.") % {"unit": written}
            if written else _("The sheet does not say whose return it is. Choose the unit; then the rows are compared.")
        )  # fmt: skip
    if layout.get("differs"):
        found.append(
            _(
                "The workbook was handed out to %(unit)s, but the line 填报单位 names another unit. "
                "Check whose return it is."
            )
            % {"unit": str(batch.organization)}
        )
    found += doubts(batch)
    if layout.get("broken"):
        found.append(
            _("The workbook's hidden identification was changed or comes from elsewhere; rows are found by number.")
        )
    committed = ProgressReturn.objects.filter(plan=batch.plan, sha256=batch.sha256, state=State.COMMITTED)
    before = committed.exclude(pk=batch.pk).select_related("by__organization").first()
    if before:
        found.append(
            _("Exactly this file was brought in on %(day)s by %(who)s; what was logged then is not logged again.")
            % {"day": formats.day(timezone.localtime(before.at).date()), "who": before.brought_by}
        )
    if batch.organization and not batch.added:
        found.append(_("There is nothing to log: no row says anything new that can be taken."))
    return found


def shown_rows(rows: Iterable[ReturnRow]) -> list[Shown]:
    """Rows of the preview; need `assignment__task`."""
    found = []
    for row in rows:
        mark, signal = _MARKS[Verdict(row.verdict)]
        one, values = row.assignment, row.values
        texts = [(LABELS_OF[key](), values[key]) for key in ("progress", "problems", "next_steps") if values.get(key)]
        hands, hands_signal = _hands(row)
        found.append(
            Shown(
                row=places.shown(row.row), mark=mark, signal=signal, label=str(Verdict(row.verdict).label),
                refused=row.verdict == Verdict.REFUSED, number=values.get("number", ""),
                title=one.task.title if one else values.get("title", ""),
                href=reverse("assignment", args=[one.pk]) if one else "",
                period=formats.period(one.period) if one else values.get("period", ""),
                texts=texts, changes=_changes(row),
                done={True: _("Yes"), False: _("No")}.get(values.get("done"), ""),
                hands=hands, hands_signal=hands_signal, whys=_whys(row),
            )
        )  # fmt: skip
    return found


LABELS_OF: dict[str, Any] = {
    "progress": lambda: _("Progress"), "problems": lambda: _("Problems"), "next_steps": lambda: _("Next steps"),
}  # fmt: skip


def _changes(row: ReturnRow) -> list[tuple[str, str, str]]:
    """(what, before, after) of the amount and the percentage."""
    effect, one = row.effect, row.assignment
    if not effect or one is None:
        return []
    before, after = effect["before"], effect["after"]
    found = []
    if effect["added"]:
        amounts = (formats.amount(before["quantity"], one.task.unit), formats.amount(after["quantity"], one.task.unit))
        found.append((_("Quantity done"), *amounts))
    if before["percent"] != after["percent"]:
        found.append((_("Percent"), f"{before['percent']}%", f"{after['percent']}%"))
    return found


def _hands(row: ReturnRow) -> tuple[str, str]:
    """What becomes of 是否完成: handed in, or what is missing; (words, signal)."""
    if "submits" not in row.effect:
        return "", ""
    if row.effect["submits"]:
        return _("Handed in for sign-off"), "sent"
    return _("Not handed in: %(why)s") % {"why": _missing(row.effect["missing"])}, "soon"


def _missing(told: Any) -> str:
    """Why it is not handed in, from [code, details]; earlier returns hold the words themselves."""
    if isinstance(told, str):
        return told
    code, details = told
    if code == "nobody":
        return _("nobody was named who hands it in")
    return gates.words(code, details) if code == "incomplete" else faults.message(code, None, details)


def _whys(row: ReturnRow) -> list[Why]:
    found = []
    for error in row.errors:
        where = _("Row %(row)s “%(column)s”") % {"row": places.shown(row.row), "column": LABELS[error["field"]]}
        found.append(Why(where, faults.message(error["code"], error["value"], error["details"])))
    return found


def sheet_of(batch: ProgressReturn, rows: QuerySet[ReturnRow]) -> Sheet:
    """The preview as a sheet, with what is wrong beside each row."""
    heads = [
        (_("Row"), 6), (_("Verdict"), 12), (_("No."), 8), (_("Task"), 36), (_("Progress"), 44),
        (_("Quantity done"), 12),
        (_("Percent"), 10), (_("Problems"), 26), (_("Next steps"), 26), (_("Done"), 8), (_("What happens"), 30),
        (_("What is wrong"), 60),
    ]  # fmt: skip
    cells = (
        (one.row, one.label, one.number, one.title, row.values.get("progress"), row.values.get("completed"),
         row.values.get("rate"), row.values.get("problems"), row.values.get("next_steps"), one.done, one.hands,
         "\n".join(f"{why.where} {why.text}" for why in one.whys))
        for row, one in zip(rows, shown_rows(rows), strict=True)
    )  # fmt: skip
    return Sheet(pgettext("workbook", "Return"), [Column(*head) for head in heads], cells, batch.name)


def done_words(batch: ProgressReturn) -> str:
    """What a commit came to."""
    number = batch.outcome["added"]
    text = ngettext("%(count)s progress entry logged for %(unit)s.", "%(count)s progress entries logged for %(unit)s.",
                    number)  # fmt: skip
    found = text % {"count": formats.number(number), "unit": str(batch.organization)}
    submitted = batch.outcome["submitted"]
    if submitted:
        more = ngettext("%(count)s was handed in for sign-off.", "%(count)s were handed in for sign-off.", submitted)
        found += ("" if formats.is_chinese() else " ") + more % {"count": formats.number(submitted)}
    return found
