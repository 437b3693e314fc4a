"""What awaits a person: the assignments on which the next step is theirs, and how they fall into parts.

The page, the number beside 待办 and the ledger (`?awaits=`) all ask here, so they cannot differ.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, Func, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from organizations.models import User
from organizations.roles import Capability

from .models import Assignment, Extension, Plan
from .rights import Desk, desk_of
from .states import AssignmentState, Phase

if TYPE_CHECKING:
    from .models.assignment import AssignmentQuerySet


class Part(models.TextChoices):
    """The parts of the page, in its order; each row belongs to exactly one."""

    OVER = "over", _("Overdue")
    REVIEW = "review", _("Waiting for your sign-off")
    SOON = "soon", _("Due soon")
    BACK = "back", _("Sent back")
    REST = "rest", _("Under way")


ALL = "1"
UNIT = "unit"
CHOICES = (ALL, UNIT, *Part.values)  # what `?awaits=` may say
_NOTHING = Q(pk__in=[])


def soon_limit(today: datetime.date) -> datetime.date:
    """The last day that counts as due soon on this page (seven days unless set otherwise)."""
    return today + datetime.timedelta(days=settings.AWAITS_SOON_DAYS)


def unit_q(user: User, today: datetime.date) -> Q:
    """The own unit's turn, of what has begun; nothing for those who cannot log progress."""
    if not user.may(Capability.LOG_PROGRESS):
        return _NOTHING
    waits = Q(state=AssignmentState.WITH_HEAD)
    return Q(organization=user.organization_id, phase=Phase.UNIT, starts_on__lte=today) & ~waits


def part_qs(user: User, today: datetime.date, desk: Desk) -> dict[str, Q]:
    """The condition of each part; together they are `awaiting()`, and no two of them meet."""
    unit, limit = unit_q(user, today), soon_limit(today)
    later = Q(due_on__isnull=True) | Q(due_on__gt=limit)
    back = Q(state=AssignmentState.SENT_BACK)
    return {
        Part.OVER: unit & Q(due_on__lt=today),
        Part.REVIEW: desk.submissions,
        Part.SOON: unit & Q(due_on__gte=today, due_on__lte=limit),
        Part.BACK: unit & later & back,
        Part.REST: unit & later & ~back,
    }


def awaiting(
    user: User, plan: Plan, today: datetime.date, part: str = ALL, desk: Desk | None = None
) -> AssignmentQuerySet:
    """All that awaits the person, only the own unit's turn (UNIT), or one Part; `desk` where it is known already."""
    if part == UNIT:
        wanted = unit_q(user, today)
    else:
        desk = desk or desk_of(user)
        wanted = unit_q(user, today) | desk.submissions if part == ALL else part_qs(user, today, desk)[part]
    rows = Assignment.objects.of_plan(plan)
    if user.may(Capability.REVIEW):
        rows = rows.visible_to(user)
    return rows.filter(wanted)


def counts_of(
    user: User, plan: Plan | None, today: datetime.date, also: Mapping[str, models.QuerySet[Any]] | None = None
) -> dict[str, int]:
    """The numbers in the navigation, in one query: `awaits` beside 待办 is the own unit's turn, `review` beside
    审核 what waits on the desk; `also` are rows of other floors to count with them, by name. Before the first
    plan only those.
    """
    wanted: dict[str, models.QuerySet[Any]] = dict(also or {})
    if plan is not None:
        rows = Assignment.objects.of_plan(plan)
        wanted["awaits"] = rows.filter(unit_q(user, today))
        if user.may(Capability.REVIEW):
            desk = desk_of(user)
            wanted["sent"] = rows.filter(desk.submissions)
            wanted["asked"] = Extension.objects.of_plan(plan).filter(desk.extensions)
    one = User.objects.filter(pk=user.pk).order_by()
    found = one.values_list(*(_number(counted) for counted in wanted.values()))[0]
    numbers = dict(zip(wanted, found, strict=True))
    numbers["review"] = numbers.pop("sent", 0) + numbers.pop("asked", 0)
    return numbers


def _number(rows: models.QuerySet[Any]) -> Subquery:
    """How many rows, inside another query: three counts cost one round trip."""
    return Subquery(rows.order_by().annotate(n=Func(F("pk"), function="COUNT")).values("n"))


def part_counts(user: User, plan: Plan, today: datetime.date, desk: Desk | None = None) -> dict[str, int]:
    """How many rows each part has, in one query."""
    desk = desk or desk_of(user)
    conditions = part_qs(user, today, desk)
    rows = awaiting(user, plan, today, ALL, desk).order_by()
    return rows.aggregate(**{part: Count("pk", filter=wanted) for part, wanted in conditions.items()})


def part_case(user: User, today: datetime.date, desk: Desk) -> Case:
    """The part of each row as an SQL expression."""
    whens = [When(wanted, then=Value(part)) for part, wanted in part_qs(user, today, desk).items()]
    return Case(*whens, output_field=models.CharField())
