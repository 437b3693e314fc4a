"""What an admin does with many tasks at once. Each verb does all or nothing and a constant number of queries."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils.translation import gettext as _

from audit.record import Act, record_many
from tasks import counts
from tasks.models import Assignment, Milestone, Task
from tasks.states import Cadence, UnitRole
from tasks.task_rules import Named, date_faults, unit_faults

from .fanout import FanOutResult, fan_out
from .task_parts import names, units_of, write_units
from .tasks import FANNED

if TYPE_CHECKING:
    from organizations.models import User

NAMED = 5  # tasks named in a refusal
DATED = frozenset({Cadence.ONCE, Cadence.YEARLONG})


class BulkResult(NamedTuple):
    """How many tasks were changed, and what that did to their assignments."""

    changed: int
    fanned: FanOutResult = FanOutResult()


Changes = list[tuple[Task, dict[str, Any]]]


def _fresh(tasks: Sequence[Task]) -> list[Task]:
    """The same tasks as they are now, locked until the transaction ends, in the order of the plan."""
    rows = Task.objects.select_for_update(of=("self",)).select_related("plan", "work_point")
    return list(rows.filter(pk__in=[task.pk for task in tasks]))


def listed(tasks: Sequence[Task]) -> str:
    """The first few by number and title, and how many more."""
    text = "；".join(str(task) for task in tasks[:NAMED])
    return f"{text} (+{len(tasks) - NAMED})" if len(tasks) > NAMED else text


def _refuse(field: str | None, text: str, tasks: Sequence[Task]) -> None:
    if tasks:
        sentence = text % {"tasks": listed(tasks)}
        raise ValidationError({field: sentence} if field else sentence)


def _write(changes: Changes, *, by: User, at: datetime.datetime, today: datetime.date) -> BulkResult:
    """Writes the fields that differ, with record and fan-out."""
    acts, touched = [], []
    for task, wanted in changes:
        after = {name: value for name, value in wanted.items() if getattr(task, name) != value}
        if not after:
            continue
        acts.append(Act("task.update", task, {name: getattr(task, name) for name in after}, after))
        for name, value in after.items():
            setattr(task, name, value)
        touched.append(task)
    if not touched:
        return BulkResult(0)
    fields = sorted({name for act in acts for name in act.after or {}})
    Task.objects.bulk_update(touched, fields, batch_size=500)
    _bump(touched)
    record_many(acts, by=by, at=at)
    needed = FANNED.intersection(fields)
    return BulkResult(len(touched), fan_out(tasks=touched, by=by, at=at, today=today) if needed else FanOutResult())


def _bump(tasks: Sequence[Task]) -> None:
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(version=F("version") + 1)


def _check_dates(changes: Changes) -> None:
    """Refuses deadlines that would lie before a start or before a milestone."""
    wrong = [
        task for task, new in changes if date_faults({"starts_on": task.starts_on} | new).get("due_on") is not None
    ]
    _refuse("due_on", _("The deadline would lie before the start of: %(tasks)s. Nothing was changed."), wrong)
    due = {task.pk: new["due_on"] for task, new in changes if new.get("due_on")}
    days = Milestone.objects.filter(task__in=due).values_list("task", "due_on")
    late = {task for task, day in days if day > due[task]}
    wrong = [task for task, _new in changes if task.pk in late]
    _refuse("due_on", _("The deadline would lie before a milestone of: %(tasks)s. Nothing was changed."), wrong)


@transaction.atomic
def move_deadlines(
    *,
    tasks: Sequence[Task],
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    days: int = 0,
    due_on: datetime.date | None = None,
) -> BulkResult:
    """Sets the deadline of single and year-long tasks, or moves it by days (back when negative).

    Recurring tasks have no deadline of their own and stay as they are; so do, when moving, tasks without one.
    """
    dated = [task for task in _fresh(tasks) if task.cadence in DATED]
    if due_on is not None:
        changes: Changes = [(task, {"due_on": due_on}) for task in dated]
    else:
        delta = datetime.timedelta(days=days)
        changes = [(task, {"due_on": task.due_on + delta}) for task in dated if task.due_on]
    _check_dates(changes)
    return _write(changes, by=by, at=at, today=today)


@transaction.atomic
def set_cadence(
    *,
    tasks: Sequence[Task],
    cadence: str,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    due_on: datetime.date | None = None,
    due_day: int | None = None,
    due_month: int | None = None,
) -> BulkResult:
    """Gives all tasks the same cadence; a single or year-long one keeps its deadline where none is given."""
    changes: Changes = []
    for task in _fresh(tasks):
        kept = (task.due_on if cadence in DATED else None) if due_on is None else due_on
        changes.append((task, {"cadence": cadence, "due_on": kept, "due_day": due_day, "due_month": due_month}))
    _check_dates(changes)
    return _write(changes, by=by, at=at, today=today)


@transaction.atomic
def set_proposed(
    *, tasks: Sequence[Task], proposed: bool, by: User, at: datetime.datetime, today: datetime.date
) -> BulkResult:
    """Marks units and deadline as a proposal, or as confirmed."""
    return _write([(task, {"is_proposed": proposed}) for task in _fresh(tasks)], by=by, at=at, today=today)


@transaction.atomic
def set_gates(
    *, tasks: Sequence[Task], gates: dict[str, bool], by: User, at: datetime.datetime, today: datetime.date
) -> BulkResult:
    """Sets conditions of sign-off: target_required, evidence_required, own_head_first; holds for later submissions."""
    return _write([(task, gates) for task in _fresh(tasks)], by=by, at=at, today=today)


@transaction.atomic
def withdraw(*, tasks: Sequence[Task], by: User, at: datetime.datetime, today: datetime.date) -> BulkResult:
    """Takes tasks out of the plan: what is open is cancelled, what was handed in or signed off stays."""
    return _write([(task, {"withdrawn": True}) for task in _fresh(tasks)], by=by, at=at, today=today)


@transaction.atomic
def restore(*, tasks: Sequence[Task], by: User, at: datetime.datetime, today: datetime.date) -> BulkResult:
    """Puts withdrawn tasks back; refused where their number was given to another task meanwhile."""
    fresh = [task for task in _fresh(tasks) if task.withdrawn]
    standing = Task.objects.current().filter(plan__in={task.plan_id for task in fresh}).exclude(number="")
    taken = set(standing.values_list("work_point", "number"))
    wrong = []
    for task in fresh:
        if task.number and (task.work_point_id, task.number) in taken:
            wrong.append(task)
        taken.add((task.work_point_id, task.number))
    _refuse(None, _("Another task has this number now: %(tasks)s. Give the withdrawn one another number first."), wrong)
    return _write([(task, {"withdrawn": False}) for task in fresh], by=by, at=at, today=today)


@transaction.atomic
def set_units(
    *,
    tasks: Sequence[Task],
    role: str,
    how: str,
    units: Sequence[Named],
    by: User,
    at: datetime.datetime,
    today: datetime.date,
) -> BulkResult:
    """Replaces, adds or removes units of a role (`how`: replace, add, remove).

    A unit that comes to lead leaves the cooperating ones; one that already leads is not added to them.
    """
    fresh = _fresh(tasks)
    other = UnitRole.COOPERATING if role == UnitRole.LEAD else UnitRole.LEAD
    rows: list[tuple[Task, str, Sequence[Named]]] = []
    acts, touched = [], []
    have = units_of(fresh)
    for task in fresh:
        now = have[task.pk]
        wanted = _combined(now[role], how, units)
        rest = now[other]
        if role == UnitRole.LEAD:
            rest = [unit for unit in rest if unit not in wanted]
        else:
            wanted = [unit for unit in wanted if unit not in rest]
        new = {role: wanted, other.value: rest}
        changed = [name for name in new if new[name] != now[name]]
        if how != "remove":
            found = unit_faults(task.plan.issuer_id, units, ())
            if found:
                raise ValidationError({"units": found["lead"]})
        if not changed:
            continue
        rows += [(task, name, new[name]) for name in changed]
        before, after = ({name: names(side[name]) for name in changed} for side in (now, new))
        acts.append(Act("task.update", task, before, after))
        touched.append(task)
    if not touched:
        return BulkResult(0)
    write_units(rows)
    _bump(touched)
    record_many(acts, by=by, at=at)
    return BulkResult(len(touched), fan_out(tasks=touched, by=by, at=at, today=today))


def _combined(now: Sequence[Named], how: str, units: Sequence[Named]) -> list[Named]:
    if how == "replace":
        return list(units)
    if how == "add":
        return [*now, *(unit for unit in units if unit not in now)]
    return [unit for unit in now if unit not in units]


@transaction.atomic
def delete_tasks(*, tasks: Sequence[Task], by: User, at: datetime.datetime) -> int:
    """Deletes tasks on which nothing has been done, with their assignments; refuses all if one was begun."""
    fresh = _fresh(tasks)
    keys = [task.pk for task in fresh]
    untouched = set(Task.objects.untouched().filter(pk__in=keys).values_list("pk", flat=True))
    text = _("Work has been done on: %(tasks)s. Withdraw these instead; what was done stays on record.")
    _refuse(None, text, [task for task in fresh if task.pk not in untouched])
    have = units_of(fresh)
    acts = [
        Act(
            "task.delete",
            task,
            {"number": task.number, "title": task.title, "cadence": task.cadence, "due_on": task.due_on}
            | {role: names(units) for role, units in have[task.pk].items()},
        )
        for task in fresh
    ]
    record_many(acts, by=by, at=at)
    try:
        Assignment.objects.filter(task__in=keys).delete()
        Task.objects.filter(pk__in=keys).delete()
    except ProtectedError as error:
        raise ValidationError(text % {"tasks": listed(fresh)}) from error
    for plan in {task.plan_id: task.plan for task in fresh}.values():
        counts.rebuild(plan)
    return len(fresh)
