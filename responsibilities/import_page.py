"""The preview of a workbook: totals, rows beside what the lists hold, reasons and remedies, as strings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lib import formats
from lib.marks import plain
from lib.sheets import places
from lib.sheets.cells import text as cell_text
from lib.sheets.mark import Mark, Words
from lib.sheets.read import Sheet as WorkSheet
from lib.sheets.write import Column, Sheet

from .actions.import_undo import ListUndo
from .annex import HEADS, WIDTHS
from .content import FIELDS, basis_text
from .content import shown as text_of
from .imports import faults
from .imports.judge import Group, Judged, Verdict
from .imports.words import NAME_OF_KIND
from .models import ListImport

SIGNAL_OF = {Verdict.NEW: "done", Verdict.CHANGED: "soon", Verdict.UNCHANGED: "none", Verdict.REFUSED: "over"}
MARK_OF = {Verdict.NEW: "＋", Verdict.CHANGED: "≠", Verdict.UNCHANGED: "＝", Verdict.REFUSED: "✕"}
STATE_SIGNAL = {"previewed": "sent", "committed": "done", "discarded": "none", "undone": "back"}
SHOWS = ("", *Verdict.values, "absent")
# field of an item → the reader's field of a refused row's cells
CELLS = {"legal_bases": "legal_bases", "means": "method", "liability": "accountability"}


class Shown(NamedTuple):
    """A row of the preview."""

    where: str
    row: int | str
    mark: str
    signal: str
    label: str
    cells: list[SafeString]
    why: str
    remedy: str
    refused: bool
    same: bool


class Target(NamedTuple):
    """What becomes of one unit's list."""

    unit: str
    kind: str
    words: str
    href: str


def totals(numbers: dict[str, int], show: str) -> list[dict[str, Any]]:
    """The figures above the rows; each leads to its rows."""
    named = [
        (Verdict.NEW, _("New"), _("are added")),
        (Verdict.CHANGED, _("Changed"), _("differ from the list")),
        (Verdict.UNCHANGED, _("Unchanged"), _("stand there already")),
        (Verdict.REFUSED, _("Refused"), _("are left out")),
        ("absent", _("Not in the file"), _("stay unless you take them out")),
    ]
    return [
        {"show": key, "label": label, "detail": detail, "number": numbers[str(key)], "current": show == key}
        for key, label, detail in named
    ]


def rows_of(groups: Sequence[Group], show: str) -> list[tuple[Group, Judged]]:
    """The rows asked for, in the order of the file; without a filter the unchanged ones are folded away."""
    found = [(group, row) for group in groups for row in group.rows]
    if show in Verdict.values:
        return [pair for pair in found if pair[1].verdict == show]
    if show == "all" or not any(row.verdict != Verdict.UNCHANGED for _group, row in found):
        return found
    return [pair for pair in found if pair[1].verdict != Verdict.UNCHANGED]


def shown_rows(pairs: Sequence[tuple[Group, Judged]]) -> list[Shown]:
    """The rows as strings."""
    return [_row(group, row) for group, row in pairs]


def _row(group: Group, row: Judged) -> Shown:
    refused = row.error is not None
    where = f"{group.unit.label if group.unit else group.department}"
    if group.kind:
        where += f" · {NAME_OF_KIND[group.kind]}"
    why, remedy = _why(row) if row.error else ("", "")
    cells = _raw(row) if row.error else [_cell(row, name) for name in FIELDS]
    verdict = Verdict(row.verdict)
    return Shown(
        where, places.shown(row.row), MARK_OF[verdict], SIGNAL_OF[verdict], str(verdict.label), cells, why, remedy,
        refused, verdict == Verdict.UNCHANGED,
    )  # fmt: skip


def _why(row: Judged) -> tuple[str, str]:
    error = row.error or {}
    where = _("Sheet “%(sheet)s”, row %(row)s, “%(column)s”:") % {
        "sheet": row.sheet, "row": places.shown(error["row"]), "column": error["column"],
    }  # fmt: skip
    return where, faults.message(error["code"], error["value"], error["_"]["details"])


def _raw(row: Judged) -> list[SafeString]:
    """The cells of a refused row as they stand, the wrong one waved."""
    hidden = (row.error or {})["_"]
    found = []
    for name in FIELDS:
        key = CELLS.get(name, name)
        text = _cut(str(hidden["cells"].get(key, "") or ""))
        form = '<span class="bad">{}</span>' if key == hidden["field"] else "{}"
        found.append(format_html(form, text or ("—" if key == hidden["field"] else "")))
    return found


def _cell(row: Judged, name: str) -> SafeString:
    change = row.changes.get(name)
    if change is None:
        return format_html("{}", text_of(name, row.values[name]))
    if name == "legal_bases":
        was, now = [basis_text(b) for b in change["from"]], [basis_text(b) for b in change["to"]]
        parts = [format_html("<del>{}</del>", text) for text in was if text not in now]
        parts += [format_html("{}" if text in was else "<ins>{}</ins>", text) for text in now]
        return format_html_join(" ", "{}", ((part,) for part in parts))
    return format_html("<del>{}</del><ins>{}</ins>", change["from"] or _("(empty)"), change["to"] or _("(empty)"))


def _cut(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


def targets_of(groups: Sequence[Group], year: int) -> list[Target]:
    """For each list: the draft that the rows go into."""
    found = []
    for group in groups:
        if group.kind is None or group.unit is None:
            continue
        href = reverse("duty_list", kwargs={"pk": group.base.pk}) if group.base else ""
        number = group.number(Verdict.NEW) + group.number(Verdict.CHANGED)
        if group.rows and all(row.verdict == Verdict.REFUSED for row in group.rows):
            words = _("nothing is taken")
        elif not group.writes:
            words = _("stays as it is")
        elif group.draft:
            words = ngettext("%(n)s item goes into the draft, version %(v)s",
                             "%(n)s items go into the draft, version %(v)s", number)  # fmt: skip
            words %= {"n": formats.number(number), "v": group.draft.version}
        else:
            version = group.base.version + 1 if group.base and group.base.year == year else 1
            words = ngettext("%(n)s item goes into a new draft, version %(v)s",
                             "%(n)s items go into a new draft, version %(v)s", number)  # fmt: skip
            words %= {"n": formats.number(number), "v": version}
        found.append(Target(group.unit.label, NAME_OF_KIND[group.kind], words, href))
    return found


def list_row(batch: ListImport) -> dict[str, Any]:
    """An import in the list of imports."""
    return {"batch": batch, "signal": STATE_SIGNAL[batch.state], "state": batch.get_state_display()}


def history_sheet(batches: Iterable[ListImport]) -> Sheet:
    """The imports as a sheet."""
    heads = [(_("File"), 40), (_("New"), 8), (pgettext("import", "Changed"), 8), (_("Unchanged"), 8),
             (_("Refused"), 8), (_("Uploaded at"), 12), (_("Uploaded by"), 28), (_("State"), 14)]  # fmt: skip
    rows = (
        (batch.name, batch.new, batch.changed, batch.unchanged, batch.refused, timezone.localtime(batch.at).date(),
         batch.by.post_and_unit if batch.by else _("Server"), str(batch.get_state_display()))
        for batch in batches
    )  # fmt: skip
    return Sheet(_("Import lists"), [Column(*head) for head in heads], rows)


def rows_sheet(batch: ListImport, pairs: Sequence[tuple[Group, Judged]]) -> Sheet:
    """The rows of a preview as a sheet, with what is wrong beside each."""
    own = [Column(_("Row"), 6), Column(_("Verdict"), 12), Column(_("List"), 26)]
    columns = [*own, *(Column(head, width) for head, width in zip(HEADS, WIDTHS, strict=True))]

    def cells() -> Iterator[Sequence[Any]]:
        for one in shown_rows(pairs):
            yield one.row, one.label, one.where, *map(plain, one.cells), f"{one.why} {one.remedy}".strip()

    return Sheet(_("Import lists"), [*columns, Column(_("What is wrong and what to do"), 60)], cells(), batch.name)


def mark_words() -> Words:
    """The sheet of problems."""
    return Words(_("Problems"), _("Row"), _("Column"), _("Value"), _("What is wrong and what to do"), _("Accepted"))


def marks(batch: ListImport, groups: Sequence[Group], sheets: Sequence[WorkSheet]) -> list[Mark]:
    """Every problem at its cell."""
    heads = {one["sheet"]: one["header_rows"] for one in batch.content["sheets"]}
    columns: dict[tuple[str, str], list[int]] = {}
    for sheet in sheets:
        rows = [sheet.rows[number - 1] for number in heads.get(sheet.name, ()) if number <= len(sheet.rows)]
        for column, label in ((at, cell_text(cell)) for row in rows for at, cell in enumerate(row)):
            columns.setdefault((sheet.name, label), []).append(column)
    found = []
    for group in groups:
        for row in group.rows:
            if row.error is not None:
                word, value = row.error["column"], str(row.error["value"] or "")
                start = places.column_of(row.row)  # of two lists side by side each has its own
                place = min((at for at in columns.get((row.sheet, word), []) if at >= start), default=None)
                line = places.line_of(row.row) - 1
                found.append(Mark(line, place, f"{row.sheet} · {word}", value, _why(row)[1], "", row.sheet))
    return found


def refused_columns() -> list[Column]:
    """The columns of the workbook with the refused rows."""
    own = [Column(_("Sheet"), 14), Column(_("Row"), 6), Column(_("What is wrong and what to do"), 60)]
    return [*own, *(Column(head, width) for head, width in zip(HEADS, WIDTHS, strict=True))]


def refused_rows(groups: Sequence[Group]) -> list[list[Any]]:
    """The refused rows with what is wrong and what to do."""
    found = []
    for group in groups:
        for row in group.rows:
            if row.error is not None:
                cells = row.error["_"]["cells"]
                texts = [str(cells.get(CELLS.get(name, name), "") or "") for name in FIELDS]
                found.append([row.sheet, places.shown(row.row), " ".join(_why(row)), *texts])
    return found


class UndoRow(NamedTuple):
    """A list on the page that asks before an import is undone."""

    name: str
    href: str
    signal: str
    words: str


def undo_rows(found: ListUndo) -> list[UndoRow]:
    """What is given back, then what is kept and why."""
    why = {
        "removed": _("kept: the draft was discarded since"),
        "decided": _("kept: it was handed in or published since"),
        "changed": _("kept: somebody has changed it since"),
        "used": _("kept: holders or tasks refer to its items"),
    }
    rows = []
    for back in found.back:
        words = ngettext("gets its %(n)s item back", "gets its %(n)s items back", back.number)
        if back.began:
            words = ngettext("the draft with %(n)s item goes", "the draft with %(n)s items goes", back.number)
        href = reverse("duty_list", kwargs={"pk": back.one.pk})
        rows.append(UndoRow(str(back.one), href, "back", words % {"n": formats.number(back.number)}))
    for kept in found.kept:
        href = reverse("duty_list", kwargs={"pk": kept.one.pk}) if kept.one else ""
        rows.append(UndoRow(kept.name, href, "none", why[kept.why]))
    return rows
