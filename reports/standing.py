"""How an assignment stood at the close of a day: pure, from its log. Reports and accountability sheets both ask this.

A later sign-off, reopening or extension is a later line of the log, so it never changes how a past day stood.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import QuerySet

from tasks.models import Transition
from tasks.states import PHASE_OF, AssignmentState, Phase

EXTEND = "extend"
_OUT = frozenset({Phase.REVIEWER, Phase.CLOSED})  # handed out of the unit


class Move(NamedTuple):
    """One line of the log: a change of state or of the deadline, and both as they are afterwards."""

    verb: str
    target: str
    due_on: datetime.date | None
    on: datetime.date


class Standing(NamedTuple):
    """An assignment at the close of a day; `handed_in_on` only while it is handed in or signed off."""

    state: str
    due_on: datetime.date | None
    handed_in_on: datetime.date | None
    extended_on: tuple[datetime.date, ...] = ()


def standing(first_due_on: datetime.date | None, moves: Iterable[Move], day: datetime.date | None = None) -> Standing:
    """Where an assignment stands after `moves` (in their order), or after those until `day`; it begins untouched."""
    state: str = AssignmentState.NOT_STARTED.value
    due_on, handed_in_on = first_due_on, None
    extended: list[datetime.date] = []
    for move in moves:
        if day is not None and move.on > day:
            continue
        if PHASE_OF[move.target] not in _OUT:
            handed_in_on = None
        elif PHASE_OF[state] not in _OUT:
            handed_in_on = move.on
        if move.verb == EXTEND:
            extended.append(move.on)
        state, due_on = move.target, move.due_on
    return Standing(state, due_on, handed_in_on, tuple(extended))


def moves_of(log: QuerySet[Transition], until: datetime.date) -> Mapping[int, list[Move]]:
    """The log of each assignment until the close of a day, in the order in which it happened. One query."""
    rows = log.filter(on__lte=until).order_by("assignment_id", "on", "id")
    told = rows.values_list("assignment_id", "verb", "target", "due_on", "on").iterator(5000)
    return {pk: [Move(*row[1:]) for row in group] for pk, group in groupby(told, itemgetter(0))}
