"""What runs when. Jobs stand in the `jobs.py` of their own app and register themselves here.

    @job("tasks.check_counts", at="30 2 * * *", missed=Missed.LATEST)
    def check_counts(*, slot: datetime.datetime) -> str: ...

So this floor knows no job by name. Times are those of the wall (settings.TIME_ZONE), also where
BUSINESS_DATE pins the day: a pinned clock jumps back at midnight and would never reach a new slot.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable
from typing import NamedTuple, Protocol

from django.utils.module_loading import autodiscover_modules

from .crontab import Crontab


class Missed(enum.Enum):
    """What happens with slots that passed while nothing ran."""

    ALL = "each is made up for, oldest first"  # a reminder belongs to its day
    LATEST = "only the latest is made up for"  # a check or a clean-up: once is enough
    SKIP = "none is made up for"


class Work(Protocol):
    """What a job is: it gets the moment it was planned for, and says in a few words what it did."""

    def __call__(self, *, slot: datetime.datetime) -> str | None: ...


class Job(NamedTuple):
    """One entry of the schedule. `lease`: after so long without a word, another process may take over."""

    name: str
    at: Crontab
    work: Work
    missed: Missed
    lease: datetime.timedelta
    attempts: int


class Schedule:
    """The jobs by name. One is enough for the site; tests make their own."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}

    def job(
        self,
        name: str,
        *,
        at: str,
        missed: Missed = Missed.LATEST,
        lease: datetime.timedelta = datetime.timedelta(minutes=15),
        attempts: int = 3,
    ) -> Callable[[Work], Work]:
        """Registers the decorated function; raises ValueError for a time that is none or a name taken twice."""

        def register(work: Work) -> Work:
            if name in self.jobs:
                raise ValueError(f"Two jobs are called {name}")
            self.jobs[name] = Job(name, Crontab.parse(at), work, missed, lease, attempts)
            return work

        return register


schedule = Schedule()
job = schedule.job


def discover() -> Schedule:
    """Imports every app's jobs.py, so that the schedule is complete."""
    autodiscover_modules("jobs")
    return schedule
