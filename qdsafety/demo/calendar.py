"""The office days of the demo, from the plan's date to the last day on which anything happened."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right

from . import LAST

ISSUED = datetime.date(2017, 4, 7)
# Days off between the plan's date and autumn, besides the weekends.
_OFF = {datetime.date(2017, 5, 1), datetime.date(2017, 5, 29), datetime.date(2017, 5, 30)}

WORKDAYS = [
    day
    for offset in range((LAST - ISSUED).days + 1)
    if (day := ISSUED + datetime.timedelta(days=offset)).weekday() < 5 and day not in _OFF
]


def between(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """The office days from `first` to `last`, both included."""
    return WORKDAYS[bisect_left(WORKDAYS, first) : bisect_right(WORKDAYS, last)]


def later(day: datetime.date, steps: int) -> datetime.date | None:
    """The office day that many office days after `day`; None where that lies beyond the demo's last day."""
    index = bisect_right(WORKDAYS, day) - 1 + steps
    return WORKDAYS[index] if 0 <= index < len(WORKDAYS) else None


def earlier(day: datetime.date, steps: int) -> datetime.date:
    """The office day that many office days before `day` (which counts itself if it is one), the first at most."""
    return WORKDAYS[max(0, bisect_right(WORKDAYS, day) - 1 - steps)]
