"""What awaits a person beside assignments: every app that has such things says so in its todo.py.

A todo.py registers a source; the page 待办 asks them all and shows what they answer below the assignments. So lists
and reports stand there without this floor knowing of what is built upon it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from django.utils.module_loading import autodiscover_modules
from django.utils.safestring import SafeString

from organizations.models import User

from .models import Plan

SHOWN = 10  # rows of a source; the rest stands where its address leads


class Todo(NamedTuple):
    """One thing to do: what shows its urgency, what it is, and the button."""

    signal: SafeString
    href: str
    title: str
    meta: str
    act: str
    act_href: str
    primary: bool


class Also(NamedTuple):
    """The things of one source; `number` counts them all, `href` leads to exactly these."""

    key: str
    signal: str
    title: str
    hint: str
    number: int
    href: str
    rows: list[Todo]

    @property
    def icon(self) -> str:
        """The shape of its signal."""
        return f"s-{self.signal}"

    @property
    def more(self) -> int:
        """Things beyond those shown."""
        return self.number - len(self.rows)


Source = Callable[[User, Plan, datetime.date], Also]
_sources: dict[str, Source] = {}


def register(source: Source) -> Source:
    """Adds a source, in the order in which the apps are installed."""
    _sources[source.__module__] = source
    return source


@cache
def _import_all() -> None:
    autodiscover_modules("todo")


def also_awaits(user: User, plan: Plan, today: datetime.date) -> list[Also]:
    """What the person has to act on; sources with nothing to do are left out. One query a source."""
    _import_all()
    found = (source(user, plan, today) for source in _sources.values())
    return [also for also in found if also.number]
