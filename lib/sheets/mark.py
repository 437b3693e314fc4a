"""The same workbook once more with the wrong cells marked: a fill, a comment with what is wrong, and a list of it all.

Written anew from the values that were read, not by opening the file with a library that would run through its styles,
pictures and formulas: whatever was in the file, only values come out, and text never becomes a formula.
"""

from __future__ import annotations

import contextlib
import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any, NamedTuple

import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange
from xlsxwriter.worksheet import Worksheet

from .read import Cell, Sheet
from .write import TEXT_LIMIT

WIDEST, NARROWEST = 48, 6
MEASURED = 200  # rows by which the width of a column is guessed
MANY = 20_000  # cells kept in memory at most; longer sheets are written row by row
COMMENTS = 2_000  # Excel becomes slow with more; the list at the end has them all
_FORBIDDEN = str.maketrans("[]:*?/\\", "       ")


class Mark(NamedTuple):
    """What is wrong in one cell. `row` and `column` are counted from 0; without a column the row is meant. `sheet`: its
    sheet, where problems stand on several."""

    row: int
    column: int | None
    head: str
    value: str
    text: str
    accepted: str = ""
    sheet: str = ""


class Words(NamedTuple):
    """The heads of the list of problems, and its name."""

    title: str
    row: str
    column: str
    value: str
    text: str
    accepted: str


def write_marked(target: IO[bytes], sheets: Sequence[Sheet], marked: str, marks: Sequence[Mark], words: Words) -> None:
    """Writes all visible sheets to `target`; marks without a sheet of their own belong to the one called `marked`."""
    shown = [sheet for sheet in sheets if sheet.visible or sheet.name == marked]
    long = sum(len(sheet.rows) * len(sheet.rows[0]) for sheet in shown if sheet.rows) > MANY
    book = xlsxwriter.Workbook(target, {"constant_memory": long, "default_date_format": "yyyy-mm-dd"})
    styles = _styles(book)
    used: set[str] = set()
    for sheet in shown:
        page = book.add_worksheet(_name(sheet.name, used))
        _sheet(page, sheet, [mark for mark in marks if (mark.sheet or marked) == sheet.name], styles)
        if sheet.name == marked:
            page.activate()
            page.set_first_sheet()
    _list(book.add_worksheet(_name(words.title, used)), marks, words, styles)
    book.close()


def _styles(book: xlsxwriter.Workbook) -> dict[str, Any]:
    edge = {"border": 1, "border_color": "#B8C2C8", "valign": "vcenter", "text_wrap": True}
    bad = edge | {"bg_color": "#FFD9D6", "font_color": "#8C1A14"}
    return {
        "plain": book.add_format(edge),
        "date": book.add_format(edge | {"num_format": "yyyy-mm-dd"}),
        "bad": book.add_format(bad),
        "bad_date": book.add_format(bad | {"num_format": "yyyy-mm-dd"}),
        "head": book.add_format(edge | {"bold": True, "bg_color": "#EDF1F3"}),
    }


def _name(name: str, used: set[str]) -> str:
    """A name that a sheet may have, and that no other one has."""
    plain = name.translate(_FORBIDDEN).strip(" '")[:28] or "Sheet"
    found, number = plain, 1
    while found.lower() in used:
        number += 1
        found = f"{plain} {number}"
    used.add(found.lower())
    return found


def _sheet(page: Worksheet, sheet: Sheet, marks: Iterable[Mark], styles: dict[str, Any]) -> None:
    by_row: dict[int, dict[int, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for mark in marks:
        by_row[mark.row][mark.column or 0].append(mark)
    for column, width in enumerate(_widths(sheet.rows)):
        page.set_column(column, column, width)
    for (top, left), (bottom, right) in sheet.merges:
        if (top, left) != (bottom, right):
            with contextlib.suppress(OverlappingRange):  # a broken or hostile file
                page.merge_range(top, left, bottom, right, "", styles["plain"])
    comments = 0
    for row, cells in enumerate(sheet.rows):
        wrong = by_row.get(row, {})
        for column, cell in enumerate(cells):
            _cell(page, row, column, cell, styles, bad=column in wrong)
        for column, found in wrong.items():
            if comments < COMMENTS:
                text = "\n".join(mark.text for mark in found)
                page.write_comment(row, column, text[:2000], {"width": 320, "height": 110})
                comments += 1


def _widths(rows: Sequence[Sequence[Cell]]) -> list[float]:
    widths: list[float] = []
    for cells in rows[:MEASURED]:
        for column, cell in enumerate(cells):
            if column == len(widths):
                widths.append(NARROWEST)
            longest = max((_wide(line) for line in str(cell or "").split("\n")), default=0)
            widths[column] = max(widths[column], min(WIDEST, longest + 2))
    return widths


def _wide(text: str) -> int:
    """Columns on the screen: a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text[:WIDEST])


def _cell(page: Worksheet, row: int, column: int, value: Any, styles: dict[str, Any], *, bad: bool) -> None:
    style = styles["bad" if bad else "plain"]
    if value is None or value == "":
        if bad:
            page.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, style)
    elif isinstance(value, int | float | Decimal) and abs(float(value)) < 1e300:
        page.write_number(row, column, float(value), style)
    elif isinstance(value, datetime.datetime | datetime.date):
        day = value if isinstance(value, datetime.datetime) else datetime.datetime(value.year, value.month, value.day)
        if day.year < 1900:
            page.write_string(row, column, value.isoformat(), style)
        else:
            page.write_datetime(row, column, day.replace(tzinfo=None), styles["bad_date" if bad else "date"])
    else:
        page.write_string(row, column, str(value)[:TEXT_LIMIT], style)


def _list(page: Worksheet, marks: Sequence[Mark], words: Words, styles: dict[str, Any]) -> None:
    """Every problem with its place, its value, the reason, and what would be accepted."""
    for column, (head, width) in enumerate(zip(words[1:], (8, 18, 30, 70, 40), strict=True)):
        page.write_string(0, column, head, styles["head"])
        page.set_column(column, column, width)
    for number, mark in enumerate(marks, 1):
        page.write_number(number, 0, mark.row + 1, styles["plain"])
        for column, text in enumerate((mark.head, mark.value, mark.text, mark.accepted), 1):
            page.write_string(number, column, text[:TEXT_LIMIT], styles["plain"])
    page.freeze_panes(1, 0)
