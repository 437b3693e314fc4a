"""Where a row stands, as one number: of two lists beside each other, rows share the lines of the sheet.

A row of the list that begins in column A is told by its line alone; one of a list that stands to the right of
another also by the column in which that list begins. Numbers of the left list are smaller, so its rows come first.
"""

from __future__ import annotations

from lib.sheets.cells import letter

_STRIDE = 2_000_000  # more lines than a sheet can have (1,048,576)


def place(line: int, column: int = 0) -> int:
    """The number of a row: its line (from 1), and the column (from 0) where its list begins."""
    return column * _STRIDE + line


def line_of(row: int) -> int:
    """The line of the sheet, from 1."""
    return row % _STRIDE


def column_of(row: int) -> int:
    """The column where the row's list begins, from 0; 0 for a list with none to its left."""
    return row // _STRIDE


def as_json(row: int) -> dict[str, int | str]:
    """As the commands print it: the line, and for a list that stands right of another the column where it begins."""
    column = column_of(row)
    return {"row": line_of(row)} | ({"from_column": letter(column)} if column else {})


def shown(row: int) -> int | str:
    """As people read it: 12, or “12 · G” for line 12 of the list that begins in column G."""
    column = column_of(row)
    return f"{line_of(row)} · {letter(column)}" if column else row
