"""The period of an accountability sheet: a year, a quarter, or two days; read from the address."""

from __future__ import annotations

import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.dateparse import parse_date

from lib import formats, periods

from .quarters import Quarter


class Period(NamedTuple):
    """From the first to the last day; `as_of` is the day by which everything is judged. `wrong`: typed, but no span.

    `has_ended`: its last day is over, and so judged at its close.
    """

    key: str
    starts_on: datetime.date
    ends_on: datetime.date
    as_of: datetime.date
    wrong: bool = False
    has_ended: bool = False

    @property
    def words(self) -> str:
        """2017年第三季度, or the two days."""
        if self.key:
            return formats.period(self.key)
        return f"{formats.day(self.starts_on)} – {formats.day(self.ends_on)}"

    @property
    def query(self) -> str:
        """The same in an address."""
        if self.key:
            return urlencode({"period": self.key})
        return urlencode({"from": self.starts_on.isoformat(), "to": self.ends_on.isoformat()})

    @property
    def is_running(self) -> bool:
        """True where the period has not ended yet."""
        return self.as_of < self.ends_on


def _day(text: str) -> datetime.date | None:
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _made(key: str, starts_on: datetime.date, ends_on: datetime.date, today: datetime.date, wrong: bool) -> Period:
    return Period(key, starts_on, ends_on, min(ends_on, today), wrong, ends_on < today)


def read(data: QueryDict, today: datetime.date) -> Period:
    """`?period=2017` or `2017Q3`, or `?from=…&to=…`; without any (or for nonsense) the quarter of today."""
    first, last = _day(data.get("from", "")), _day(data.get("to", ""))
    asked = bool(data.get("from") or data.get("to"))
    if first and last and first <= last <= datetime.date(2100, 12, 31) and first.year >= 2000:
        return _made("", first, last, today, False)
    key = data.get("period", "")
    if key.isascii() and key.isdigit() and len(key) == 4 and key.startswith("20"):
        return _made(key, datetime.date(int(key), 1, 1), datetime.date(int(key), 12, 31), today, asked)
    try:
        quarter = Quarter.parse(key or periods.quarter_of(today))
    except ValueError:
        quarter, asked = Quarter.parse(periods.quarter_of(today)), True
    return _made(quarter.key, quarter.starts_on, quarter.ends_on, today, asked)


def choices(today: datetime.date, years: list[int]) -> list[tuple[str, str]]:
    """The periods to choose from: each year and its quarters, none that has not begun."""
    found = []
    for year in sorted({*years, today.year}, reverse=True):
        quarters = [Quarter(year, number) for number in (4, 3, 2, 1)]
        found.append((str(year), formats.period(str(year))))
        found += [(quarter.key, quarter.label) for quarter in quarters if quarter.starts_on <= today]
    return found
