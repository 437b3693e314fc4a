"""Lists of tasks that stand beside each other on a sheet, as one table."""

from __future__ import annotations

from collections.abc import Iterable

from lib.sheets.read import Sheet

from .table import Part, Table


def edges(sheet: Sheet, parts: Iterable[Part]) -> list[int]:
    """For each row of the sheet the column in which the list begins that stands right of these; the sheet's width
    where there is none."""
    starts = {min(part.header_rows) - 1: part.beside for part in parts}
    found: list[int] = []
    now: int | None = None
    first = next((edge for edge in starts.values() if edge is not None), None)
    for index, row in enumerate(sheet.rows):
        now = starts.get(index, now)
        edge = first if index < min(starts) else now
        found.append(len(row) if edge is None else edge)
    return found


def _own(part: Part) -> Part:
    """The part with its own columns only; those of the lists beside it are told there."""
    before = [one for one in part.columns if part.beside is None or one.column < part.beside]
    return part._replace(columns=[one for one in before if one.column >= part.start])


def joined(left: Table, right: Table) -> Table:
    """Both as one table: the rows of the left list, then those of the right one. A line is skipped if no list has a
    row on it; a list of which nothing could be read stays named as one that is not."""
    if not right.rows:
        return left
    shift = len(left.parts)
    read = set(right.header_rows)
    parts = [_own(part)._replace(beside=None if read & set(part.header_rows) else part.beside) for part in left.parts]
    taken = {row.line_number for row in (*left.rows, *right.rows)}
    heads = sorted({*left.header_rows, *right.header_rows})
    skipped = sorted({*left.skipped, *right.skipped} - taken - set(heads))
    return left._replace(
        header_rows=heads,
        labels=right.labels | left.labels,
        rows=[*left.rows, *(row._replace(part=row.part + shift) for row in right.rows)],
        skipped=skipped,
        parts=[*parts, *map(_own, right.parts)],
        hidden=left.hidden + right.hidden,
    )
