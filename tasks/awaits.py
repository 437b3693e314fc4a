"""What awaits a person: the assignments on which the next step is theirs."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from .models import Assignment, Plan

if TYPE_CHECKING:
    from organizations.models import User

    from .models.assignment import AssignmentQuerySet


def awaiting(user: User, plan: Plan, today: datetime.date) -> AssignmentQuerySet:
    """Assignments of the own organization whose next step is the unit's, and that have begun."""
    return Assignment.objects.of_plan(plan).owed_by(user.organization).unit_acts().filter(starts_on__lte=today)


def awaiting_count(user: User, plan: Plan, today: datetime.date) -> int:
    """The number beside 待办 in the navigation."""
    return awaiting(user, plan, today).count()
