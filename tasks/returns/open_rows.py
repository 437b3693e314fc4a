"""What a unit's workbook asks about: its open assignments, as far as the quarter has begun them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from itertools import groupby

from lib import periods
from organizations.models import Organization
from tasks.models import Assignment, Plan
from tasks.models.assignment import AssignmentQuerySet
from tasks.workbooks.outgoing import OpenRow, Outgoing


def quarter_ends(quarter: str) -> datetime.date:
    """The last day of 2017Q3."""
    return periods.last_day(int(quarter[:4]), 3 * int(quarter[-1]))


def open_in(plan: Plan, quarter: str) -> AssignmentQuerySet:
    """The plan's assignments that are the unit's to work on and that have begun by the end of the quarter."""
    return Assignment.objects.of_plan(plan).unit_acts().filter(starts_on__lte=quarter_ends(quarter))


def outgoing(plan: Plan, units: Iterable[Organization], quarter: str, today: datetime.date) -> Iterator[Outgoing]:
    """A sheet for each of the units that owes something, in their order; one query for all of them."""
    by_key = {unit.pk: unit for unit in units}
    rows = open_in(plan, quarter).filter(organization__in=list(by_key))
    ordered = rows.order_by(
        "organization__position", "organization", "work_point__number", "task__position", "task", "period"
    ).values_list(
        "organization", "pk", "task__number", "task__title", "target", "task__unit", "period", "due_on", "quantity"
    )
    for key, group in groupby(ordered.iterator(chunk_size=2000), key=lambda row: row[0]):
        lines = [OpenRow(*row[1:]) for row in group]
        yield Outgoing(plan.pk, plan.year, key, by_key[key].label, quarter, today, lines)
