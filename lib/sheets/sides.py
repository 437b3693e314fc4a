"""Lists that stand beside each other on a sheet: where the second one begins, and what is right of the first as a
sheet of its own. Columns keep their letters and rows their numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from .read import Cell, Sheet


def beside(fields: Sequence[str], is_list: Callable[[Collection[str]], bool]) -> int | None:
    """The column where a second list begins: the words of the header say once more all that a list needs.

    `fields`: what each column's word means, "" for nothing.
    """
    seen: set[str] = set()
    start: int | None = None
    for column, field in enumerate(fields):
        if field in seen and start is None and is_list(seen):
            start, seen = column, set()
        seen |= {field} - {""}
    return start if start is not None and is_list(seen) else None


def left_of(sheet: Sheet, edge: int) -> Sheet:
    """The sheet up to a column."""
    merges = [merge for merge in sheet.merges if merge[0][1] < edge]
    return sheet._replace(rows=[row[:edge] for row in sheet.rows], merges=merges)


def right_of(sheet: Sheet, top: int, edges: Sequence[int]) -> Sheet:
    """The sheet without what is left of an edge, which each row has for itself, from row `top` (0-based) on.

    A cell that is merged across the edge (a section, a remark) is said of both sides; so is a line above `top` that
    has nothing of its own on the right.
    """
    rows = [
        list(row) if index < top and not any(row[edges[index] :]) else _blanked(row, edges[index])
        for index, row in enumerate(sheet.rows)
    ]
    merges = []
    for (first, left), (last, right) in sheet.merges:
        edge = edges[first] if first < len(rows) else 0
        if first >= top and left < edge <= right:
            rows[first][edge] = sheet.rows[first][left]
            left = edge
        if first < top or left >= edge:
            merges.append(((first, left), (last, right)))
    return sheet._replace(rows=rows, merges=merges)


def _blanked(row: Sequence[Cell], edge: int) -> list[Cell]:
    return [*[None] * min(edge, len(row)), *row[edge:]]
