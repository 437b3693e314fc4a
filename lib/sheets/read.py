"""Reading a workbook as it is: the cells of every sheet, and where cells are merged."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import NamedTuple

import python_calamine

Cell = str | int | float | bool | datetime.date | datetime.datetime | datetime.time | datetime.timedelta | None


class UnreadableFileError(Exception):
    """The file is no workbook, damaged, protected, or too large; the message says which."""


class Sheet(NamedTuple):
    """One sheet. `rows[0][0]` is A1; `merges` are 0-based ((top, left), (bottom, right)), inclusive."""

    name: str
    visible: bool
    rows: list[list[Cell]]
    merges: list[tuple[tuple[int, int], tuple[int, int]]]


def read_workbook(path: Path | str) -> list[Sheet]:
    """All sheets of an xlsx, xls or ods file; raises UnreadableFileError."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        found = []
        for meta in workbook.sheets_metadata:
            sheet = workbook.get_sheet_by_name(meta.name)
            visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
            found.append(
                Sheet(meta.name, visible, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or [])
            )
    except python_calamine.CalamineError as error:
        raise UnreadableFileError(str(error)) from error
    return found
