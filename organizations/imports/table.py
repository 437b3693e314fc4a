"""The table on a sheet: where its header stands, which column is what, and the rows below."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from lib.sheets.cells import text
from lib.sheets.merges import spread
from lib.sheets.read import Sheet, UnreadableFileError

from .faults import message

SEARCHED_ROWS = 30
VAGUE = {"number", "note"}  # columns that lists of any kind have
FOOTER = re.compile("合计|小计|总计|共计|注|备注|说明|填表|填报|制表|审核")
# The same in the column of names, where a name may well begin with one of these characters.
NAMELESS = re.compile("(合计|小计|总计|共计)[:：]?$|(注|备注|说明|填表|填报|制表|审核)[^:：]{0,3}[:：]")


class Fault(NamedTuple):
    """What is wrong in one row: the sheet's row number, the column's header, a code, the value, and plain values
    that belong to it."""

    row: int
    column: str
    code: str
    value: str
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """In the format of samples/expected."""
        return {"row": self.row, "column": self.column, "code": self.code, "value": self.value}

    def __str__(self) -> str:
        said = {"row": self.row, "column": self.column, "message": message(self.code, self.value, self.details)}
        return _("Row %(row)s, “%(column)s”: %(message)s") % said


class RowRefused(Exception):
    """Raised where a row cannot be taken; holds the fault without its row number."""

    def __init__(self, field: str, code: str, value: str = "", **details: Any) -> None:
        super().__init__(code)
        self.field, self.code, self.value, self.details = field, code, value, details


class Line(NamedTuple):
    """One row of the table: its number in the sheet and its cells as text, by field."""

    row: int
    cells: dict[str, str]


Choices = Mapping[str, Mapping[int, str]]  # fingerprint of a header → column → field, "" for none


class Column(NamedTuple):
    """What a column of the sheet was taken for; "" where it is left out."""

    column: int
    label: str
    field: str


class Table(NamedTuple):
    """The lines of a table; `headers` are the words over each field's column.

    Where `missing` names needed fields that no column has, there are no lines: a person has to say it first.
    """

    sheet: str
    header_row: int
    headers: dict[str, str]
    lines: list[Line]
    skipped: list[int]
    columns: list[Column]
    missing: list[str]
    fingerprint: str

    def as_json(self, file: str, rows: list[dict[str, Any]], faults: Sequence[Fault]) -> dict[str, Any]:
        """In the format of samples/expected."""
        return {
            "file": file,
            "sheet": self.sheet,
            "header_rows": [self.header_row],
            "rows": rows,
            "skipped_rows": self.skipped,
            "errors": [fault.as_json() for fault in faults],
        }


def find_table(
    sheets: Sequence[Sheet], words: Mapping[str, Sequence[str]], needed: Sequence[str], choices: Choices | None = None
) -> Table:
    """The first table whose header has every `needed` field.

    `words` says field → the headers that mean it; `choices` what people said about columns, which beats that. Raises
    UnreadableFileError, naming what is missing, where no sheet has such a header; with `choices` a header that says
    at least two things is taken all the same, so that a person can name the missing columns.
    """
    fields = {word: field for field, spellings in words.items() for word in spellings}
    best: tuple[Sheet, int, dict[str, int]] | None = None
    for sheet in sheets:
        for index, cells in enumerate(sheet.rows[:SEARCHED_ROWS]):
            columns = with_choices(_columns(cells, fields), (choices or {}).get(fingerprint(cells), {}))
            if all(field in columns for field in needed):
                return _table(sheet, index, columns, [])
            if best is None or len(columns) > len(best[2]):
                best = sheet, index, columns
    missing = [field for field in needed if best is None or field not in best[2]]
    if best is not None and choices is not None and len(set(best[2]) - VAGUE) >= 2:
        return _table(*best, missing)
    raise UnreadableFileError(
        _("No sheet has a table with the columns that are needed; missing: %(names)s. Add the column headers.")
        % {"names": "、".join(words[field][0] for field in missing)}
    )


def fingerprint(cells: Sequence[Any]) -> str:
    """What two sheets of the same layout have in common: the words of the header in their order."""
    labels = "|".join(re.sub(r"[\W_]+", "", text(cell)) for cell in cells)
    return hashlib.sha256(labels.strip("|").encode()).hexdigest()[:16]


def _columns(cells: Sequence[Any], fields: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        field = fields.get(re.sub(r"\s|[（(].*[)）]$", "", text(cell)))
        if field is not None:
            found.setdefault(field, index)
    return found


def with_choices(columns: dict[str, int], chosen: Mapping[int, str]) -> dict[str, int]:
    """The columns with what a person said of them: a field belongs to one column, a column to one field."""
    kept = {field: index for field, index in columns.items() if index not in chosen}
    return kept | {field: index for index, field in chosen.items() if field}


def _table(sheet: Sheet, header: int, columns: dict[str, int], missing: list[str]) -> Table:
    """Rows with a name or a serial number are lines; totals, remarks and signatures are skipped."""
    lines, skipped = [], []
    headers = {field: text(sheet.rows[header][index]) for field, index in columns.items()}
    for number, cells in enumerate([] if missing else spread(sheet, header + 1), header + 2):
        values = {field: text(cells[index]) if index < len(cells) else "" for field, index in columns.items()}
        serial = values.get("number", "")
        if (values["name"] or serial) and not FOOTER.match(serial) and not NAMELESS.match(values["name"]):
            lines.append(Line(number, values))
        elif any(text(cell) for cell in cells):
            skipped.append(number)
    taken = {index: field for field, index in columns.items()}
    named = [
        Column(index, label, taken.get(index, ""))
        for index, cell in enumerate(sheet.rows[header])
        if (label := text(cell)) or index in taken
    ]
    return Table(
        sheet.name, header + 1, headers, lines, skipped, named, missing, fingerprint(sheet.rows[header])
    )  # fmt: skip
