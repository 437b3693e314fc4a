"""Times in the five fields of cron, in local time: minute, hour, day, month, weekday (0 and 7: Sunday)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES = ("minute", "hour", "day", "month", "weekday")
_LONGEST = 8 * 366  # days; 29 February can be eight years away


class Crontab(NamedTuple):
    """The allowed values of each field. Day and weekday must both fit (not either, as in Unix cron)."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Crontab:
        """From "30 2 * * 1-5"; lists, ranges and steps are known. Raises ValueError naming the field."""
        fields = text.split()
        if len(fields) != 5:
            raise ValueError(f"{text!r}: five fields are needed: {', '.join(_NAMES)}")
        found = [_field(*parts) for parts in zip(fields, _RANGES, _NAMES, strict=True)]
        found[4] = frozenset(day % 7 for day in found[4])
        return cls(*found)

    def between(
        self, after: datetime.datetime, until: datetime.datetime, zone: ZoneInfo
    ) -> Iterator[datetime.datetime]:
        """The moments after `after` up to and including `until`, earliest first."""
        day = after.astimezone(zone).date()
        while day <= until.astimezone(zone).date():
            yield from (moment for moment in self._of_day(day, zone) if after < moment <= until)
            day += datetime.timedelta(days=1)

    def latest(self, until: datetime.datetime, zone: ZoneInfo) -> datetime.datetime | None:
        """The last moment up to and including `until`; None where no day fits at all (31 February)."""
        day = until.astimezone(zone).date()
        for _ in range(_LONGEST):
            found = [moment for moment in self._of_day(day, zone) if moment <= until]
            if found:
                return found[-1]
            day -= datetime.timedelta(days=1)
        return None

    def _of_day(self, day: datetime.date, zone: ZoneInfo) -> list[datetime.datetime]:
        if day.day not in self.days or day.month not in self.months or day.isoweekday() % 7 not in self.weekdays:
            return []
        times = (datetime.time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes))
        return [datetime.datetime.combine(day, time, zone) for time in times]


def _field(text: str, limits: tuple[int, int], name: str) -> frozenset[int]:
    low, high = limits
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = (str(low), "-", str(high)) if span == "*" else span.partition("-")
        if not all(number.isdecimal() for number in (first, last or first, step or "1")) or step == "0":
            raise ValueError(f"{name} {text!r} is not understood")
        start, end = int(first), int(last) if dash else int(first)
        if not low <= start <= end <= high:
            raise ValueError(f"{name} {text!r} is outside {low} to {high}")
        found |= set(range(start, end + 1, int(step or 1)))
    return frozenset(found)
