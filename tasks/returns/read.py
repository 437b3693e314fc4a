"""A returned workbook as it stands: whose it is, for which quarter, and its rows. The database is not asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from lib.sheets.read import Cell, Sheet, UnreadableFileError
from tasks.imports.cells import text

from . import values, words

_SCANNED = 60
_NEEDED = ("number", "progress")


class Fault(NamedTuple):
    """Something wrong with a cell; `value` as the sheet shows it."""

    code: str
    field: str
    value: str | None
    details: dict[str, Any] = {}


class Line(NamedTuple):
    """One row: its place, what it says, what is wrong with its cells."""

    row: int
    number: str
    title: str
    period: str
    said: values.Said
    faults: list[Fault]


class Signed(NamedTuple):
    """Who hands it in, by the words of the sheet; empty where they are left out."""

    unit: str = ""
    person: str = ""
    day: datetime.date | None = None


class ReturnTable(NamedTuple):
    """The table of a return. `labels`: field → the sheet's own word for its column."""

    sheet: str
    title: str
    quarter: str
    signed: Signed
    header_rows: list[int]
    labels: dict[str, str]
    lines: list[Line]
    skipped: list[int]


class NoReturnError(UnreadableFileError):
    """The workbook is in order, but holds no return."""


def read_return(sheets: Iterable[Sheet], year: int) -> ReturnTable:
    """The return of the first sheet that has one; raises NoReturnError. `year` is meant where the title names none."""
    for sheet in sorted(sheets, key=lambda one: not one.visible):
        for top in range(min(_SCANNED, len(sheet.rows))):
            depth, labels = _header(sheet, top)
            columns = _columns(labels)
            if all(field in columns for field in _NEEDED) and len(columns) >= 4:
                return _table(sheet, top, depth, labels, columns, year)
    raise NoReturnError(
        _(
            "No sheet has a header with %(needed)s. "
            "Choose a return, such as the workbook that is handed out on this page."
        )
        % {"needed": "序号、进展情况、完成数量、完成率"}
    )


def _header(sheet: Sheet, top: int) -> tuple[int, list[str]]:
    """How many rows the header starting at `top` has (1 or 2), and its words by column."""
    labels = [text(cell) for cell in sheet.rows[top]]
    wide = [(left, right) for (r0, left), (r1, right) in sheet.merges if r0 == r1 == top and right > left]
    if top + 1 >= len(sheet.rows) or not any(right - left < len(labels) - 1 for left, right in wide):
        return 1, labels
    below = [text(cell) for cell in sheet.rows[top + 1]]
    for left, right in wide:
        for column in range(left, min(right + 1, len(labels))):
            labels[column] = below[column]
    return 2, labels


def _columns(labels: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, label in enumerate(labels):
        field = words.field_of(label)
        if field:
            found.setdefault(field, column)
    return found


def _table(sheet: Sheet, top: int, depth: int, labels: list[str], columns: dict[str, int], year: int) -> ReturnTable:
    rows = _spread(sheet, top + depth)
    lines: list[Line] = []
    skipped: list[int] = []
    headers = list(range(top + 1, top + depth + 1))
    for index in range(top + depth, len(rows)):
        shown = [text(cell) for cell in rows[index]]
        if not any(shown):
            continue
        if _columns(shown) == columns:
            headers.append(index + 1)
            continue
        cells = {field: rows[index][column] for field, column in columns.items() if column < len(rows[index])}
        if words.FOOT.match(next(word for word in shown if word)) or not (
            text(cells.get("number")) or text(cells.get("title"))
        ):
            skipped.append(index + 1)
            continue
        lines.append(_line(index + 1, cells))
    around = [*sheet.rows[:top], *(sheet.rows[number - 1] for number in skipped)]
    title = next((word for word in map(_first, sheet.rows[:top]) if words.QUARTER.search(word)), "")
    named = {field: labels[column] for field, column in columns.items()}
    return ReturnTable(sheet.name, title, quarter_of(title, year), signed_of(around), headers, named, lines, skipped)


def _spread(sheet: Sheet, first: int) -> list[list[Cell]]:
    """The rows with values that are merged downwards repeated in each; not those across a whole line."""
    rows = [list(row) for row in sheet.rows]
    for (r0, c0), (r1, c1) in sheet.merges:
        if r0 >= first and c0 == c1 and c0 < len(rows[r0] if r0 < len(rows) else []):
            for row in rows[r0 + 1 : r1 + 1]:
                row[c0] = rows[r0][c0]
    return rows


def _first(row: Sequence[Cell]) -> str:
    return next((text(cell) for cell in row if text(cell)), "")


def _line(row: int, cells: dict[str, Cell]) -> Line:
    said, faults = values.said(cells)
    found = [Fault(code, field, value) for field, code, value in faults]
    number, title = values.number(cells.get("number")), text(cells.get("title"))
    return Line(row, number, title, text(cells.get("period")), said, found)


def quarter_of(title: str, year: int) -> str:
    """2017Q2 for 2017年…第二季度…; a half year means the quarter it ends with; empty where the title names none."""
    found = words.QUARTER.search(title)
    if found:
        index = "一二三四".find(found[2]) + 1 or int(found[2])
        return f"{found[1] or year}Q{index}"
    half = words.HALF.search(title)
    return f"{half[1] or year}Q{2 if half[2] == '上' else 4}" if half else ""


def signed_of(rows: Iterable[Sequence[Cell]]) -> Signed:
    """Unit, person and day from the lines around the table: behind the label, or in the next cell to the right."""
    found: dict[str, Any] = {}
    for row in rows:
        for place, cell in enumerate(row):
            shown = text(cell)
            for key, label in words.SIGNED.items():
                at = label.search(shown) if shown and key not in found else None
                if at is None:
                    continue
                value = _behind(shown[at.end() :]) or _beside(row[place + 1 :])
                if value:
                    found[key] = value
    day = found.get("day")
    return Signed(str(found.get("unit", "")), str(found.get("person", ""))[:60], values.day(day))


def _behind(rest: str) -> str:
    """The value behind a label: up to the next gap or label; (签字) and the like are none."""
    rest = re.sub(r"[（(][^）)]*[）)]|_+", " ", rest) if re.match(r"\s*[（(_]", rest) else rest
    found = re.match(r"\s{0,12}([^\s：:]+(?: \S+)?)", rest)
    return found[1].strip() if found and not re.search("[:：]", rest[: found.end() + 1]) else ""


def _beside(cells: Sequence[Cell]) -> Cell:
    """The next cell that holds something, unless it is another label."""
    cell = next((cell for cell in cells if text(cell)), None)
    if isinstance(cell, str) and re.search("[:：]", cell):
        return None
    return text(cell) if isinstance(cell, str) else cell
