"""How dates, numbers and sizes are written, in the active language, by one hand.

Prepared as strings once per row, because localizing inside a template costs three times as much.
"""

import datetime
from decimal import Decimal

from django.utils.translation import get_language

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_CHINESE_ORDINALS = "零一二三四五六七八九十"


def is_chinese() -> bool:
    """True where the active language is Chinese."""
    return (get_language() or "zh-hans").startswith("zh")


def day(value: datetime.date | None) -> str:
    """2017年6月30日, 30 Jun 2017; an empty string for None."""
    if value is None:
        return ""
    if is_chinese():
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: datetime.date | None, year: int | None = None) -> str:
    """6月30日, 30 Jun within `year` (the plan's); with the year outside it."""
    if value is None:
        return ""
    if year is not None and value.year != year:
        return day(value)
    return f"{value.month}月{value.day}日" if is_chinese() else f"{value.day} {_MONTHS[value.month - 1]}"


def month(value: int) -> str:
    """A month of the year by its number: 6月, Jun."""
    return f"{value}月" if is_chinese() else _MONTHS[value - 1]


def moment(value: datetime.datetime) -> str:
    """A local day with its time: 2017年6月30日 09:05."""
    return f"{day(value.date())} {value:%H:%M}"


def number(value: Decimal | int | float | None) -> str:
    """37,420 and 0.5: thousands grouped, no trailing zeros; an empty string for None."""
    if value is None:
        return ""
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: Decimal | int | None, unit: str = "") -> str:
    """A number with its unit after a blank: 450 家."""
    return f"{number(value)} {unit}".strip() if value is not None else ""


def ordinal(value: int) -> str:
    """A work point's number: 一 … 十 in Chinese, 1 … 10 in English."""
    return _CHINESE_ORDINALS[value] if is_chinese() and 0 < value <= 10 else str(value)


def size(octets: int) -> str:
    """A file size: 38 KB, 4.2 MB (1 KB = 1024 octets)."""
    if octets < 1024 * 1024:
        return f"{max(1, round(octets / 1024))} KB"
    return f"{octets / 1024 / 1024:.1f} MB"


def period(key: str) -> str:
    """2017年, 2017年第二季度, 2017年5月 for the keys 2017, 2017Q2, 2017-05."""
    if "Q" in key:
        year, quarter = key.split("Q")
        return f"{year}年第{_CHINESE_ORDINALS[int(quarter)]}季度" if is_chinese() else f"Q{quarter} {year}"
    if "-" in key:
        year, month = key.split("-")
        return f"{year}年{int(month)}月" if is_chinese() else f"{_MONTHS[int(month) - 1]} {year}"
    return f"{key}年" if is_chinese() else key
