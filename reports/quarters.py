"""A quarter: its days, when its report is due, whether it can be reported at all."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib import formats, periods
from tasks.models import Plan

_KEY = re.compile(r"(20\d\d)[Qq]([1-4])")


class Quarter(NamedTuple):
    """Year and number, as in 2017Q2."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """From 2017Q2; raises ValueError for anything else."""
        found = _KEY.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no quarter; write it like 2017Q2")
        return cls(int(found[1]), int(found[2]))

    @property
    def key(self) -> str:
        """2017Q2."""
        return f"{self.year}Q{self.number}"

    @property
    def label(self) -> str:
        """2017年第二季度, Q2 2017."""
        return formats.period(self.key)

    @property
    def starts_on(self) -> datetime.date:
        """Its first day."""
        return datetime.date(self.year, 3 * self.number - 2, 1)

    @property
    def ends_on(self) -> datetime.date:
        """Its last day: the figures are those at the close of this day."""
        return periods.last_day(self.year, 3 * self.number)

    @property
    def due_on(self) -> datetime.date:
        """When the units' reports are due: a day of the next month (REPORT_DUE_DAY, the 10th)."""
        return self.ends_on + datetime.timedelta(days=settings.REPORT_DUE_DAY)

    @property
    def city_due_on(self) -> datetime.date:
        """When the city's report is due (CITY_REPORT_DUE_DAY, the 25th)."""
        return self.ends_on + datetime.timedelta(days=settings.CITY_REPORT_DUE_DAY)


def quarters_of(plan: Plan) -> list[Quarter]:
    """Those that end on or after the day on which the plan was issued."""
    every = [Quarter(plan.year, number) for number in (1, 2, 3, 4)]
    return [quarter for quarter in every if quarter.ends_on >= plan.issued_on]


def refuse_unready(plan: Plan, quarter: Quarter, today: datetime.date) -> None:
    """Raises ValidationError with the reason where the quarter cannot be reported (yet)."""
    if quarter not in quarters_of(plan):
        text = _("%(quarter)s lies before the plan, which was issued on %(day)s. There is nothing to report.")
        raise ValidationError(text % {"quarter": quarter.label, "day": formats.day(plan.issued_on)}, code="before")
    if today <= quarter.ends_on:
        text = _("%(quarter)s has not ended yet. Its figures are those of %(day)s; compile the reports after that day.")
        raise ValidationError(text % {"quarter": quarter.label, "day": formats.day(quarter.ends_on)}, code="running")


def latest_ended(plan: Plan, today: datetime.date) -> Quarter | None:
    """The last quarter of the plan that is over; None before the first one is."""
    ended = [quarter for quarter in quarters_of(plan) if quarter.ends_on < today]
    return ended[-1] if ended else None
