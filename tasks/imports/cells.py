"""From one cell to one value: text, number, target, work point. The rules are in docs/import.md."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from lib.sheets.read import Cell

from .faults import CellError

_BLANK = " \t\r\n\u00a0\u3000\u200b\ufeff"
_HALF_WIDTH = {0xFF10 + digit: ord("0") + digit for digit in range(10)} | {
    ord("％"): "%", ord("＋"): "+", ord("－"): "-", ord("．"): ".",
    ord("\u2028"): None,
} | {code: None for code in range(32) if chr(code) != "\t"}  # fmt: skip
_ODD = re.compile("[０-９％＋－．\u2028\x00-\x08\x0a-\x1f]")  # most cells have none of these, and translate() is slow
_ORDINALS = {char: value for value, char in enumerate("一二三四五六七八九", 1)}
_CIRCLED = {chr(0x2460 + number): str(number + 1) for number in range(20)}
_NOTHING = {"", "—", "——", "-", "--", "/", "／", "无"}
_AT_LEAST = re.compile(r"^(?:不少于|不低于|至少|≥|>=|＞=|≧|达到)\s*")
_AMOUNT = re.compile(r"^([+-]?\d[\d,，]*(?:\.\d+)?)\s*(万|亿)?\s*(.*)$")
_TIMES = {"万": 10_000, "亿": 100_000_000}
_POINT = re.compile(
    r"^[（(]?(十?[一二三四五六七八九]|[一二三四五六七八九]?十[一二三四五六七八九]?|\d{1,2})[)）]?(?:[、.．，,：:\s]|$)"
)
TARGET_LIMIT = Decimal(10) ** 12


class Target(NamedTuple):
    """A number to reach, with its unit of measure."""

    value: Decimal
    unit: str


def text(cell: Cell) -> str:
    """The cell as the sheet shows it: trimmed, without line breaks, full-width digits made half-width."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return (cell.translate(_HALF_WIDTH) if _ODD.search(cell) else cell).strip(_BLANK)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def chinese_number(written: str) -> int | None:
    """一 … 九十九 as an integer; None for anything else."""
    tens, ten, ones = written.rpartition("十")
    if any(char not in _ORDINALS for char in (tens, ones) if char):
        return None
    if not ten:
        return _ORDINALS.get(written)
    return 10 * _ORDINALS.get(tens, 1) + _ORDINALS.get(ones, 0)


def number(cell: Cell) -> str:
    """The number of a row without brackets, 、 and final dot: 1, 1.1; ① and （一） give 1."""
    found = text(cell).strip("（）()[]【】、.．,， ")
    if found in _CIRCLED:
        return _CIRCLED[found]
    counted = chinese_number(found) if found else None
    return str(counted) if counted is not None else found


def target(amount: Cell, unit: Cell) -> Target | None:
    """Number and unit from two cells or from one; None where nothing is asked for. Raises CellError."""
    unit_text = text(unit)
    if isinstance(amount, int | float) and not isinstance(amount, bool):
        value = Decimal(str(amount))
        if not unit_text and 0 < value <= 1:  # a cell formatted as percent holds 0.95
            return Target(value * 100, "%")
        return Target(_within(value, amount), unit_text)
    written = text(amount)
    if written in _NOTHING:
        return None
    found = _AMOUNT.match(_AT_LEAST.sub("", written))
    if found is None:
        raise CellError("target_not_number", written)
    try:
        value = Decimal(re.sub("[,，]", "", found[1])) * _TIMES.get(found[2] or "", 1)
    except InvalidOperation as error:
        raise CellError("target_not_number", written) from error
    return Target(_within(value, amount), (unit_text if unit_text not in _NOTHING else "") or found[3].strip())


def _within(value: Decimal, cell: Cell) -> Decimal:
    if value < 0:
        raise CellError("target_negative", text(cell))
    if value >= TARGET_LIMIT:
        raise CellError("target_too_large", text(cell))
    return value


def plain(value: Decimal) -> int | float:
    """A number as JSON shows it: 3, not 3.0."""
    return int(value) if value == value.to_integral_value() else float(value)


def leading_number(written: str) -> int | None:
    """The number that a work point begins with: 一、…, （二）…, 3、…; None where it begins with words."""
    found = _POINT.match(written)
    if found is None:
        return None
    return int(found[1]) if found[1].isdecimal() else chinese_number(found[1])


def squeezed(written: str) -> str:
    """Without punctuation and blanks, to compare names that are written a little differently."""
    return re.sub(r"[\W_]+", "", written)
