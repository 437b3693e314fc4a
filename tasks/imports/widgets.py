"""One widget per kind of column, as django-import-export wants them: from a cell to a value, or a CellError.

A widget's value depends on its cell and, where it says so in `beside`, on one other cell of the row; so whoever has
many rows may keep what a cell came to (judging.py does).
"""

from __future__ import annotations

import datetime
from typing import Any

from import_export import widgets

from . import cells
from .deadlines import Deadline
from .faults import CellError
from .units import Named

LIMITS = {"number": 20, "title": 200, "unit": 20, "note": 500}


class CellWidget(widgets.Widget):
    """What all of them share."""

    beside = ""  # another column on which the value depends
    repeats = True  # whether a list has few different cells of this kind


class TextWidget(CellWidget):
    """Text within a limit."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field
        self.repeats = field == "note"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        found = cells.number(value) if self.field == "number" else cells.text(value)
        if self.field == "title" and not found:
            raise CellError("title_missing")
        if len(found) > LIMITS[self.field]:
            code = "title_too_long" if self.field == "title" else "text_too_long"
            raise CellError(code, found, length=len(found), limit=LIMITS[self.field])
        return found


class PointWidget(CellWidget):
    """The number of a work point of this plan."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        written = cells.text(value)
        if not written:
            raise CellError("work_point_missing")
        found: int | None = kwargs["context"].point(written)
        if found is None:
            raise CellError("work_point_unknown", written)
        return found


class TargetWidget(CellWidget):
    """Number and unit, from two columns or from one."""

    beside = "unit"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> cells.Target | None:
        found = cells.target(value, row.get("unit"))
        if found and len(found.unit) > LIMITS["unit"]:
            raise CellError("text_too_long", found.unit, length=len(found.unit), limit=LIMITS["unit"])
        return found


class UnitsWidget(CellWidget):
    """Units and collective units of a cell."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Named:
        found: Named = kwargs["context"].units.read(value)
        return found


class DeadlineWidget(CellWidget):
    """A deadline in any spelling."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Deadline | None:
        found: Deadline | None = kwargs["context"].days.deadline(value)
        return found


class StartWidget(CellWidget):
    """The first day of what is written."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime.date | None:
        found: datetime.date | None = kwargs["context"].days.start(value)
        return found
