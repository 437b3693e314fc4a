"""The pages of imports of units: strings prepared once per row, before → after per field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lib import formats
from lib.marks import plain
from lib.sheets import places
from lib.sheets.mark import Mark, Words
from lib.sheets.write import Column
from lib.sheets.write import Sheet as WorkSheet

from .actions.unit_undo import PROFILE, Kept, UnitUndo
from .imports import enterprises, faults, units
from .imports.classes import CLASSES
from .models import EnterpriseProfile, Organization, UnitImport, UnitImportRow
from .unit_columns_page import layouts_of

State, Verdict = UnitImport.State, UnitImportRow.Verdict
STATE_SIGNAL: dict[str, str] = {
    State.PREVIEWED: "soon", State.COMMITTED: "done", State.DISCARDED: "none", State.UNDONE: "back",
}  # fmt: skip
SIGNAL_OF: dict[str, str] = {Verdict.NEW: "sent", Verdict.CHANGED: "soon", Verdict.REFUSED: "over"}
MARK_OF: dict[str, str] = {Verdict.NEW: "＋", Verdict.CHANGED: "≠", Verdict.REFUSED: "✕"}
SILENT = {"name", "position"}


class Total(NamedTuple):
    """A figure of the strip, which is a filter too."""

    show: str
    label: str
    number: int
    current: bool


class Shown(NamedTuple):
    """A row of the preview."""

    row: int | str
    verdict: str
    signal: str
    mark: str
    label: str
    name: str
    href: str
    details: list[tuple[str, SafeString]]
    problems: list[tuple[str, str]]


class UndoRow(NamedTuple):
    """A unit and what an undo does to it."""

    name: str
    href: str
    what: str


def totals(batch: UnitImport, show: str) -> list[Total]:
    """All, new, changed, unchanged, refused."""
    every = batch.writes + batch.unchanged + batch.refused
    found = [
        ("", _("All rows"), every),
        (Verdict.NEW, "＋ " + _("New"), batch.new),
        (Verdict.CHANGED, "≠ " + pgettext("import", "Changed"), batch.changed),
        ("", "＝ " + _("Unchanged"), batch.unchanged),
        (Verdict.REFUSED, "✕ " + _("Refused"), batch.refused),
    ]
    return [Total(value, label, number, bool(value) and value == show) for value, label, number in found]


def shown(row: UnitImportRow) -> Shown:
    """One row: what a new unit begins with, what of a known one changes, or what is wrong."""
    details = [
        (_label(field), _change(row, field, value))
        for field, value in row.after.items()
        if not (row.verdict == Verdict.NEW and (field in SILENT or value in (None, "", [], False)))
    ]
    place = places.shown(row.row)
    problems = [
        (_("Row %(row)s, “%(column)s”:") % {"row": place, "column": one["column"]}, why(one)) for one in row.problems
    ]
    href = reverse("organization", args=[row.unit_id]) if row.unit_id else ""
    label = str(Verdict(row.verdict).label)
    return Shown(
        place, row.verdict, SIGNAL_OF[row.verdict], MARK_OF[row.verdict], label, row.name, href, details, problems
    )


def why(problem: dict[str, Any]) -> str:
    """What is wrong and what to do, in the reader's language; earlier imports hold the sentence itself."""
    if "code" not in problem:
        return str(problem["text"])
    return faults.message(problem["code"], problem["value"] or "", problem["details"])


def _change(row: UnitImportRow, field: str, value: Any) -> SafeString:
    new = _said(field, value)
    if row.verdict == Verdict.NEW:
        return format_html("{}", new)
    old = _said(field, row.before.get(field))
    return format_html("<del>{}</del><ins>{}</ins>", old or _("(empty)"), new or _("(empty)"))


def _label(field: str) -> str:
    if field == "aliases":
        return _("Other names")
    model = EnterpriseProfile if field in PROFILE else Organization
    return str(getattr(model._meta.get_field(field), "verbose_name", field))


def _said(field: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(value.get("unit", ""))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "、".join(map(str, value))
    if field == "kind":
        return str(Organization.Kind(value).label)
    return formats.number(value) if isinstance(value, int) else str(value)


def history_row(batch: UnitImport) -> dict[str, Any]:
    """An import as the list shows it."""
    by = batch.by.post_and_unit if batch.by else _("Server")
    uploaded = f"{formats.moment(localtime(batch.at))} · {by}"
    return {"batch": batch, "signal": STATE_SIGNAL[batch.state], "state": batch.get_state_display(), "at": uploaded}


def history_sheet(title: str, batches: Iterable[UnitImport]) -> WorkSheet:
    """The imports as a sheet."""
    heads = [(_("File"), 40), (_("New"), 8), (pgettext("import", "Changed"), 8), (_("Unchanged"), 8),
             (_("Refused"), 8), (_("Uploaded at"), 12), (_("Uploaded by"), 28), (_("State"), 14)]  # fmt: skip
    rows = (
        (batch.name, batch.new, batch.changed, batch.unchanged, batch.refused, localtime(batch.at).date(),
         batch.by.post_and_unit if batch.by else _("Server"), str(batch.get_state_display()))
        for batch in batches
    )  # fmt: skip
    return WorkSheet(title, [Column(*head) for head in heads], rows)


def rows_sheet(batch: UnitImport, rows: Iterable[UnitImportRow]) -> WorkSheet:
    """The rows of a preview as a sheet, with what is wrong beside each."""
    heads = [(_("Row"), 6), (_("Verdict"), 12), (_("Unit"), 36), (_("What changes"), 70), (_("What is wrong"), 70)]

    def cells() -> Iterator[Sequence[Any]]:
        for one in map(shown, rows):
            changes = "\n".join(f"{label}: {plain(text)}" for label, text in one.details)
            yield one.row, one.label, one.name, changes, "\n".join(f"{where} {text}" for where, text in one.problems)

    return WorkSheet(str(batch.get_kind_display()), [Column(*head) for head in heads], cells(), batch.name)


def undo_rows(found: UnitUndo) -> list[UndoRow]:
    """What is kept first, then what is given back."""
    rows = kept_rows(found.keep)
    rows += [UndoRow(unit.name, reverse("organization", args=[unit.pk]), _("is dissolved")) for unit in found.remove]
    for _row, unit, fields in found.restore:
        what = _("gets back: %(fields)s") % {"fields": "、".join(map(_label, fields))}
        rows.append(UndoRow(unit.name, reverse("organization", args=[unit.pk]), what))
    return rows


def kept_rows(kept: Sequence[Kept]) -> list[UndoRow]:
    """What stays, and why."""
    return [UndoRow(k.name, reverse("organization", args=[k.unit]) if k.unit else "", _why(k)) for k in kept]


def kept_of(batch: UnitImport) -> list[UndoRow]:
    """What an undo that was done had to keep."""
    found = [Kept(**one) for one in batch.undo.get("kept", [])]
    there = set(Organization.objects.filter(pk__in=[k.unit for k in found if k.unit]).values_list("pk", flat=True))
    return kept_rows([k if k.unit in there else k._replace(unit=None) for k in found]) if found else []


def _why(one: Kept) -> str:
    if one.why == "used":
        return _("is kept: people, tasks or other units belong to it since")
    if one.why == "removed":
        return _("was deleted since")
    fields = "、".join(map(_label, one.fields))
    return _("%(fields)s stay: changed again since") % {"fields": fields} if fields else _("was changed since")


def mark_words() -> Words:
    """The sheet of problems."""
    return Words(_("Problems"), _("Row"), _("Column"), _("Value"), _("What is wrong and what to do"), _("Accepted"))


def marks(batch: UnitImport) -> list[Mark]:
    """Every problem at its cell."""
    columns = {
        layout.get("start", 0): {one["label"]: one["column"] for one in reversed(layout.get("columns", []))}
        for layout in layouts_of(batch)
    }
    found = []
    for row in batch.rows.filter(verdict=Verdict.REFUSED):
        line, own = places.line_of(row.row) - 1, columns.get(places.column_of(row.row), {})
        found += [
            Mark(line, own.get(one["column"]), one["column"], one["value"] or "", why(one), _accepted(one))
            for one in row.problems
        ]
    return found


def _accepted(problem: dict[str, Any]) -> str:
    return "；".join(CLASSES) if problem.get("field") == "kind" else ""


def _words(kind: str) -> dict[str, tuple[str, ...]]:
    return enterprises.WORDS if kind == UnitImport.Kind.ENTERPRISES else units.WORDS


def sheet_help(kind: str) -> list[tuple[str, str, bool]]:
    """(header, also written, required)."""
    needed = enterprises.NEEDED if kind == UnitImport.Kind.ENTERPRISES else units.NEEDED
    return [(words[0], "、".join(words[1:]), field in needed) for field, words in _words(kind).items()]


def template_columns(kind: str) -> list[Column]:
    """The empty sheet that the page offers."""
    wide = re.compile("名称|全称|称谓|单位|部门|备注|代码")
    return [Column(words[0], 26 if wide.search(words[0]) else 14) for words in _words(kind).values()]
