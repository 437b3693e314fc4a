"""What climbs the ladder. Each app above says so in its own `reminders.py`, and registers it here.

    register(Subject(code="assignment", …))

So this floor knows no task and no report. A subject gives rows (one per open thing, by a queryset that the database
turns into INSERT … SELECT) and says who stands behind each unit.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol

from django.db.models import QuerySet
from django.utils.module_loading import autodiscover_modules

from organizations.models import Organization

ROW = ("about_key", "deadline", "unit_key", "plan_key", "what", "unit_name")


class Told(NamedTuple):
    """A person, and as what: an audience, or STAND_IN for a unit that has nobody."""

    person: int
    audience: str


Reach = Mapping[str, Mapping[int, tuple[Told, ...]]]  # audience -> unit -> who that is there


class DefaultStage(NamedTuple):
    """A rung of the ladder as it comes with the site."""

    side: str
    offset: int
    audiences: tuple[str, ...]
    urgent: bool = False


class Rows(Protocol):
    """The open things of a commission whose clock runs, annotated with the names in ROW.

    about_key (primary key), deadline (the day that counts), unit_key (whose people are told), plan_key (or None),
    what (the line's text, up to 300 characters), unit_name.
    """

    def __call__(self, commission: Organization, today: datetime.date) -> QuerySet[Any]: ...


class Subject(NamedTuple):
    """One kind of thing. `link` has {key} for the primary key; `label` and `deadline_label` are lazy texts."""

    code: str
    model: str  # label in lower case: tasks.assignment
    label: Any
    deadline_label: Any
    link: str
    audiences: tuple[str, ...]
    stages: tuple[DefaultStage, ...]
    rows: Rows
    reach: Callable[[Organization], Reach]
    sides: tuple[str, ...] = ("before", "after")


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> Subject:
    """Adds a subject; raises ValueError for a code that is taken."""
    if _subjects.get(subject.code, subject).model != subject.model:
        raise ValueError(f"Two subjects are called {subject.code}")
    _subjects[subject.code] = subject
    return subject


def discover() -> dict[str, Subject]:
    """Imports every app's reminders.py, so that all subjects are there; they come in the order of the floors."""
    _import_all()
    return _subjects


@cache
def _import_all() -> None:
    autodiscover_modules("reminders")


def of(code: str) -> Subject | None:
    """The subject by its code; None for one whose app is gone."""
    return discover().get(code)
