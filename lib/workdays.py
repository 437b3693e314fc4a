"""China's working days with the shifted ones: which day an office works, and how far so many of them reach.

The years of the package come from the State Council's notices (2017: 249 working days; Saturday 27 May works). A
year that neither the package nor the office's own table knows raises NoCalendarError. Taking Monday to Friday
instead would be silently wrong in seven weeks of the year, so nobody here ever does.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import NamedTuple

import chinese_calendar

DAY = datetime.timedelta(days=1)
FARTHEST = 800  # calendar days; more than any rung asks for, so that a wrong table cannot loop for ever


class NoCalendarError(LookupError):
    """Nobody knows the working days of this year."""

    def __init__(self, year: int) -> None:
        super().__init__(f"The working days of {year} are not known; enter them in the working-day calendar.")
        self.year = year


class Year(NamedTuple):
    """One year as the notice states it: Monday to Friday work, but for `off`; and the days of `on` work as well."""

    off: frozenset[datetime.date]
    on: frozenset[datetime.date]


class Calendar:
    """The package's years, and the office's own, which win."""

    def __init__(self, own: Mapping[int, Year] | None = None) -> None:
        self.own = dict(own or {})

    def knows(self, year: int) -> bool:
        """Whether the working days of the year are known."""
        try:
            self.works(datetime.date(year, 6, 1))
        except NoCalendarError:
            return False
        return True

    def works(self, day: datetime.date) -> bool:
        """Whether offices work on the day; raises NoCalendarError."""
        year = self.own.get(day.year)
        if year is not None:
            return day in year.on or (day.weekday() < 5 and day not in year.off)
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError as error:
            raise NoCalendarError(day.year) from error

    def after(self, day: datetime.date, number: int) -> datetime.date:
        """The `number`th working day after `day`; the day itself for 0."""
        return self._walk(day, number, DAY)

    def latest_with(self, number: int, today: datetime.date) -> datetime.date:
        """The latest day that has at least `number` (1 or more) working days after it, up to and including today."""
        last = today if self.works(today) else self._walk(today, 1, -DAY)
        return self._walk(last, number - 1, -DAY) - DAY

    def between(self, day: datetime.date, until: datetime.date) -> int:
        """How many working days lie after `day`, up to and including `until`."""
        return sum(self.works(day + DAY * n) for n in range(1, (until - day).days + 1))

    def _walk(self, day: datetime.date, number: int, step: datetime.timedelta) -> datetime.date:
        limit = day + step * (FARTHEST + number * 3)
        while number > 0:
            day += step
            number -= self.works(day)
            if day == limit:
                raise NoCalendarError(day.year)
        return day
