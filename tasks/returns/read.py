"""A returned workbook as it stands: what it says of itself, its columns, its rows. The database is not asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from lib.sheets.read import Sheet, UnreadableFileError
from tasks.imports import cells
from tasks.imports.faults import CellError
from tasks.imports.layout import Choices, Known, Part, UnknownLayoutError, find_table

from . import values
from .layout import NEEDED, RETURN, Paper, paper_of


class Line(NamedTuple):
    """One row: its place, what it says, what is wrong with its cells."""

    row: int
    number: str
    title: str
    period: str
    said: values.Said
    faults: list[CellError]


class ReturnTable(NamedTuple):
    """The table of a return. `labels`: field → the sheet's own word for its column."""

    sheet: str
    paper: Paper
    header_rows: list[int]
    labels: dict[str, str]
    parts: list[Part]
    lines: list[Line]
    skipped: list[int]


class NoReturnError(UnreadableFileError):
    """The workbook is in order, but holds no return."""


def read_return(sheets: Iterable[Sheet], year: int, choices: Choices | None = None) -> ReturnTable:
    """The return of the first sheet that has one; raises NoReturnError. `year` is meant where the title names none."""
    every = list(sheets)
    try:
        found = find_table(every, Known(choices=choices or {}), RETURN)
    except UnknownLayoutError as error:
        raise NoReturnError(
            _(
                "No sheet has a header with %(needed)s and rows below it. "
                "Choose a return, such as the workbook that is handed out on this page."
            )
            % {"needed": NEEDED}
        ) from error
    sheet = next(sheet for sheet in every if sheet.name == found.sheet)
    above = sheet.rows[: min(found.header_rows) - 1]
    paper = paper_of(above, [sheet.rows[number - 1] for number in found.skipped], year)
    lines = []
    for row in found.rows:
        said, faults = values.said(row.cells)
        number, title, period = (row.cells.get(field) for field in ("number", "title", "period"))
        lines.append(Line(row.number, cells.number(number), cells.text(title), cells.text(period), said, faults))
    return ReturnTable(found.sheet, paper, found.header_rows, found.labels, found.parts, lines, found.skipped)
