"""Sign-off: the unit submits (报审), the reviewer approves (销号) or sends back (退回).

Who may is decided by tasks.rights before these are called; *when* is decided here, by TRANSITIONS and by
the gate: nothing is submitted before its target is reached.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from lib import formats
from tasks.models import Assignment, Review

from .claim import claim, locked

if TYPE_CHECKING:
    from organizations.models import User


def refuse_incomplete(assignment: Assignment) -> None:
    """The gate of a submission; raises ValidationError that names what is missing."""
    if assignment.is_complete:
        return
    if assignment.target:
        missing = formats.amount(assignment.remaining, assignment.task.unit)
        text = _("The target is not reached yet: %(missing)s missing. Log what was done, then submit.")
        raise ValidationError(text % {"missing": missing}, code="incomplete")
    text = _("Only %(percent)s%% are logged. Log the rest as done, then submit.")
    raise ValidationError(text % {"percent": assignment.percent}, code="incomplete")


@transaction.atomic
def submit(
    *,
    assignment: Assignment,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    opinion: str = "",
    version: int | None = None,
) -> Assignment:
    """Hands the work in; `today` becomes the day by which its punctuality is judged.

    Raises ValidationError while the target is not reached, StaleError where somebody was faster.
    """
    now = locked(assignment)
    refuse_incomplete(now)
    before = claim(
        now, "submit", version=version, by=by, at=at, today=today, reason=opinion,
        done_on=today, handed_on=today, submitted_by=by,
    )  # fmt: skip
    _record("assignment.submit", now, before, opinion, by, at)
    return now


@transaction.atomic
def approve(
    *,
    assignment: Assignment,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    opinion: str = "",
    version: int | None = None,
) -> Assignment:
    """Signs off what was submitted; raises StaleError where somebody was faster.

    Nobody signs off the own submission (ValidationError): two people stand behind every completion.
    """
    now = locked(assignment)
    if now.submitted_by_id == by.pk:
        raise ValidationError(_("You submitted this yourself, so another person has to sign it off."), code="four_eyes")
    before = claim(now, "approve", version=version, by=by, at=at, today=today, reason=opinion, closed_at=at)
    _decide(now, Review.Decision.APPROVED, opinion, by, at)
    _record("assignment.approve", now, before, opinion, by, at)
    return now


@transaction.atomic
def send_back(
    *,
    assignment: Assignment,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    opinion: str = "",
    version: int | None = None,
) -> Assignment:
    """Returns what was submitted, with a reason; the deadline stays. Raises StaleError, ValidationError."""
    opinion = opinion.strip()
    if not opinion:
        raise ValidationError({"opinion": _("Say what is missing; the unit reads this.")}, code="opinion")
    now = locked(assignment)
    before = claim(
        now, "send_back", version=version, by=by, at=at, today=today, reason=opinion,
        sent_back_on=today, done_on=None, handed_on=None, submitted_by=None,
    )  # fmt: skip
    _decide(now, Review.Decision.SENT_BACK, opinion, by, at)
    _record("assignment.send_back", now, before, opinion, by, at)
    return now


def _decide(now: Assignment, decision: str, opinion: str, by: User, at: datetime.datetime) -> None:
    Review.objects.create(
        plan_id=now.plan_id,
        assignment=now,
        reviewer=by,
        decision=decision,
        opinion=opinion.strip(),
        decided_at=at,
    )


def _record(verb: str, now: Assignment, before: dict[str, Any], opinion: str, by: User, at: datetime.datetime) -> None:
    after = {name: getattr(now, name) for name in before}
    if opinion.strip():
        after["opinion"] = opinion.strip()
    record(verb, now, by=by, at=at, scope_id=now.plan.issuer_id, before=before, after=after)
