"""Merged cells, as a reader of rows sees them."""

from __future__ import annotations

from typing import Any

from .read import Sheet


def spread(sheet: Sheet, first: int = 0) -> list[list[Any]]:
    """The rows from `first` on, each vertically merged value repeated in the rows it holds for."""
    tall = [merge for merge in sheet.merges if first <= merge[0][0] < merge[1][0]]
    if not tall:
        return sheet.rows[first:]
    rows = [list(row) for row in sheet.rows]
    for (top, left), (bottom, _right) in tall:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top + 1 : bottom + 1]:
            row += [None] * (left + 1 - len(row))
            row[left] = rows[top][left]
    return rows[first:]
