"""Writing a workbook that an office can print and filter: bold frozen heads, widths, real dates and numbers.

Text goes through write_string, which can never become a formula, whatever a user typed.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Column(NamedTuple):
    """A head and a width in characters."""

    head: str
    width: float = 14


def workbook(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], note: str = "") -> bytes:
    """An xlsx file with one sheet: a title row, a line that says what was chosen (`note`), heads, rows."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    )
    sheet = book.add_worksheet(title[:31].translate(str.maketrans("[]:*?/\\", "       ")))
    bold = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format({"bold": True, "bg_color": "#EDF1F3", "border": 1, "text_wrap": True, "valign": "vcenter"})
    body = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    date = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "border": 1})
    sheet.write_string(0, 0, title, bold)
    sheet.write_string(1, 0, note)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(2, index, str(column.head), head)
    for line, row in enumerate(rows, 3):
        for index, value in enumerate(row):
            if value is None or value == "":
                sheet.write_blank(line, index, None, body)
            elif isinstance(value, bool):
                sheet.write_boolean(line, index, value, body)
            elif isinstance(value, int | float | Decimal):
                sheet.write_number(line, index, float(value), body)
            elif isinstance(value, datetime.date):
                sheet.write_datetime(line, index, datetime.datetime(value.year, value.month, value.day), date)
            else:
                sheet.write_string(line, index, str(value)[:32767], body)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    book.close()
    return buffer.getvalue()


def download(filename: str, content: bytes, content_type: str = XLSX) -> HttpResponse:
    """A response that the browser saves under `filename` (any script)."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    return response
