"""From a cell to text, as the sheet shows it."""

from __future__ import annotations

import datetime
from decimal import Decimal

from .read import Cell

BLANK = " \t\r\n\u00a0\u3000\u200b\ufeff"
# Control characters go, line breaks with them: a workbook can hide a NUL (_x0000_), which no database takes.
_HALF_WIDTH = dict.fromkeys([*range(9), *range(10, 32), *range(127, 160), 0x2028]) | {
    0xFF10 + digit: ord("0") + digit for digit in range(10)
} | {ord("％"): "%", ord("＋"): "+", ord("－"): "-", ord("．"): "."}  # fmt: skip


def text(cell: Cell) -> str:
    """The cell as the sheet shows it: trimmed, without line breaks, full-width digits made half-width."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return cell.translate(_HALF_WIDTH).strip(BLANK)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def letter(column: int) -> str:
    """The name of a column by its place: 0 → A, 26 → AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
