"""Who may take which step on an assignment that they see; *when* is decided by its state (TRANSITIONS).

| party | persons | steps |
|---|---|---|
| the owing unit | inspectors, heads, admins of exactly this unit | log, hand in, withdraw, ask for an extension |
| its own head | heads (admins) of the same unit, not who handed it in | approve first, send back inside the unit |
| the reviewer | heads (admins) of a supervising unit (tasks.supervisors) | sign off, send back, decide on extensions |
| the commission office | heads and admins of the commission and its office | cancel, reopen |

Nobody closes the own work: neither who handed it in nor anybody of the owing unit. Only where the commission
office owes something itself, another person of the office decides. A lead unit sees all assignments of its task
and decides only where it is also the supervising unit. The parties of each step stand in states.PARTIES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from organizations.models import Organization
from organizations.roles import Capability

from .models import Assignment, Extension, Task
from .states import PARTIES, TRANSITIONS, AssignmentState, Party, Phase, UnitRole
from .supervisors import supervised_q, supervises

if TYPE_CHECKING:
    from organizations.models import User

Kind = Organization.Kind


def parties_of(user: User, assignment: Assignment) -> frozenset[Party]:
    """What the person is to this assignment; empty for those who may only look."""
    found = set()
    own = assignment.organization_id == user.organization_id
    office = assignment.organization.kind == Kind.COMMISSION
    other = assignment.submitted_by_id != user.pk
    if own and user.may(Capability.SUBMIT):
        found.add(Party.UNIT)
    if user.may(Capability.REVIEW):
        if own and other:
            found.add(Party.OWN_HEAD)
        if other and (office or not own) and supervises(user, assignment.supervisors):
            found.add(Party.REVIEWER)
    if user.may(Capability.CANCEL) and user.organization.root_id == assignment.organization.root_id:
        found.add(Party.OFFICE)
    return frozenset(found)


def takes(parties: frozenset[Party], assignment: Assignment, verb: str) -> bool:
    """Whether a person who is these parties may take the step now: the state allows it, and it is theirs."""
    party = PARTIES[verb].get(AssignmentState(assignment.state))
    return party in parties


def is_own_work(user: User, assignment: Assignment) -> bool:
    """Whether a decision on it would be one on the own work: handed in personally, or by the own unit."""
    if assignment.submitted_by_id == user.pk:
        return True
    return assignment.organization_id == user.organization_id and assignment.organization.kind != Kind.COMMISSION


def may_log(user: User, assignment: Assignment) -> bool:
    """Whether progress of this assignment is the person's to log."""
    return user.may(Capability.LOG_PROGRESS) and assignment.organization_id == user.organization_id


def own_returns_only(user: User) -> Organization | None:
    """The one unit whose returns the person may bring in; None: any."""
    return None if user.may(Capability.MANAGE_PLAN) else user.organization


def may_submit(user: User, assignment: Assignment) -> bool:
    """Whether the person may hand it in, withdraw it and ask for a later deadline."""
    return user.may(Capability.SUBMIT) and assignment.organization_id == user.organization_id


def may_write_result(user: User, task: Task) -> bool:
    """Whether the person's unit leads the task and so writes what came of it."""
    if not user.may(Capability.SUBMIT):
        return False
    led = Assignment.objects.filter(task=task, organization=user.organization_id, role=UnitRole.LEAD)
    return led.standing().exists()


def may_approve(user: User, assignment: Assignment) -> bool:
    """Whether the final decision is the person's, once it is handed in."""
    return Party.REVIEWER in parties_of(user, assignment)


def may_decide_extension(user: User, assignment: Assignment, asked: Extension) -> bool:
    """Whether the request is the person's to decide: as reviewer of the unit, and never as who asked."""
    if not user.may(Capability.REVIEW) or user.pk == asked.asked_by_id:
        return False
    own = assignment.organization_id == user.organization_id
    office = assignment.organization.kind == Kind.COMMISSION
    return (office or not own) and supervises(user, assignment.supervisors)


def allows(assignment: Assignment, verb: str) -> bool:
    """Whether the state lets anybody do `verb`; "progress" for logging."""
    return assignment.state in TRANSITIONS["submit" if verb == "progress" else verb][0]


class Desk(NamedTuple):
    """What waits for a person's decision, as conditions: on assignments and on requests for a later deadline.

    Asked once a page by `desk_of` and used several times.
    """

    submissions: Q
    extensions: Q


def desk_of(user: User) -> Desk:
    """What the person decides: as own head what the unit handed in, as reviewer what supervised units did."""
    if not user.may(Capability.REVIEW):
        return Desk(Q(pk__in=[]), Q(pk__in=[]))
    other = Q(submitted_by__isnull=True) | ~Q(submitted_by=user.pk)
    own = Q(state=AssignmentState.WITH_HEAD, organization=user.organization_id)
    sent = Q(phase=Phase.REVIEWER) & supervised_q(user)
    asked = Q(decision="") & ~Q(asked_by=user.pk) & supervised_q(user, "assignment__organization__")
    return Desk(other & (own | sent), asked)
