"""Keeping the dashboard's summary exact, by organization and by branch: every write that moves an assignment
says so here.

`changed()` for one, `changed_many()` for a handful, `rebuild()` after bulk work, `differences()` for the
check that runs every night. What a row counts is decided twice, in Python (`key_of`) and in SQL (`_full_count`);
a test holds the two together.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Case, CharField, Count, DateField, F, IntegerField, Model, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear, Greatest

from organizations.models import Organization

from .branches import branch_case, branch_of, tree_of
from .models import Assignment, AssignmentCount, BranchCount, Plan
from .states import AssignmentState

Lot = AssignmentCount.Lot
NEVER = datetime.date(9999, 12, 31)
_LOCK = 20170407  # a number of our own among PostgreSQL's advisory locks; the plan's key is the second one
_BATCH = 500


class Key(NamedTuple):
    """What a row of the summary counts."""

    plan_id: int
    organization_id: int
    work_point_id: int
    lot: str
    due_on: datetime.date
    done_month: int


class BranchKey(NamedTuple):
    """What a row of the summary by branch counts; the first field tells it from a Key."""

    level: str
    plan_id: int
    branch_id: int
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
    changed_many([(before, after)])


def changed_many(pairs: Iterable[tuple[Key | None, Assignment | None]]) -> None:
    """The same for many, in a constant number of statements; load `plan` on the assignments."""
    moved: Counter[Key] = Counter()
    for before, after in pairs:
        now = key_of(after, after.plan.year) if after is not None else None
        for key, number in ((before, -1), (now, 1)):
            if key is not None:
                moved[key] += number
    _add({key: number for key, number in moved.items() if number})


def _add(moved: dict[Key, int]) -> None:
    """Adds to rows that are made where they are missing."""
    if not moved:
        return
    branches = _branches({key.organization_id for key in moved})
    by_branch: Counter[Key] = Counter()
    for key, number in moved.items():
        by_branch[key._replace(organization_id=branches[key.organization_id])] += number
    with transaction.atomic(savepoint=False):
        for plan_id in sorted({key.plan_id for key in moved}):
            _hold(plan_id, shared=True)
        _upsert(AssignmentCount, Key._fields, moved)
        _upsert(BranchCount, BranchKey._fields[1:], by_branch)


def _branches(units: set[int]) -> dict[int, int]:
    found = Organization.objects.filter(pk__in=units).values_list("pk", "path")
    return {pk: branch_of(path) for pk, path in found}


def _upsert(model: type[Model], columns: tuple[str, ...], moved: dict[Key, int]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    adapt = connection.ops.adapt_datefield_value
    # Always in the same order, so that two writers cannot each wait for the other's row.
    rows = [(*key[:4], adapt(key.due_on), key.done_month, number) for key, number in sorted(moved.items()) if number]
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(batch))
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}, number) VALUES {places} "  # noqa: S608  (bound)
                f"ON CONFLICT ({', '.join(columns)}) DO UPDATE SET number = {table}.number + EXCLUDED.number",
                [value for row in batch for value in row],
            )


def _hold(plan_id: int, *, shared: bool) -> None:
    """Until the transaction ends, no full count runs beside a change, or (not shared) no change beside a count.

    A change that has not been committed would be missing in the full count and then be lost by it. SQLite
    has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s, %s)", [_LOCK, plan_id])


def _full_count(plan: Plan) -> QuerySet[Assignment, tuple[Any, ...]]:
    """Assignments grouped by Key, with their number, in the order of AssignmentCount's columns."""
    late = Q(done_on__gt=F("due_on"))
    done, sent = Q(state=AssignmentState.DONE), Q(state=AssignmentState.SUBMITTED)
    lots = ((done & late, Lot.DONE_LATE), (done, Lot.DONE_IN_TIME), (sent & late, Lot.SENT_LATE))
    lot = Case(
        *(When(condition, then=Value(name.value)) for condition, name in lots),
        When(sent, then=Value(Lot.SENT_IN_TIME.value)),
        default=Value(Lot.WITH_UNIT.value),
        output_field=CharField(),
    )
    month = (ExtractYear("done_on") - plan.year) * 12 + ExtractMonth("done_on")
    done_month = Case(
        When(done & Q(done_on__isnull=True), then=Value(12)),
        When(done, then=Greatest(Value(1), month)),
        default=Value(0),
        output_field=IntegerField(),
    )
    due_on = Coalesce("due_on", Value(NEVER, output_field=DateField()))
    rows = Assignment.objects.of_plan(plan).standing().order_by()
    keyed = rows.values("plan_id", "organization_id", "work_point_id", lot=lot, day=due_on, done_month=done_month)
    return keyed.annotate(number=Count("pk")).values_list(
        "plan_id", "organization_id", "work_point_id", "lot", "day", "done_month", "number"
    )


def _by_branch(plan: Plan) -> QuerySet[AssignmentCount, tuple[Any, ...]]:
    """The summary by organization, summed up by branch, in the order of BranchCount's columns."""
    rows = AssignmentCount.objects.filter(plan=plan).order_by().annotate(branch=branch_case())
    columns = ("plan_id", "branch", "work_point_id", "lot", "due_on", "done_month")
    return rows.values(*columns).annotate(total=Sum("number")).values_list(*columns, "total")


def tree_now(plan: Plan) -> str:
    """The digest of the city's tree as it stands."""
    return tree_of(Organization.objects.under(plan.issuer).values_list("pk", "path"))


@transaction.atomic(savepoint=False)
def rebuild(plan: Plan) -> None:
    """Counts everything anew, inside the database; for bulk work and repairs."""
    _hold(plan.pk, shared=False)
    tree = tree_now(plan)  # before the sums: if a unit moves between, the tree differs and the sums are not used
    _refill(AssignmentCount, Key._fields, plan, _full_count(plan))
    _refill(BranchCount, BranchKey._fields[1:], plan, _by_branch(plan))
    Plan.objects.filter(pk=plan.pk).update(counted_tree=tree)
    plan.counted_tree = tree


def _refill(model: type[Model], columns: tuple[str, ...], plan: Plan, rows: QuerySet[Any, Any]) -> None:
    model._default_manager.filter(plan=plan).delete()
    query, values = rows.query.sql_with_params()
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}, number) {query}", values)


@transaction.atomic(savepoint=False)
def differences(plan: Plan) -> dict[Key | BranchKey, tuple[int, int]]:
    """Where the summary is wrong: key → (kept, counted). Empty when all is well.

    What belongs to which branch is judged by the tree as it stands now.
    """
    _hold(plan.pk, shared=False)
    found = AssignmentCount.objects.filter(plan=plan).values_list(*Key._fields, "number")
    branches = BranchCount.objects.filter(plan=plan).values_list(*BranchKey._fields[1:], "number")
    kept: Counter[Key | BranchKey] = Counter({Key(*row[:-1]): row[-1] for row in found})
    kept.update({BranchKey("branch", *row[:-1]): row[-1] for row in branches})
    full = {Key(*row[:-1]): row[-1] for row in _full_count(plan)}
    counted: Counter[Key | BranchKey] = Counter(full)
    branch_by_unit = _branches({key.organization_id for key in full})
    for key, number in full.items():
        branch = key._replace(organization_id=branch_by_unit[key.organization_id])
        counted[BranchKey("branch", *branch)] += number
    return {key: (kept[key], counted[key]) for key in kept.keys() | counted.keys() if kept[key] != counted[key]}


def drop_empty(plan: Plan) -> int:
    """Removes rows that have come down to zero; returns how many."""
    gone = [model._default_manager.filter(plan=plan, number=0).delete()[0] for model in (AssignmentCount, BranchCount)]
    return sum(gone)
