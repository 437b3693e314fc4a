"""Who may act on an assignment that they see; *when* is decided by its state (TRANSITIONS).

Work is logged and submitted by the own unit only. REVIEW holds wherever the person sees (roles.py: where a
capability holds is decided by visibility): heads sign for their own unit, for the units under it (属地), for
the enterprises they regulate (行业), and, as lead unit, for what others contribute to the task they answer
for; the commission and its office for the whole city. Nobody signs off what they submitted themselves.
Each function takes an assignment that came through visible_to(user).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizations.roles import Capability

from .models import Assignment
from .states import TRANSITIONS

if TYPE_CHECKING:
    from organizations.models import User


def may_log(user: User, assignment: Assignment) -> bool:
    """Whether progress of this assignment is the person's to log."""
    return user.may(Capability.LOG_PROGRESS) and assignment.organization_id == user.organization_id


def may_submit(user: User, assignment: Assignment) -> bool:
    """Whether the person may ask for sign-off."""
    return user.may(Capability.SUBMIT) and assignment.organization_id == user.organization_id


def may_send_back(user: User, assignment: Assignment) -> bool:
    """Whether the person may return it; also the own submission, to add what was forgotten."""
    return user.may(Capability.REVIEW)


def may_approve(user: User, assignment: Assignment) -> bool:
    """Whether the person may sign it off."""
    return user.may(Capability.REVIEW) and assignment.submitted_by_id != user.pk


def allows(assignment: Assignment, verb: str) -> bool:
    """Whether the state lets anybody do `verb`; "progress" for logging."""
    return assignment.state in TRANSITIONS["submit" if verb == "progress" else verb][0]
