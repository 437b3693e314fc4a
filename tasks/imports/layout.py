"""Finding the list in a workbook: its first visible sheet that has one, and what to say where none has.

A row here still holds cells as they stand; what they mean is decided in cells.py, deadlines.py, units.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lib.sheets.read import Sheet
from lib.sheets.sides import right_of

from . import unread
from .finder import Finder, Header
from .sides import edges, joined
from .table import TASK_LIST, Choices, Known, Part, Row, Rules, Table, UnknownLayoutError, fingerprint

__all__ = [
    "TASK_LIST",
    "Choices",
    "Known",
    "Part",
    "Row",
    "Rules",
    "Table",
    "UnknownLayoutError",
    "find_table",
    "fingerprint",
]


def find_table(sheets: Iterable[Sheet], known: Known | None = None, rules: Rules = TASK_LIST) -> Table:
    """The list of the first visible sheet that has one; raises UnknownLayoutError."""
    every = sorted(sheets, key=lambda sheet: not sheet.visible)
    finders = [Finder(sheet, known or Known(), rules) for sheet in every]
    for certain in (True, False):  # a header by its words anywhere beats one that is guessed from its contents
        with_header = [(finder, header) for finder in finders if (header := finder.first(certain)) is not None]
        for position, (finder, header) in enumerate(with_header):
            table = _whole(finder, header)
            if table.rows:
                return table._replace(others=[other.sheet.name for other, _h in with_header[position + 1 :]])
        if with_header:
            finder, header = with_header[0]
            raise _unknown("no_rows", sheet=finder.sheet.name, row=header.top + 1)
    raise _why_not(finders, rules)


def _whole(finder: Finder, header: Header, left: Finder | None = None) -> Table:
    """The list below a header, and those that stand to its right, as one table."""
    table = finder.table(header, left)
    if not table.rows or all(part.beside is None for part in table.parts):
        return table
    starts = edges(finder.sheet, table.parts)
    rest = right_of(finder.sheet, min(table.header_rows) - 1, starts)
    further = Finder(rest, finder.known, finder.rules, starts)
    head = further.first(certain=True)
    return joined(table, _whole(further, head, finder)) if head is not None else table


def _why_not(finders: Iterable[Finder], rules: Rules) -> UnknownLayoutError:
    seen = max((finder.nearest for finder in finders), key=len, default=[])
    if len(seen) >= 2:
        return _unknown("header_lacks", found="｜".join(seen)[:120], needed=rules.needed)
    return _unknown("no_header", needed=rules.needed)


def _unknown(code: str, **details: Any) -> UnknownLayoutError:
    return UnknownLayoutError(unread.message(code, details), code, **details)
