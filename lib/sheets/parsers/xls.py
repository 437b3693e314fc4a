"""Excel 97–2003: xlrd knows number formats and hidden columns, which calamine leaves out of these files."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from typing import Any

import xlrd
from xlrd.xldate import xldate_as_datetime

from .common import Frame, Limits, Refused, check_size, facts, in_frames


def sheets(path: str, limits: Limits) -> Iterator[Frame]:
    """The frames of a workbook; raises Refused."""
    book, formats = _open(path)
    for index in range(book.nsheets):
        try:
            sheet = book.sheet_by_index(index)
        except Exception as error:
            raise Refused("broken", why=str(error)) from error
        check_size(sheet.name, sheet.nrows, sheet.ncols, limits)
        visible = getattr(sheet, "visibility", 0) == 0
        known = _facts(book, sheet) if formats else facts()
        for row in range(sheet.nrows):
            for column, kind in enumerate(sheet.row_types(row)):
                if kind == xlrd.XL_CELL_ERROR:
                    code = sheet.cell_value(row, column)
                    known["broken"][row, column] = xlrd.error_text_from_code.get(code, "#?")
        yield "sheet", sheet.name, visible, known
        yield from in_frames(_rows(book, sheet))
        book.unload_sheet(index)


def _open(path: str) -> tuple[Any, bool]:
    """The workbook, and whether its formats could be read."""
    for formats in (True, False):
        try:
            return xlrd.open_workbook(path, logfile=io.StringIO(), formatting_info=formats, on_demand=True), formats
        except xlrd.XLRDError as error:
            if "encrypt" in str(error).lower() or "password" in str(error).lower():
                raise Refused("encrypted") from error
            if not formats:
                raise Refused("broken", why=str(error)) from error
        except MemoryError:
            raise
        except Exception as error:  # a damaged file makes xlrd stumble in many ways
            if not formats:
                raise Refused("broken", why=str(error)) from error
    raise Refused("broken")


def _facts(book: Any, sheet: Any) -> dict[str, Any]:
    styles = set()
    for number, style in enumerate(book.xf_list):
        form = book.format_map.get(style.format_key)
        if form and "%" in form.format_str:
            styles.add(number)
    percents = []
    if styles:
        for row in range(sheet.nrows):
            for column in range(sheet.row_len(row)):
                if sheet.cell_xf_index(row, column) in styles and sheet.cell_type(row, column) == xlrd.XL_CELL_NUMBER:
                    percents.append((row, column))
    return facts(
        merges=[((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells],
        hidden_rows=[row for row, info in sheet.rowinfo_map.items() if info.hidden],
        hidden_columns=[column for column, info in sheet.colinfo_map.items() if info.hidden or not info.width],
        percents=percents,
    )


def _rows(book: Any, sheet: Any) -> Iterator[list[Any]]:
    for row in range(sheet.nrows):
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        yield [_value(kind, value, book.datemode) for kind, value in zip(kinds, values, strict=True)]


def _value(kind: int, value: Any, datemode: int) -> Any:
    if kind == xlrd.XL_CELL_DATE:
        return _day(value, datemode)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    return "" if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR} else value


def _day(value: float, datemode: int) -> Any:
    """A date, or the bare number where no day has it."""
    if value < 0:
        return value
    try:
        found = xldate_as_datetime(value, datemode)
    except (OverflowError, ValueError):
        return value
    if value < 1:
        return found.time()
    return found.date() if found.time() == datetime.time() else found
