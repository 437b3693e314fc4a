"""The list of plans: state and counts of each, in a constant number of queries."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from lib import formats

from .models import Assignment, Plan, Task, WorkPoint
from .states import Phase

if TYPE_CHECKING:
    from organizations.models import User


class PlanRow(NamedTuple):
    """A plan as the list shows it."""

    year: int
    title: str
    document_number: str
    issued_on: str
    signal: str
    state: str
    points: int
    tasks: int
    assignments: int
    closed: int
    percent: int


def state_of(plan: Plan, tasks: int, today: datetime.date) -> tuple[str, str]:
    """(signal, word): in preparation until it is issued and has tasks, then in force until its year is over."""
    if plan.year < today.year:
        return "done", _("Year over")
    if plan.issued_on > today or not tasks:
        return "none", _("In preparation")
    return "ok", _("In force")


def plan_rows(plans: Sequence[Plan], user: User, today: datetime.date) -> list[PlanRow]:
    """Rows of the plans; assignments are counted as far as the person may know of them."""
    points = dict(WorkPoint.objects.filter(plan__in=plans).order_by().values_list("plan").annotate(n=Count("pk")))
    tasks = dict(
        Task.objects.visible_to(user).filter(plan__in=plans).current().order_by().values_list("plan").annotate(
            n=Count("pk")
        )
    )  # fmt: skip
    rows = Assignment.objects.visible_to(user).filter(plan__in=plans).standing().order_by()
    owed = {
        plan: (total, closed)
        for plan, total, closed in rows.values_list("plan").annotate(
            total=Count("pk"), closed=Count("pk", filter=Q(phase=Phase.CLOSED))
        )
    }
    found = []
    for plan in plans:
        total, closed = owed.get(plan.pk, (0, 0))
        number = tasks.get(plan.pk, 0)
        signal, state = state_of(plan, number, today)
        found.append(
            PlanRow(
                plan.year, plan.title, plan.document_number, formats.day(plan.issued_on), signal, state,
                points.get(plan.pk, 0), number, total, closed, 100 * closed // total if total else 0,
            )
        )  # fmt: skip
    return found
