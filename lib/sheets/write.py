"""Lists out: a workbook that an office can print and filter, or CSV, as the address asks.

    if exporting(request):
        return export(request, f"{name} {today:%Y-%m-%d}", Sheet(title, columns, rows, note))

in the view of a list, and `{% include "partials/_export.html" with query=… words=… %}` among the actions of its
page. Bold frozen heads, widths, real dates and numbers. Text goes through write_string, which can never become a
formula, whatever a user typed. Rows are written as they come and never held together, so a long list costs time
and a temporary file, not memory.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import IO, Any, NamedTuple
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse, HttpRequest, HttpResponse

from . import csvs

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
CHUNK = 1000  # rows that an export reads from the database at a time
IN_MEMORY = 2 * 1024 * 1024  # octets of a file that are held before it goes to the disk
TEXT_LIMIT = 32_767  # characters in a cell
ROW_LIMIT = 1_048_576 - 3  # rows of a sheet without title, note and heads
_FORBIDDEN_IN_NAME = str.maketrans("[]:*?/\\", "       ")


class Column(NamedTuple):
    """A head and a width in characters; `key` is the column of the page that it belongs to."""

    head: str
    width: float = 14
    key: str = ""


class Sheet(NamedTuple):
    """One sheet of a workbook: a title (also its tab), a line that says what was chosen, heads, rows."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    note: str = ""


def write_workbook(
    target: IO[bytes], title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], note: str = ""
) -> int:
    """Writes an xlsx file with one sheet to `target` and returns the number of its rows.

    A title, a line that says what was chosen (`note`), heads with filter buttons, the rows. Rows beyond what
    a sheet can hold raise ValueError: a list must not be cut in silence.
    """
    return write_sheets(target, [Sheet(title, columns, rows, note)])


def write_sheets(target: IO[bytes], sheets: Iterable[Sheet]) -> int:
    """The same for several sheets, one after the other; returns the number of all their rows."""
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    edge = {"border": 1, "border_color": "#B8C2C8", "valign": "top"}
    styles = {
        "bold": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format(edge | {"bold": True, "bg_color": "#EDF1F3", "text_wrap": True, "valign": "vcenter"}),
        "body": book.add_format(edge | {"text_wrap": True}),
        "date": book.add_format(edge | {"num_format": "yyyy-mm-dd", "align": "right"}),
    }
    number = sum(_sheet(book, content, styles) for content in sheets)
    book.close()
    return number


def _sheet(book: xlsxwriter.Workbook, content: Sheet, styles: dict[str, Any]) -> int:
    """One sheet; returns the number of its rows."""
    sheet = book.add_worksheet(content.title.translate(_FORBIDDEN_IN_NAME).strip(" '")[:31] or "Sheet1")
    for index, column in enumerate(content.columns):
        sheet.set_column(index, index, column.width)
    sheet.write_string(0, 0, content.title, styles["bold"])
    sheet.write_string(1, 0, content.note)
    for index, column in enumerate(content.columns):
        sheet.write_string(2, index, str(column.head), styles["head"])
    number = 0
    body, date = styles["body"], styles["date"]
    for number, row in enumerate(content.rows, 1):
        if number > ROW_LIMIT:
            raise ValueError(f"more than {ROW_LIMIT} rows do not fit into a sheet")
        for index, value in enumerate(row):
            write_cell(sheet, number + 2, index, value, body, date)
    if content.columns:
        sheet.autofilter(2, 0, number + 2, len(content.columns) - 1)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&P / &N")
    return number


def write_cell(sheet: Any, row: int, column: int, value: Any, body: Any, date: Any) -> None:
    """One value by its kind; an aware or naive moment becomes its day."""
    kind = type(value)
    if kind is str and value:
        sheet.write_string(row, column, value if len(value) <= TEXT_LIMIT else value[:TEXT_LIMIT], body)
    elif kind is int or kind is Decimal or kind is float:
        sheet.write_number(row, column, float(value), body)
    elif value is None or value == "":
        sheet.write_blank(row, column, None, body)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, body)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, datetime.datetime(value.year, value.month, value.day), date)
    else:
        sheet.write_string(row, column, str(value)[:TEXT_LIMIT], body)


def with_columns(sheet: Sheet, keys: Iterable[str]) -> Sheet:
    """The sheet with the columns whose key is among `keys`, and those without a key."""
    shown = {*keys, ""}
    places = [place for place, column in enumerate(sheet.columns) if column.key in shown]
    if len(places) == len(sheet.columns):
        return sheet
    pick: Callable[[Sequence[Any]], Sequence[Any]] = itemgetter(*places) if len(places) > 1 else _only(places)
    return sheet._replace(columns=[sheet.columns[place] for place in places], rows=map(pick, sheet.rows))


def _only(places: list[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return lambda row: [row[place] for place in places]


def exporting(request: HttpRequest) -> bool:
    """Whether the address of a page asks for its list as a file."""
    return request.GET.get("format") in {"xlsx", "csv"}


def export(request: HttpRequest, name: str, *sheets: Sheet) -> FileResponse:
    """The list as a download: Excel, or with `?format=csv` CSV (several sheets: a zip of them).

    `name` is the file's name without its ending.
    """
    if request.GET.get("format") != "csv":
        return stream(f"{name}.xlsx", lambda file: write_sheets(file, sheets))
    if len(sheets) == 1:
        return stream(f"{name}.csv", lambda file: csvs.write_csv(file, _lines(sheets[0])), csvs.CSV)
    return stream(f"{name}.zip", lambda file: _zip_of_csvs(file, sheets), ZIP)


def _lines(sheet: Sheet) -> Iterator[Sequence[Any]]:
    """Heads and rows; title and note would be in the way of whoever reads the table on."""
    yield [str(column.head) for column in sheet.columns]
    yield from sheet.rows


def _zip_of_csvs(target: IO[bytes], sheets: Sequence[Sheet]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets:
            with archive.open(f"{file_name(sheet.title)}.csv", "w") as file:
                csvs.write_csv(file, _lines(sheet))


def file_name(words: str) -> str:
    """Words as a file name that every system takes, at most 80 letters."""
    return "".join(" " if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in words).strip(" .")[:80] or "file"


def workbook(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], note: str = "") -> bytes:
    """The same as octets, for short lists."""
    buffer = io.BytesIO()
    write_workbook(buffer, title, columns, rows, note)
    return buffer.getvalue()


def download(filename: str, content: bytes, content_type: str = XLSX) -> HttpResponse:
    """A response that the browser saves under `filename` (any script)."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    return response


def stream(filename: str, write: Callable[[IO[bytes]], Any], content_type: str = XLSX) -> FileResponse:
    """The same for long lists: `write` fills a temporary file, which is sent piece by piece and then gone."""
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        write(file)
        long = file.seek(0, io.SEEK_END) > IN_MEMORY
        file.seek(0)
        if long:
            stack.pop_all()  # from here on the response closes it
        body: IO[bytes] = file if long else io.BytesIO(file.read())
    return FileResponse(body, as_attachment=True, filename=filename, content_type=content_type)
