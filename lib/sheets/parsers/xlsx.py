"""xlsx and xlsm: calamine reads the values, a scan of the markup beforehand says what calamine does not.

The scan streams each sheet's part once, a few megabytes at a time, and looks for little: cells far outside
(calamine would ask for memory for the whole rectangle), percent formats, hidden rows and columns, error values,
formulas without a result. Macros are a part that nobody opens.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import python_calamine as calamine

from .common import Frame, Limits, Refused, check_size, facts, in_frames, place

CHUNK = 4 * 1024 * 1024
LAST = 256 * 1024  # what stands behind the rows
LONGEST_ROW = 64 * 1024 * 1024
SMALL_PART = 32 * 1024 * 1024
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_PERCENT_FORMATS = {9, 10}
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FAR = re.compile(rb' r="((?:[A-Z]{3}|[J-Z][A-Z]|I[W-Z])[0-9]+|[A-Z]+[0-9]{6,7})"(?:[^>]*[^/>])?>')
_WIDE = re.compile(rb' r="([A-H][A-Z]|I[A-V])[0-9]')
_LAST = re.compile(rb'<c [^>]*r="([A-Z]+[0-9]+)"')
_ERROR = re.compile(rb'<c (?=[^>]*\bt="e")[^>]*?\br="([A-Z]+[0-9]+)"[^>]*>.*?<v>([^<]*)</v>')
_UNSOLVED = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(<v\s*/>|<v>\s*</v>)?\s*</c>')
_HIDDEN_ROW = re.compile(rb'<row (?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="([0-9]+)"')
_COLUMN = re.compile(rb"<col [^>]*>")


def sheets(path: str, limits: Limits) -> Iterator[Frame]:
    """The frames of a workbook; raises Refused and calamine's own errors."""
    with zipfile.ZipFile(path) as archive:
        _check_markup(archive)
        parts = _parts(archive)
        percents = _percent_styles(archive)
        workbook = calamine.CalamineWorkbook.from_path(path)
        for meta in workbook.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            scan = _Scan(meta.name, percents, limits)
            if meta.name in parts:
                scan.run(archive, parts[meta.name])
            sheet = workbook.get_sheet_by_name(meta.name)
            height, width = (last + 1 for last in sheet.end or (-1, -1))
            check_size(meta.name, height, width, limits)
            merges = [merge for merge in sheet.merged_cell_ranges or [] if merge[0][0] < height]
            visible = meta.visible == calamine.SheetVisibleEnum.Visible
            yield "sheet", meta.name, visible, facts(merges=merges, **scan.found(height))
            yield from in_frames(_rows(sheet) if height else ())


def _rows(sheet: calamine.CalamineSheet) -> Iterator[list[Any]]:
    """From the first row and column on: calamine begins with the first column that holds something."""
    blank = [""] * (sheet.start[1] if sheet.start else 0)
    return (blank + row for row in sheet.iter_rows()) if blank else sheet.iter_rows()


def _check_markup(archive: zipfile.ZipFile) -> None:
    """A workbook never declares a document type; where one stands, entities are about to blow up."""
    for entry in archive.infolist():
        if entry.filename.lower().endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                head = part.read(64 * 1024)
            if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                head = head.decode("utf-16", "replace").encode()
            if _DOCTYPE.search(head):
                raise Refused("entities")


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    try:
        entry = archive.getinfo(name)
    except KeyError:
        return None
    if entry.file_size > SMALL_PART:
        return None
    data = archive.read(entry)
    if _DOCTYPE.search(data):
        raise Refused("entities")
    try:
        return ElementTree.fromstring(data)  # noqa: S314 (no document type, so no entities)
    except ElementTree.ParseError as error:
        raise Refused("broken", why=str(error)) from error


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → part of the archive."""
    book = _tree(archive, "xl/workbook.xml")
    links = _tree(archive, "xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        return {}
    names = set(archive.namelist())
    targets = {}
    for link in links:
        target = link.get("Target", "")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        targets[link.get("Id", "")] = full
    found = {}
    for sheet in [*book.iter(f"{_MAIN}sheet"), *book.iter(f"{_STRICT}sheet")]:
        key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
        if targets.get(key, "") in names:
            found[sheet.get("name", "")] = targets[key]
    return found


def _percent_styles(archive: zipfile.ZipFile) -> set[int]:
    """Numbers of the cell styles whose number format is a percentage."""
    tree = _tree(archive, "xl/styles.xml")
    if tree is None:
        return set()
    formats = set(_PERCENT_FORMATS)
    found: set[int] = set()
    for space in (_MAIN, _STRICT):
        for one in tree.iter(f"{space}numFmt"):
            code = re.sub(r'"[^"]*"|\\.|\[[^]]*\]', "", one.get("formatCode", ""))
            if "%" in code and one.get("numFmtId", "").isdecimal():
                formats.add(int(one.get("numFmtId", "")))
        styles = tree.find(f"{space}cellXfs")
        for number, style in enumerate(styles if styles is not None else ()):
            if style.get("numFmtId", "").isdecimal() and int(style.get("numFmtId", "")) in formats:
                found.add(number)
    return found


class _Scan:
    """One pass over the markup of a sheet."""

    def __init__(self, name: str, percents: set[int], limits: Limits) -> None:
        self.name = name
        self.limits = limits
        styles = b"|".join(str(style).encode() for style in sorted(percents))
        self._percent = re.compile(rb'<c (?=[^>]*\bs="(?:' + styles + rb')")[^>]*?\br="([A-Z]+[0-9]+)"')
        self._has_percents = bool(percents)
        self.percents: list[tuple[int, int]] = []
        self.broken: dict[tuple[int, int], str] = {}
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []
        self._prefix = b""
        self._width, self._height = 1, 0

    def run(self, archive: zipfile.ZipFile, part: str) -> None:
        """Raises Refused for cells far outside; a damaged archive is left for calamine to name."""
        try:
            with archive.open(part) as stream:
                self._head(rest := stream.read(CHUNK))
                while chunk := stream.read(CHUNK):
                    rest += chunk
                    cut = max(rest.rfind(b"<" + self._prefix + b"row "), 0)
                    if len(rest) - cut > LONGEST_ROW:
                        raise Refused("too_large", sheet=self.name, rows=self._height, columns=len(rest), cell="")
                    self._look(rest[:cut])
                    rest = rest[cut:]
                self._look(rest)
                if b"</" + self._prefix + b"worksheet>" not in rest[-LAST:]:
                    raise Refused("broken", why="the sheet ends too early")  # calamine would read half of it
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise Refused("broken", why=str(error)) from error

    def _head(self, head: bytes) -> None:
        """The name space's prefix, and the hidden columns, which stand before the rows."""
        found = re.search(rb"<(\w+:)?sheetData", head)
        self._prefix = (found[1] or b"") if found else b""
        head = self._plain(head[: found.start()] if found else b"")
        for column in _COLUMN.findall(head):
            known = dict(re.findall(rb'\b(\w+)="([^"]*)"', column))
            if known.get(b"hidden") in {b"1", b"true"} or known.get(b"width") in {b"0", b"0.0"}:
                first, last = int(known.get(b"min", b"1")), int(known.get(b"max", b"1"))
                self.hidden_columns += range(first - 1, min(last, self.limits.columns))

    def _plain(self, data: bytes) -> bytes:
        if not self._prefix:
            return data
        return data.replace(b"<" + self._prefix, b"<").replace(b"</" + self._prefix, b"</")

    def _look(self, data: bytes) -> None:
        data = self._plain(data)
        far = _FAR.search(data)
        while far:
            row, column = place(far[1].decode())
            if row >= self.limits.rows or column >= self.limits.columns:
                raise Refused("too_large", sheet=self.name, rows=row + 1, columns=column + 1, cell=far[1].decode())
            far = _FAR.search(data, far.end()) if self._width < self.limits.columns else None
        self._measure(data)
        if self._has_percents:
            self.percents += (place(found[1].decode()) for found in self._percent.finditer(data))
        if b't="e"' in data:
            for found in _ERROR.finditer(data):
                self.broken[place(found[1].decode())] = found[2].decode("utf-8", "replace")
        if b"<f" in data:
            for found in _UNSOLVED.finditer(data):
                if not (found[3] and b't="str"' in found[2]):
                    self.broken[place(found[1].decode())] = "="
        if b'hidden="' in data:
            self.hidden_rows += (int(found[1]) - 1 for found in _HIDDEN_ROW.finditer(data))

    def _measure(self, data: bytes) -> None:
        """The rectangle that the values span must fit before calamine asks for its memory."""
        for letter in range(26, self._width, -1):  # the widest of the single letters; absent ones are passed fast
            if re.search(b' r="%c[0-9]' % (64 + letter), data):
                self._width = letter
                break
        for wide in _WIDE.finditer(data):
            self._width = max(self._width, place(wide[1].decode())[1] + 1)
        end = data.rfind(b"</c>")
        start = data.rfind(b"<c ", 0, end) if end >= 0 else -1
        last = _LAST.match(data, start) if start >= 0 else None
        if last:
            self._height = max(self._height, place(last[1].decode())[0] + 1)
            check_size(self.name, self._height, self._width, self.limits, last[1].decode())

    def found(self, height: int) -> dict[str, Any]:
        """The facts, as far as there are values."""
        return {
            "hidden_columns": self.hidden_columns,
            "hidden_rows": [row for row in self.hidden_rows if row < height],
            "percents": [cell for cell in self.percents if cell[0] < height],
            "broken": self.broken,
        }
