"""Text with separators, in whichever encoding an office's Excel or WPS wrote it."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lib.sheets.csvs import plain

from .common import Frame, Limits, Refused, check_size, facts, in_frames

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def sheets(path: str, limits: Limits) -> Iterator[Frame]:
    """One sheet without a name. Its rows are the lines of the file: a record over three lines takes three rows."""
    text = decoded(Path(path).read_bytes())
    csv.field_size_limit(1024 * 1024)
    lines = text.splitlines(keepends=True) if "\x0b" not in text else text.replace("\x0b", " ").splitlines(True)
    rows: list[list[str]] = []
    reader = csv.reader(lines, delimiter=separator(lines[:50]))
    width = 0
    try:
        for record in reader:
            rows.append([plain(cell) for cell in record])
            rows += ([] for _ in range(reader.line_num - len(rows)))
            width = max(width, len(record))
            if len(rows) > limits.rows or width > limits.columns:
                break
    except csv.Error as error:
        raise Refused("broken", why=str(error)) from error
    check_size("CSV", len(rows), width, limits)
    yield "sheet", "", True, facts()
    yield from in_frames(rows)


def decoded(content: bytes) -> str:
    """The text; raises Refused where it is in no known encoding."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _strictly(content, name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name, newline in (("utf-16-le", b"\n\x00"), ("utf-16-be", b"\x00\n")):
        if newline in content and len(content) % 2 == 0:
            return _strictly(content, name)
    return _strictly(content, "gb18030")


def _strictly(content: bytes, name: str) -> str:
    try:
        text = content.decode(name)
    except UnicodeDecodeError as error:
        raise Refused("encoding") from error
    if text[:100_000].count("\x00") > 10:
        raise Refused("foreign")
    return text


def separator(lines: list[str]) -> str:
    """The character that divides most lines into the same number of fields."""
    best, character = 0.0, ","
    for candidate in ",\t;|":
        counts = Counter(line.count(candidate) for line in lines if line.strip())
        counts.pop(0, None)
        number, times = max(counts.items(), key=lambda item: item[0] * item[1], default=(0, 0))
        if number * times > best:
            best, character = number * times, candidate
    return character
