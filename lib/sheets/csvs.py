"""CSV that Excel in China opens rightly by a double click, and in which nothing is ever calculated.

UTF-8 with its mark (without it Excel takes the file for GBK), commas, CRLF. A text that a spreadsheet would
take for a formula gets an apostrophe in front; a text of digits that it would take for a number, and cut at 15
digits or rob of its leading noughts (credit codes, telephone numbers), gets a tab behind.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

CSV = "text/csv; charset=utf-8"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_EXACT = 11  # digits that a cell shows in full


def write_csv(target: IO[bytes], lines: Iterable[Sequence[Any]]) -> None:
    """Writes the lines to `target` as they come."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=False)
    try:
        csv.writer(text).writerows(map(_texts, lines))
        text.flush()
    finally:
        text.detach()


def _texts(line: Sequence[Any]) -> list[str]:
    return [text_of(value) for value in line]


def text_of(value: Any) -> str:
    """One cell: numbers plain, days as 2017-06-30, words that never become a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return str(value)
    return inert(str(value).replace("\0", ""))


def plain(text: str) -> str:
    """What `inert` was given: a file of ours that comes back is read as it was."""
    return text[1:] if text[:1] == "'" and inert(text[1:]) == text else text


def inert(text: str) -> str:
    """The text so that a spreadsheet shows it as it is."""
    if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA):
        return f"'{text}"
    if text.isdecimal() and (len(text) > _EXACT or (len(text) > 1 and text[0] == "0")):
        return f"{text}\t"
    return text
