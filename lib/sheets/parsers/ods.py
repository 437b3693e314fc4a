"""OpenDocument: read from its markup, element by element; repeated cells are unfolded within the limits only."""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from .common import Frame, Limits, Refused, check_size, facts, in_frames

CHUNK = 1024 * 1024
_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+)")
_NUMBERS = {"float", "percentage", "currency"}


def sheets(path: str, limits: Limits) -> Iterator[Frame]:
    """The frames of a workbook; raises Refused."""
    reader = _Reader(limits)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _doctype
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk, False)
                yield from reader.done()
            parser.Parse(b"", True)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, expat.ExpatError, NotImplementedError) as error:
        raise Refused("broken", why=str(error)) from error
    yield from reader.done()


def _doctype(*_arguments: Any) -> None:
    raise Refused("entities")


class _Reader:
    """Collects one table after the other; names are compared without their prefix."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._ready: list[Frame] = []
        self._name = ""
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._depth = 0  # tables in tables, and everything inside of annotations, are left out
        self._begin("")

    def _begin(self, name: str) -> None:
        self._name, self._visible = name, True
        self.facts = facts()
        self.rows: list[list[Any]] = []
        self.row: list[Any] = []
        self._blank_rows = 0
        self._columns = self._width = 0
        self._words: list[str] | None = None
        self._cell: dict[str, str] = {}
        self._row: dict[str, str] = {}
        self._skip = 0

    def done(self) -> Iterator[Frame]:
        """The tables that are complete."""
        ready, self._ready = self._ready, []
        yield from ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        known = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if tag == "annotation" or (tag == "table" and self._depth):
            self._skip += 1
        if self._skip:
            return
        if tag == "style":
            self._style = known.get("name", "")
        elif tag == "table-properties" and known.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif tag == "table":
            self._depth = 1
            self._begin(known.get("name", ""))
            self._visible = known.get("style-name", "") not in self._hidden_styles
        elif self._depth:
            self._inside(tag, known)

    def _inside(self, tag: str, known: dict[str, str]) -> None:
        if tag == "table-column":
            times = _count(known, "number-columns-repeated")
            if known.get("visibility") in {"collapse", "filter"}:
                self.facts["hidden_columns"] += range(self._columns, min(self._columns + times, self.limits.columns))
            self._columns += times
        elif tag == "table-row":
            self._row, self.row = known, []
        elif tag in {"table-cell", "covered-table-cell"}:
            self._cell, self._words = known, []
        elif tag == "p" and self._words:
            self._words.append("\n")
        elif tag in {"line-break", "tab", "s"} and self._words is not None:
            self._words.append({"line-break": "\n", "tab": "\t"}.get(tag, " " * min(_count(known, "c"), 1000)))

    def text(self, data: str) -> None:
        if self._words is not None and not self._skip:
            self._words.append(data)

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if self._skip:
            self._skip -= tag in {"annotation", "table"}
            return
        if tag in {"table-cell", "covered-table-cell"}:
            self._end_cell()
        elif tag == "table-row":
            self._end_row()
        elif tag == "table":
            self._depth = 0
            self._ready.append(("sheet", self._name, self._visible, self.facts))
            self._ready += in_frames(self.rows)
            self._begin("")

    def _end_cell(self) -> None:
        known, row, column = self._cell, len(self.rows) + self._blank_rows, len(self.row)
        times = _count(known, "number-columns-repeated")
        written = "".join(self._words or [])
        self._words = None
        value = _value(known, written)
        if value == "" and column + times > self.limits.columns:
            times = max(self.limits.columns - column, 0)  # the blank rest of a row
        if value != "":
            check_size(self._name, row + 1, column + times, self.limits)
        self.row += [value] * times
        down, right = _count(known, "number-rows-spanned"), _count(known, "number-columns-spanned")
        if down > 1 or right > 1:
            self.facts["merges"].append(((row, column), (row + down - 1, column + right - 1)))
        cells = [(row, column + step) for step in range(times)]
        if known.get("value-type") == "percentage":
            self.facts["percents"] += cells
        if written.startswith(("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#N/A", "#NUM!", "Err:")):
            self.facts["broken"] |= dict.fromkeys(cells, written)
        elif "formula" in known and "value-type" not in known and not written:
            self.facts["broken"] |= dict.fromkeys(cells, "=")

    def _end_row(self) -> None:
        times = _count(self._row, "number-rows-repeated")
        while self.row and self.row[-1] == "":
            self.row.pop()
        if not self.row:
            self._blank_rows += times
            return
        height = len(self.rows) + self._blank_rows + times
        self._width = max(self._width, len(self.row))
        check_size(self._name, height, self._width, self.limits)
        self.rows += ([] for _ in range(self._blank_rows))
        self._blank_rows = 0
        if self._row.get("visibility") in {"collapse", "filter"}:
            self.facts["hidden_rows"] += range(len(self.rows), len(self.rows) + times)
        self.rows += (list(self.row) for _ in range(times))


def _count(known: dict[str, str], name: str) -> int:
    written = known.get(name, "1")
    return int(written) if written.isdecimal() and len(written) < 10 else 1


def _value(known: dict[str, str], written: str) -> Any:
    kind = known.get("value-type", "string" if written else "")
    try:
        if kind in _NUMBERS:
            return float(known["value"])
        if kind == "date":
            day = datetime.datetime.fromisoformat(known["date-value"])
            return day.date() if len(known["date-value"]) == 10 else day
        if kind == "boolean":
            return known["boolean-value"] == "true"
        found = _DURATION.match(known["time-value"]) if kind == "time" else None
    except (KeyError, ValueError, OverflowError):
        return written
    if found:
        return datetime.timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))
    return known.get("string-value", written) if kind == "string" else written
