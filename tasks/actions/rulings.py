"""What only the commission office does to an assignment, with a reason: cancel it, reopen it.

A cancelled assignment is owed no longer and counts nowhere; a fan-out of its task does not bring it back.
Reopening takes a sign-off back (or brings a cancelled one back); the deadline stays as it was.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tasks import news
from tasks.models import Assignment
from tasks.states import AssignmentState

from . import requests, results
from .claim import claim, locked
from .reviews import UNSENT, note

if TYPE_CHECKING:
    from organizations.models import User


def _reason(opinion: str) -> str:
    if not opinion.strip():
        raise ValidationError({"opinion": _("Give the reason; it stays in the record.")}, code="opinion")
    return opinion.strip()


@transaction.atomic
def cancel(
    *,
    assignment: Assignment,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    opinion: str,
    version: int | None = None,
) -> Assignment:
    """Takes an open assignment out, with a reason. Raises StaleError, ValidationError."""
    opinion = _reason(opinion)
    now = locked(assignment)
    changes = UNSENT | {"cancelled_by": by, "sent_back_on": None}
    before = claim(now, "cancel", by=by, at=at, today=today, reason=opinion, version=version, **changes)
    requests.lapse(now, at=at)
    note("assignment.cancel", now, before, opinion, by, at)
    news.tell("cancel", [now], by=by, at=at, opinion=opinion)
    return now


@transaction.atomic
def reopen(
    *,
    assignment: Assignment,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    opinion: str,
    version: int | None = None,
) -> Assignment:
    """Opens a signed off or cancelled assignment again, with a reason; the task's result is open again too."""
    opinion = _reason(opinion)
    now = locked(assignment)
    verb = reopening_verb(now)
    changes: dict[str, Any] = UNSENT | {"closed_at": None, "cancelled_by": None}
    before = claim(now, verb, by=by, at=at, today=today, reason=opinion, version=version, **changes)
    results.reopen([now.task_id], by=by, at=at)
    note(f"assignment.{verb}", now, before, opinion, by, at)
    news.tell(verb, [now], by=by, at=at, opinion=opinion)
    return now


def reopening_verb(assignment: Assignment) -> str:
    """The step by which a closed assignment opens: where it goes depends on whether work was logged."""
    if assignment.state != AssignmentState.CANCELLED:
        return "reopen"
    return "resume" if assignment.last_progress_on else "revive"
