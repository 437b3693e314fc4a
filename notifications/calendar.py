"""The working-day calendar with the years that the office entered itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from lib.workdays import Calendar, Year

from .models import WorkYear


def calendar() -> Calendar:
    """The package's years and the office's own. One query."""
    return Calendar({one.year: Year(_days(one.off), _days(one.on)) for one in WorkYear.objects.all()})


def missing_years(calendar: Calendar, today: datetime.date) -> list[int]:
    """Years that planning needs and nobody knows: this one, and from 1 November the next, while the notice is out."""
    wanted = [today.year] + ([today.year + 1] if today.month >= 11 else [])
    return [year for year in wanted if not calendar.knows(year)]


def _days(texts: Iterable[str]) -> frozenset[datetime.date]:
    return frozenset(map(datetime.date.fromisoformat, texts))
