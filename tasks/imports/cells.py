"""From one cell to one value: text, number, target, work point. The rules are in docs/import.md."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from lib.sheets.read import Cell, Percent

from .faults import CellError

_BLANK = " \t\r\n\u00a0\u3000\u200b\ufeff"
# Control characters and what is invisible; the tab is a blank.
_UNSEEN = [
    *range(9), *range(10, 32), *range(127, 160), *range(0x200B, 0x2010), 0x2028, 0x2029, *range(0x202A, 0x202F), 0x2060,
    0xFEFF, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000),
]  # fmt: skip
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how a workbook writes what XML cannot hold: _x000D_
_HALF_WIDTH: dict[int, Any] = {0xFF10 + digit: ord("0") + digit for digit in range(10)} | {
    ord("％"): "%", ord("＋"): "+", ord("－"): "-", ord("．"): ".",
} | dict.fromkeys(_UNSEEN)  # fmt: skip
# Most cells have nothing of this, and translate() is slow.
_ODD = re.compile("[０-９％＋－．" + "".join(f"{chr(code)}" for code in _UNSEEN) + "]")
_ORDINALS = {char: value for value, char in enumerate("一二三四五六七八九", 1)}
_COUNTED = re.compile("^第([一二三四五六七八九十百零]+)[项条号款]?$")
_NOTHING = {"", "—", "——", "-", "--", "–", "―", "/", "／", "\\", "无", "暂无", "不适用", "无量化目标"}
_AT_LEAST = re.compile(
    r"^(?:(?:总数|数量|比例|覆盖率|全年|年度|力争|确保|完成|实现|新增|达)?"
    r"(?:不少于|不低于|不小于|不得少于|不得低于|大于等于|至少|≥|>=|＞=|≧|＞|>|达到|超过|约|共|达))\s*"
)
_AT_MOST = re.compile(r"(?:以上|及以上|左右)$")
_AMOUNT = re.compile(
    r"^([+-]?(?:\d{1,3}(?: \d{3})+|\d[\d,，]*)(?:\.\d+)?)\s*(百万|千万|万|亿)?\s*(?![-—~～至到]\s*\d)(\D.*|)$"
)
_TIMES = {"万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
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
        if "_x" in cell:
            cell = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
        return (cell.translate(_HALF_WIDTH) if _ODD.search(cell) else cell).strip(_BLANK)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, Percent):
        return f"{_plain(cell * 100)}%"
    if isinstance(cell, float):
        return _plain(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def _plain(number: float) -> str:
    """A number as a sheet shows it: 3, 0.1, never 1e+20 or the dust of binary fractions."""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    number = round(number, 10)
    if not math.isfinite(number):
        return str(number)
    return f"{Decimal(repr(number)):f}".removesuffix(".0")


def chinese_number(written: str) -> int | None:
    """一 … 九百九十九 as an integer; None for anything else."""
    hundreds, hundred, rest = written.rpartition("百")
    rest = rest.removeprefix("零") if hundred else rest
    tens, ten, ones = rest.rpartition("十")
    if any(char not in _ORDINALS for char in (hundreds, tens, ones) if char) or (hundred and not hundreds):
        return None
    if not hundred and not ten:
        return _ORDINALS.get(rest)
    return 100 * _ORDINALS.get(hundreds, 0) + (10 * _ORDINALS.get(tens, 1) if ten else 0) + _ORDINALS.get(ones, 0)


def number(cell: Cell) -> str:
    """The number of a row without brackets, 、 and final dot: 1, 1.1, 1-1; ①, ⑴, ㈠, （一） and 第一项 give 1.

    1-1 typed into a cell becomes the first of January there, and 1-1 again here.
    """
    if type(cell) is float and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.date):
        return f"{cell.month}-{cell.day}"
    found = text(cell)
    if found[:1] > "\u2000" and len(found) < 12:
        found = unicodedata.normalize("NFKC", found)
    found = found.strip("（）()[]【】〔〕、.．,，:： ")
    counted = chinese_number(_COUNTED.sub(r"\1", found)) if found and len(found) < 10 else None
    return str(counted) if counted is not None else found


def target(amount: Cell, unit: Cell) -> Target | None:
    """Number and unit from two cells or from one; None where nothing is asked for. Raises CellError."""
    unit_text = text(unit)
    unit_text = "" if unit_text in _NOTHING else unit_text
    if isinstance(amount, Percent):
        return Target(_within(Decimal(str(round(amount * 100, 8))), amount), "%")
    if isinstance(amount, int | float) and not isinstance(amount, bool):
        if not math.isfinite(amount):
            raise CellError("target_not_number", text(amount))
        return Target(_within(Decimal(str(round(amount, 8))), amount), unit_text)
    written = text(amount)
    if written in _NOTHING:
        return None
    found = _AMOUNT.match(_AT_LEAST.sub("", written))
    if found is None or isinstance(amount, datetime.date):
        raise CellError("target_not_number", written)
    try:
        value = Decimal(re.sub("[,， ]", "", found[1])) * _TIMES.get(found[2] or "", 1)
    except InvalidOperation as error:
        raise CellError("target_not_number", written) from error
    behind = _AT_MOST.sub("", found[3]).strip()
    return Target(_within(value, amount), unit_text or behind)


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
