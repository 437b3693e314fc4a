"""The one way in which an assignment changes its state: through TRANSITIONS, claimed by a conditional update.

Every change of state or deadline leaves a Transition, here for one assignment and by `log_moves` for many.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from lib import bulk, formats
from tasks import counts
from tasks.models import Assignment, Transition
from tasks.states import TRANSITIONS

if TYPE_CHECKING:
    from organizations.models import User

COLUMNS = ("plan_id", "assignment_id", "verb", "source", "target", "due_on", "on", "at", "by_id", "reason")


class Move(NamedTuple):
    """A change of state or deadline that took place; `row` stands as it does afterwards."""

    row: Assignment
    verb: str
    source: str
    reason: str = ""


def log_moves(moves: Iterable[Move], *, by: User | None, at: datetime.datetime, today: datetime.date) -> int:
    """Adds what happened to the log, in bulk; `today` is the business date, `by` None the system."""
    person = by.pk if by else None
    return write_log(
        (row.plan_id, row.pk, verb, source, row.state, row.due_on, today, at, person, reason)
        for row, verb, source, reason in moves
    )


def write_log(rows: Iterable[tuple[Any, ...]]) -> int:
    """The same for rows of the log given as plain values in the order of COLUMNS, earliest first."""
    return bulk.insert_values(Transition, COLUMNS, rows, batch_size=1000)


class StaleError(ValidationError):
    """Somebody else was faster: the row is not in the state, or not of the version, that the person saw."""

    def __init__(self, state: str, message: str) -> None:
        super().__init__(message, code="stale")
        self.state = state


def locked(assignment: Assignment) -> Assignment:
    """The row as it is now, locked until the transaction ends, with what counts and audit need."""
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("plan", "task", "organization")
    return rows.get(pk=assignment.pk)


def stale(now: Assignment) -> StaleError:
    """What to tell a person whose page is out of date: who did what last, and how it stands now."""
    step = now.transitions.select_related("by__organization").order_by("-id").first()
    entry = now.entries.select_related("author__organization").order_by("-id").first()
    who, at = (step.by, step.at) if step else (None, None)
    if entry and (at is None or entry.created_at > at):
        who, at = entry.author, entry.created_at
    if who is None or at is None:
        text = _("Somebody else has changed this assignment in the meantime; it is now “%(state)s”. Nothing was done.")
        return StaleError(now.state, text % {"state": now.get_state_display()})
    text = _("%(who)s changed this assignment on %(at)s; it is now “%(state)s”. Nothing was done.")
    names = {"who": who.post_and_unit, "at": formats.moment(timezone.localtime(at)), "state": now.get_state_display()}
    return StaleError(now.state, text % names)


def claim(
    now: Assignment,
    verb: str,
    *,
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    reason: str = "",
    version: int | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Moves a locked row along `verb`, writes `changes` with it, keeps counts and log; returns the old values.

    Of two people who act on the same version one wins; the other gets StaleError, and nothing is written.
    `version` None: whatever the version, as long as the state allows the verb.
    """
    sources, target = TRANSITIONS[verb]
    rows = Assignment.objects.filter(pk=now.pk, state__in=sources)
    if version is not None:
        rows = rows.filter(version=version)
    was = counts.key_of(now, now.plan.year)
    if not rows.update(state=target, version=F("version") + 1, **changes):
        raise stale(now)
    changes["state"] = target
    before = {name: getattr(now, name) for name in changes}
    for name, value in changes.items():
        setattr(now, name, value)
    now.version += 1
    counts.changed(before=was, after=now)
    log_moves([Move(now, verb, before["state"], reason.strip())], by=by, at=at, today=today)
    return before
