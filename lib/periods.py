"""Periods of a recurring duty and the days on which they fall due.

A period is written 2017 (year), 2017Q2 (quarter), 2017-05 (month). Only periods that end on or after
the plan's date count: the plan of 2017 is of 7 April, so it has three quarters and nine months.
"""

import calendar
import datetime
from typing import NamedTuple


class Period(NamedTuple):
    """One stretch of the plan year: its key, first day, and the day on which the duty is due."""

    key: str
    starts_on: datetime.date
    due_on: datetime.date


def last_day(year: int, month: int) -> datetime.date:
    """The last day of a month."""
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def _day(year: int, month: int, day: int | None) -> datetime.date:
    last = last_day(year, month)
    return last if day is None else last.replace(day=min(day, last.day))


def months(year: int, issued_on: datetime.date, day: int | None = None) -> list[Period]:
    """Monthly periods; due on `day` of the month, or on its last day where `day` is None."""
    found = [Period(f"{year}-{m:02}", datetime.date(year, m, 1), _day(year, m, day)) for m in range(1, 13)]
    return [p for p in found if p.due_on >= issued_on]


def quarters(
    year: int, issued_on: datetime.date, day: int | None = None, month_of_quarter: int | None = None
) -> list[Period]:
    """Quarterly periods; due on `day` of month 1, 2 or 3 of the quarter (default: its last day)."""
    found = []
    for quarter in range(1, 5):
        first = 3 * (quarter - 1) + 1
        due_on = _day(year, first + (month_of_quarter or 3) - 1, day)
        found.append(Period(f"{year}Q{quarter}", datetime.date(year, first, 1), due_on))
    return [p for p in found if p.due_on >= issued_on]


def quarter_of(day: datetime.date) -> str:
    """The key of the quarter a day lies in, such as 2017Q3."""
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"
