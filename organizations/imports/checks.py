"""Cells whose values are few or numbers: yes or no, staff, coordinates."""

from __future__ import annotations

import re

from .table import RowRefused

_YES = {"是", "有", "√", "✓", "Y", "YES", "TRUE", "1"}
_NO = {"", "否", "无", "×", "X", "N", "NO", "FALSE", "0", "-", "—", "/"}
_COUNT = re.compile(r"^(?:约)?\s*(\d[\d,，]*)\s*(?:人|名)?$")


def yes_or_no(written: str, field: str) -> bool:
    """是 or 否, a blank meaning 否; raises RowRefused for anything else."""
    value = written.upper()
    if value not in _YES | _NO:
        raise RowRefused(field, "not_yes_or_no", written)
    return value in _YES


def count_of(written: str, field: str) -> int | None:
    """A number of people (35人, 1,250); None for a blank; raises RowRefused."""
    if not written:
        return None
    found = _COUNT.match(written)
    if found is None or len(found[1]) > 9:
        raise RowRefused(field, "not_a_number", written)
    return int(re.sub("[,，]", "", found[1]))


def degrees(written: str, field: str, limit: int) -> float | None:
    """A coordinate in degrees (WGS-84, up to six decimals); None for a blank; raises RowRefused."""
    if not written:
        return None
    try:
        value = float(written.rstrip("°"))
    except ValueError:
        value = float("nan")
    if not abs(value) <= limit:
        raise RowRefused(field, "coordinate_invalid", written)
    return round(value, 6)
