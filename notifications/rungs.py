"""When a rung of the ladder falls. Pure: no models, no clock.

A rung falls on a day that grows with the deadline, so all deadlines for which it has fallen by today lie up to
one day, the cutoff. That makes planning a range scan per rung, however many deadlines there are.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from lib.workdays import Calendar

BEFORE, AFTER = "before", "after"


class Rung(NamedTuple):
    """So many calendar days before a deadline (0: the day itself), or working days after it."""

    side: str
    offset: int

    @property
    def code(self) -> str:
        """Its name in the record: before:7."""
        return f"{self.side}:{self.offset}"

    @property
    def severity(self) -> int:
        """Grows from the gentlest to the most binding: -30, -7, -1, 0, 1, 5, 10."""
        return self.offset if self.side == AFTER else -self.offset

    @classmethod
    def parse(cls, code: str) -> Rung:
        """From before:7; raises ValueError for anything else."""
        side, _, offset = code.partition(":")
        if side not in (BEFORE, AFTER):
            raise ValueError(f"{code!r} is no stage of a ladder")
        return cls(side, int(offset))


def falls_on(rung: Rung, due_on: datetime.date, calendar: Calendar) -> datetime.date:
    """The day on which it is to be said; raises NoCalendarError."""
    if rung.side == BEFORE:
        return due_on - datetime.timedelta(days=rung.offset)
    return calendar.after(due_on, rung.offset)


def cutoff(rung: Rung, today: datetime.date, calendar: Calendar) -> datetime.date:
    """The latest deadline for which it has fallen by today; raises NoCalendarError."""
    if rung.side == BEFORE:
        return today + datetime.timedelta(days=rung.offset)
    return calendar.latest_with(rung.offset, today)


def fallen(rungs: Iterable[Rung], due_on: datetime.date, today: datetime.date, calendar: Calendar) -> list[Rung]:
    """Those that have fallen for one deadline by today, the most severe last."""
    found = (rung for rung in rungs if due_on <= cutoff(rung, today, calendar))
    return sorted(found, key=lambda rung: rung.severity)
