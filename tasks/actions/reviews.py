"""Sign-off: the unit hands in (报审), its own head approves first where the task says so, the reviewer signs off
(销号) or sends back (退回); the unit may withdraw while nobody has decided.

*When* is decided by TRANSITIONS, *who* by tasks.rights, *what must be there* by tasks.gates. Each verb raises
StaleError where somebody was faster, and writes log, record, counts and news in the same transaction.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from organizations.models import Organization
from organizations.roles import Capability
from tasks import gates, news, rights
from tasks.models import Assignment, Review
from tasks.states import TRANSITIONS, AssignmentState
from tasks.supervisors import reviewers

from . import requests
from .claim import claim, locked, stale

if TYPE_CHECKING:
    from organizations.models import User

UNSENT: dict[str, Any] = {"done_on": None, "handed_on": None, "submitted_by": None, "endorsed_by": None}


def own_head_decides(assignment: Assignment, by: User) -> bool:
    """Whether a submission by this person waits for the own head first.

    Not where a head hands it in (who thereby approves), not in the commission office (whose sign-off is its
    own), and not where the unit has no head with an account: that would leave it with nobody.
    """
    if not assignment.task.own_head_first or assignment.organization.kind == Organization.Kind.COMMISSION:
        return False
    heads = reviewers().filter(organization=assignment.organization_id)
    return not heads.filter(pk=by.pk).exists() and heads.exists()


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
    """Hands the work in, to the own head where the task says so, otherwise to the reviewer.

    The day on which it leaves the unit becomes the day by which its punctuality is judged. Raises
    ValidationError that names what the task's gate still misses.
    """
    now = locked(assignment)
    if not rights.allows(now, "submit"):
        raise stale(now)
    gates.refuse_unmet(now)
    sent: dict[str, Any] = {"handed_on": today, "submitted_by": by, "done_on": None, "endorsed_by": None}
    if own_head_decides(now, by):
        verb = "hand_in"
    else:
        verb = "submit"
        approved = now.task.own_head_first and by.may(Capability.REVIEW)  # a head who hands it in approves by that
        sent |= {"done_on": today, "endorsed_by": by if approved else None}
    before = claim(now, verb, by=by, at=at, today=today, reason=opinion, version=version, **sent)
    note(f"assignment.{verb}", now, before, opinion, by, at)
    news.tell(verb, [now], by=by, at=at, opinion=opinion)
    return now


@transaction.atomic
def withdraw(
    *,
    assignment: Assignment,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    opinion: str = "",
    version: int | None = None,
) -> Assignment:
    """Takes back what was handed in and not decided yet; the unit works on."""
    now = locked(assignment)
    before = claim(now, "withdraw", by=by, at=at, today=today, reason=opinion, version=version, **UNSENT)
    note("assignment.withdraw", now, before, opinion, by, at)
    from_head = before["state"] == AssignmentState.WITH_HEAD
    news.tell("withdraw", [now], by=by, at=at, opinion=opinion, from_head=from_head)
    return now


@transaction.atomic
def endorse(
    *,
    assignment: Assignment,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    opinion: str = "",
    version: int | None = None,
) -> Assignment:
    """The own head approves; from now on it waits for the reviewer, and this is the day it left the unit."""
    now = _undecided(assignment, "endorse", by)
    changes = {"done_on": today, "endorsed_by": by}
    before = claim(now, "endorse", by=by, at=at, today=today, reason=opinion, version=version, **changes)
    decided(now, Review.Decision.ENDORSED, opinion, by, at)
    note("assignment.endorse", now, before, opinion, by, at)
    news.tell("endorse", [now], by=by, at=at, opinion=opinion)
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
    """Signs off what was submitted; an extension that was asked for in time has to be decided first."""
    now = _undecided(assignment, "approve", by)
    requests.settle(now, at=at)
    before = claim(now, "approve", by=by, at=at, today=today, reason=opinion, version=version, closed_at=at)
    decided(now, Review.Decision.APPROVED, opinion, by, at)
    note("assignment.approve", now, before, opinion, by, at)
    news.tell("approve", [now], by=by, at=at, opinion=opinion)
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
    """Returns what was handed in, with a reason; the deadline stays, and its clock runs again."""
    opinion = require_reason(opinion)
    now = _undecided(assignment, "send_back", by)
    changes = UNSENT | {"sent_back_on": today}
    before = claim(now, "send_back", by=by, at=at, today=today, reason=opinion, version=version, **changes)
    decided(now, Review.Decision.SENT_BACK, opinion, by, at)
    note("assignment.send_back", now, before, opinion, by, at)
    news.tell("send_back", [now], by=by, at=at, opinion=opinion)
    return now


def require_reason(opinion: str) -> str:
    """The words, stripped; raises ValidationError at `opinion` where there are none."""
    if not opinion.strip():
        raise ValidationError({"opinion": _("Say what is missing; the unit reads this.")}, code="opinion")
    return opinion.strip()


def _undecided(assignment: Assignment, verb: str, by: User) -> Assignment:
    """The locked row, which waits for this person's decision.

    Raises StaleError where it waits no longer, ValidationError (four_eyes) for the own work, PermissionDenied
    for people of a unit that does not supervise the owing one.
    """
    now = locked(assignment)
    if now.state not in TRANSITIONS[verb][0]:
        raise stale(now)
    parties = rights.parties_of(by, now)
    if not rights.takes(parties, now, verb):
        if rights.is_own_work(by, now):
            raise ValidationError(own_work_words(by, now), code="four_eyes")
        raise PermissionDenied(not_yours_words())
    return now


def own_work_words(by: User, assignment: Assignment) -> str:
    """Why the person cannot decide on the own work."""
    if assignment.submitted_by_id == by.pk:
        return _("You submitted this yourself, so another person has to sign it off.")
    return _("Your own unit owes this, so the supervising unit has to sign it off.")


def not_yours_words() -> str:
    """Why a head of another unit cannot decide."""
    return _("Only the supervising unit decides: the district, the sector regulator, or the commission office.")


def decided(now: Assignment, decision: str, opinion: str, by: User, at: datetime.datetime) -> None:
    """Keeps the decision with its opinion."""
    Review.objects.create(
        plan_id=now.plan_id,
        assignment=now,
        reviewer=by,
        decision=decision,
        opinion=opinion.strip(),
        decided_at=at,
    )


def note(verb: str, now: Assignment, before: dict[str, Any], opinion: str, by: User, at: datetime.datetime) -> None:
    """Records the act with what it changed."""
    after = {name: getattr(now, name) for name in before}
    if opinion.strip():
        after["opinion"] = opinion.strip()
    record(verb, now, by=by, at=at, scope_id=now.plan.issuer_id, before=before, after=after)
