"""The table on a sheet: where its header stands, which column is what, and the rows below."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from lib.sheets import places
from lib.sheets.cells import text
from lib.sheets.merges import spread
from lib.sheets.read import Sheet, UnreadableFileError, refusal
from lib.sheets.sides import beside, left_of, right_of

from .faults import message

SEARCHED_ROWS = 30
VAGUE = {"number", "note"}  # columns that lists of any kind have
FOOTER = re.compile("合计|小计|总计|共计|注|备注|说明|填表|填报|制表|审核")
# The same in the column of names, where a name may well begin with one of these characters.
NAMELESS = re.compile("(合计|小计|总计|共计)[:：]?$|(注|备注|说明|填表|填报|制表|审核)[^:：]{0,3}[:：]")


class Fault(NamedTuple):
    """What is wrong in one row: its place (lib/sheets/places.py), the column's header, a code, the value, and plain
    values that belong to it."""

    row: int
    column: str
    code: str
    value: str
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """In the format of samples/expected."""
        return places.as_json(self.row) | {"column": self.column, "code": self.code, "value": self.value}

    def __str__(self) -> str:
        told = message(self.code, self.value, self.details)
        said = {"row": places.shown(self.row), "column": self.column, "message": told}
        return _("Row %(row)s, “%(column)s”: %(message)s") % said


class RowRefused(Exception):
    """Raised where a row cannot be taken; holds the fault without its row number."""

    def __init__(self, field: str, code: str, value: str = "", **details: Any) -> None:
        super().__init__(code)
        self.field, self.code, self.value, self.details = field, code, value, details


class Line(NamedTuple):
    """One row of the table: its place in the sheet (lib/sheets/places.py) and its cells as text, by field."""

    row: int
    cells: dict[str, str]


Tell = Callable[[int, int, str], None]  # done, of how many, what is being done


def silent(done: int, total: int, step: str) -> None:
    """Nobody watches."""


def told(lines: Sequence[Line], tell: Tell, every: int = 100) -> Iterator[Line]:
    """The lines, with a word about the progress now and then."""
    for number, line in enumerate(lines):
        if number % every == 0:
            tell(number, len(lines), "judge")
        yield line


Choices = Mapping[str, Mapping[int, str]]  # fingerprint of a header → column → field, "" for none


class Column(NamedTuple):
    """What a column of the sheet was taken for; "" where it is left out."""

    column: int
    label: str
    field: str


class Table(NamedTuple):
    """The lines of a table; `headers` are the words over each field's column.

    A list that stands right of another begins in column `start`. `further` are such lists right of this one, whose
    lines are among its own. Where `missing` names needed fields that no column has, there are no lines: a person has
    to say it first.
    """

    sheet: str
    header_row: int
    headers: dict[str, str]
    lines: list[Line]
    skipped: list[int]
    columns: list[Column]
    missing: list[str]
    fingerprint: str
    start: int = 0
    further: tuple[Table, ...] = ()

    @property
    def layouts(self) -> list[dict[str, Any]]:
        """What the columns of this list and of the further ones were taken for, as an import keeps it."""
        return [
            {
                "fingerprint": one.fingerprint,
                "columns": [column._asdict() for column in one.columns],
                "missing": one.missing,
                "start": one.start,
            }
            for one in (self, *self.further)
        ]

    def headers_of(self, row: int) -> dict[str, str]:
        """Field → word, of the list in which a row stands."""
        column = places.column_of(row)
        return next((one.headers for one in self.further if one.start == column), self.headers)

    def as_json(self, file: str, rows: list[dict[str, Any]], faults: Sequence[Fault]) -> dict[str, Any]:
        """In the format of samples/expected."""
        return {
            "file": file,
            "sheet": self.sheet,
            "header_rows": [self.header_row],
            "rows": [row | places.as_json(row["row"]) for row in rows],
            "skipped_rows": self.skipped,
            "errors": [fault.as_json() for fault in faults],
        }


def find_table(
    sheets: Sequence[Sheet],
    words: Mapping[str, Sequence[str]],
    needed: Sequence[str],
    choices: Choices | None = None,
    start: int = 0,
) -> Table:
    """The first table whose header has every `needed` field, with those that stand to its right.

    `words` says field → the headers that mean it; `choices` what people said about columns, which beats that. Raises
    UnreadableFileError, naming what is missing, where no sheet has such a header; with `choices` a header that says
    at least two things is taken all the same, so that a person can name the missing columns. `start`: the column where
    this list begins, if another one stands left of it.
    """
    fields = {word: field for field, spellings in words.items() for word in spellings}
    best: tuple[Sheet, int, dict[str, int]] | None = None
    for sheet in sheets:
        for index, cells in enumerate(sheet.rows[:SEARCHED_ROWS]):
            edge = _edge(cells, fields, needed)
            if edge is not None:
                left = find_table([left_of(sheet, edge)], words, needed, choices, start)
                rest = right_of(sheet, index, [edge] * len(sheet.rows))
                return _joined(left, find_table([rest], words, needed, choices, edge))
            columns = with_choices(_columns(cells, fields), (choices or {}).get(fingerprint(cells, start), {}))
            if all(field in columns for field in needed):
                return _table(sheet, index, columns, [], start)
            if best is None or len(columns) > len(best[2]):
                best = sheet, index, columns
    missing = [field for field in needed if best is None or field not in best[2]]
    if best is not None and choices is not None and len(set(best[2]) - VAGUE) >= 2:
        return _table(*best, missing, start)
    raise UnreadableFileError(no_table([words[field][0] for field in missing]), "no_table",
                              names=[words[field][0] for field in missing])  # fmt: skip


def no_table(names: Sequence[str]) -> str:
    """Why no sheet was taken: the columns that are missing, in the offices' own words."""
    text = _("No sheet has a table with the columns that are needed; missing: %(names)s. Add the column headers.")
    return text % {"names": "、".join(names)}


def why_unread(code: str, details: Mapping[str, Any]) -> str:
    """Why a file of units could not be read, in the reader's language."""
    return no_table(details["names"]) if code == "no_table" else refusal(code, **details)


def _edge(cells: Sequence[Any], fields: Mapping[str, str], needed: Sequence[str]) -> int | None:
    """The column where the words of a header begin once more."""
    return beside([_field(cell, fields) for cell in cells], lambda seen: all(field in seen for field in needed))


def _joined(left: Table, right: Table) -> Table:
    """Both as one: the lines of the left list, then those of the right one. A line of the sheet is skipped where
    neither has one."""
    taken = {places.line_of(line.row) for line in (*left.lines, *right.lines)}
    skipped = sorted({*left.skipped, *right.skipped} - taken)
    return left._replace(
        lines=[*left.lines, *right.lines],
        skipped=skipped,
        further=(right._replace(lines=[], further=()), *right.further),
    )


def fingerprint(cells: Sequence[Any], start: int = 0) -> str:
    """What two sheets of the same layout have in common: the words of the header in their order; of a list that
    stands right of another also the column where it begins, because both may have the same words."""
    labels = "|".join(re.sub(r"[\W_]+", "", text(cell)) for cell in cells).strip("|")
    return hashlib.sha256((f"{start}:{labels}" if start else labels).encode()).hexdigest()[:16]


def _columns(cells: Sequence[Any], fields: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if field := _field(cell, fields):
            found.setdefault(field, index)
    return found


def _field(cell: Any, fields: Mapping[str, str]) -> str:
    """What a word of a header means; "" for nothing."""
    return fields.get(re.sub(r"\s|[（(].*[)）]$", "", text(cell)), "")


def with_choices(columns: dict[str, int], chosen: Mapping[int, str]) -> dict[str, int]:
    """The columns with what a person said of them: a field belongs to one column, a column to one field."""
    kept = {field: index for field, index in columns.items() if index not in chosen}
    return kept | {field: index for index, field in chosen.items() if field}


def _table(sheet: Sheet, header: int, columns: dict[str, int], missing: list[str], start: int) -> Table:
    """Rows with a name or a serial number are lines; totals, remarks and signatures are skipped."""
    lines, skipped = [], []
    headers = {field: text(sheet.rows[header][index]) for field, index in columns.items()}
    for number, cells in enumerate([] if missing else spread(sheet, header + 1), header + 2):
        values = {field: text(cells[index]) if index < len(cells) else "" for field, index in columns.items()}
        serial = values.get("number", "")
        if (values["name"] or serial) and not FOOTER.match(serial) and not NAMELESS.match(values["name"]):
            lines.append(Line(places.place(number, start), values))
        elif any(text(cell) for cell in cells):
            skipped.append(number)
    taken = {index: field for field, index in columns.items()}
    named = [
        Column(index, label, taken.get(index, ""))
        for index, cell in enumerate(sheet.rows[header])
        if (label := text(cell)) or index in taken
    ]
    return Table(
        sheet.name, header + 1, headers, lines, skipped, named, missing, fingerprint(sheet.rows[header], start), start
    )  # fmt: skip
