"""What an admin does with one task. For many at once see bulk_tasks.py."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.record import record
from tasks import counts
from tasks.models import Assignment, Plan, Task, WorkPoint
from tasks.states import UnitRole
from tasks.task_rules import TaskDetails, faults

from .fanout import FanOutResult, fan_out
from .task_parts import lines, milestones_of, names, units_of, write_milestones, write_units

if TYPE_CHECKING:
    from organizations.models import User

# What decides over assignments. A change of words alone leaves them in peace.
FANNED = frozenset({"cadence", "starts_on", "due_on", "due_day", "due_month", "target", "withdrawn", *UnitRole.values})


class StaleTask(ValidationError):
    """Somebody changed the task after the person had loaded it."""


class TaskChange(NamedTuple):
    """What came of it."""

    task: Task
    changed: bool
    fanned: FanOutResult


def number_taken() -> ValidationError:
    """The refusal of a number that another task of the work point has."""
    return ValidationError({"number": _("This work point already has a task of this number. Choose another number.")})


def _last_position(point: WorkPoint) -> int:
    return Task.objects.filter(work_point=point).aggregate(last=Max("position"))["last"] or 0


def _refuse_wrong(plan: Plan, details: TaskDetails) -> None:
    """Raises ValidationError by field; nothing is written before."""
    found = faults(details, plan.issuer_id)
    if details.values["work_point"].plan_id != plan.pk:
        found["work_point"] = _("This work point does not belong to the plan. Choose one of the list.")
    if found:
        raise ValidationError(found)


def _save(task: Task) -> None:
    try:
        with transaction.atomic():
            task.save()
    except IntegrityError as error:
        raise number_taken() from error


@transaction.atomic
def create_task(
    *, plan: Plan, details: TaskDetails, by: User, at: datetime.datetime, today: datetime.date
) -> TaskChange:
    """Adds a task at the end of its work point and makes its assignments."""
    _refuse_wrong(plan, details)
    values = details.values
    task = Task(plan=plan, position=_last_position(values["work_point"]) + 1, **values)
    _save(task)
    write_units([(task, UnitRole.LEAD, details.lead), (task, UnitRole.COOPERATING, details.cooperating)])
    write_milestones(task, details.milestones)
    said = {name: value for name, value in values.items() if value not in (None, "", False)}
    said |= {"lead": names(details.lead), "cooperating": names(details.cooperating)}
    record("task.create", task, by=by, at=at, after=said | {"milestones": lines(details.milestones)})
    return TaskChange(task, True, fan_out(tasks=[task], by=by, at=at, today=today))


@transaction.atomic
def change_task(
    *, task: Task, version: int, details: TaskDetails, by: User, at: datetime.datetime, today: datetime.date
) -> TaskChange:
    """Writes what differs and brings the open assignments in line.

    `version` is the task's as the person saw it; raises StaleTask if it has changed since.
    """
    task = Task.objects.select_for_update(of=("self",)).select_related("plan").get(pk=task.pk)
    if task.version != version:
        raise StaleTask(_("Somebody changed this task while the form was open."), code="stale")
    _refuse_wrong(task.plan, details)
    before, after = _differences(task, details)
    if not after:
        return TaskChange(task, False, FanOutResult())
    moved = "work_point" in after
    for name in after.keys() & details.values.keys():
        setattr(task, name, details.values[name])
    if moved:
        task.position = _last_position(task.work_point) + 1
    task.version += 1
    _save(task)
    write_units([(task, role, getattr(details, role)) for role in UnitRole.values if role in after])
    if "milestones" in after:
        write_milestones(task, details.milestones)
    record("task.update", task, by=by, at=at, before=before, after=after)
    fanned = fan_out(tasks=[task], by=by, at=at, today=today) if after.keys() & FANNED else FanOutResult()
    if moved:  # rows carry their work point, whatever their state
        Assignment.objects.filter(task=task).update(work_point=task.work_point)
        counts.rebuild(task.plan)
    return TaskChange(task, True, fanned)


def _differences(task: Task, details: TaskDetails) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of what differs; units by name, milestones as lines."""
    before: dict[str, Any] = {name: getattr(task, name) for name in details.values}
    after: dict[str, Any] = dict(details.values)
    units = units_of([task])[task.pk]
    for role in UnitRole.values:
        wanted = list(getattr(details, role))
        if units[role] != wanted:
            before[role], after[role] = names(units[role]), names(wanted)
    before["milestones"], after["milestones"] = lines(milestones_of(task)), lines(sorted(details.milestones))
    differing = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in differing}, {name: after[name] for name in differing}
