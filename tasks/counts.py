"""Keeping the dashboard's summary exact: every write that moves an assignment says so here.

`changed()` for one, `rebuild()` after bulk work, `differences()` for the check that runs every night.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from .models import Assignment, AssignmentCount, Plan
from .states import AssignmentState

Lot = AssignmentCount.Lot
NEVER = datetime.date(9999, 12, 31)


class Key(NamedTuple):
    """What a row of the summary counts."""

    plan_id: int
    organization_id: int
    work_point_id: int
    lot: str
    due_on: datetime.date
    done_month: int


def key_of(assignment: Assignment, year: int) -> Key | None:
    """The summary row an assignment belongs to; None for a cancelled one. `year` is the plan's."""
    late = bool(assignment.due_on and assignment.done_on and assignment.done_on > assignment.due_on)
    month = 0
    match assignment.state:
        case AssignmentState.CANCELLED:
            return None
        case AssignmentState.DONE:
            lot = Lot.DONE_LATE if late else Lot.DONE_IN_TIME
            day = assignment.done_on or datetime.date(year, 12, 31)
            month = max(1, (day.year - year) * 12 + day.month)
        case AssignmentState.SUBMITTED:
            lot = Lot.SENT_LATE if late else Lot.SENT_IN_TIME
        case _:
            lot = Lot.WITH_UNIT
    return Key(
        assignment.plan_id,
        assignment.organization_id,
        assignment.work_point_id,
        lot.value,
        assignment.due_on or NEVER,
        month,
    )


def changed(*, before: Key | None, after: Assignment | None) -> None:
    """Moves one assignment from the row it was counted in to the one it belongs to now.

    Call within the transaction of the write; `before` is key_of() from before it, None for a new one.
    """
    now = key_of(after, after.plan.year) if after is not None else None
    if now == before:
        return
    if before is not None:
        AssignmentCount.objects.filter(**before._asdict()).update(number=F("number") - 1)
    if now is not None:
        row, made = AssignmentCount.objects.get_or_create(**now._asdict(), defaults={"number": 1})
        if not made:
            AssignmentCount.objects.filter(pk=row.pk).update(number=F("number") + 1)


def _full_count(plan: Plan) -> Counter[Key]:
    fields = ("plan_id", "organization_id", "work_point_id", "state", "due_on", "done_on")
    rows: Iterable[Assignment] = Assignment.objects.of_plan(plan).only(*fields).iterator(chunk_size=5000)
    keys = (key_of(row, plan.year) for row in rows)
    return Counter(key for key in keys if key is not None)


@transaction.atomic
def rebuild(plan: Plan) -> None:
    """Counts everything anew; for bulk work and repairs."""
    found = _full_count(plan)
    AssignmentCount.objects.filter(plan=plan).delete()
    AssignmentCount.objects.bulk_create(
        (AssignmentCount(**key._asdict(), number=number) for key, number in found.items()), batch_size=1000
    )


def differences(plan: Plan) -> dict[Key, tuple[int, int]]:
    """Where the summary is wrong: key → (kept, counted). Empty when all is well."""
    fields = Key._fields
    kept = Counter(
        {Key(*row[:-1]): row[-1] for row in AssignmentCount.objects.filter(plan=plan).values_list(*fields, "number")}
    )
    counted = _full_count(plan)
    return {key: (kept[key], counted[key]) for key in kept.keys() | counted.keys() if kept[key] != counted[key]}
