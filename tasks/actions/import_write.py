"""The changes of a confirmed import: only the fields that differ, in a handful of statements for a portion of rows."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from audit.record import Act
from lib import bulk
from tasks.models import Assignment, ImportBatch, ImportRow, Milestone, Task, TaskUnit, WorkPoint

from .import_create import UNIT_COLUMNS, due_of, early_days, unit_rows

CHUNK = 1000
BEFORE = (
    "work_point_id", "title", "target", "unit", "note", "starts_on", "due_on", "due_day", "due_month", "cadence",
    "is_proposed",
)  # fmt: skip
UNIT_FIELDS = {"lead", "cooperating", "groups", "lead_groups"}
COLUMNS = [
    "work_point", "title", "target", "unit", "note", "starts_on", "due_on", "due_day", "due_month", "cadence",
    "is_proposed", "version",
]  # fmt: skip


def _day(written: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(written) if written else None


def _set(task: Task, fields: Iterable[str], values: dict[str, Any], points: dict[int, WorkPoint]) -> None:
    """Puts the named fields of a staged row on a task."""
    for field in fields:
        match field:
            case "work_point":
                task.work_point = points[values["work_point"]]
            case "title":
                task.title = values["title"]
            case "note":
                task.note = values["note"] or ""
            case "starts_on":
                task.starts_on = _day(values["starts_on"])
            case "target":
                goal = values["target"]
                task.target = Decimal(str(goal["value"])) if goal else None
                task.unit = goal["unit"] if goal else task.unit
            case "deadline":
                _set_deadline(task, values)


def _set_deadline(task: Task, values: dict[str, Any]) -> None:
    due = due_of(values)
    task.cadence, task.due_day, task.due_month = due.cadence, due.due_day, due.due_month
    task.due_on = _day(due.due_on)


def change(batch: ImportBatch, rows: Sequence[ImportRow], points: dict[int, WorkPoint]) -> list[Task]:
    """The changed tasks: only the fields that differ."""
    keys = [row.task_id for row in rows]
    found: dict[int, Task] = {}
    for start in range(0, len(keys), CHUNK):
        found |= Task.objects.in_bulk(keys[start : start + CHUNK])
    pairs = [(found[row.task_id], row) for row in rows if row.task_id in found]
    keep_before(pairs)
    for task, row in pairs:
        _set(task, row.changes, row.values, points)
        task.is_proposed = False  # the list is the office's word
        task.version += 1
    Task.objects.bulk_create(
        [task for task, _row in pairs],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=COLUMNS,
    )
    regrouped = [(task, row) for task, row in pairs if UNIT_FIELDS & row.changes.keys()]
    redated = [(task, row) for task, row in pairs if "deadline" in row.changes]
    for start in range(0, len(pairs), CHUNK):
        part = slice(start, start + CHUNK)
        TaskUnit.objects.filter(task__in=[task for task, _row in regrouped[part]]).delete()
        Milestone.objects.filter(task__in=[task for task, _row in redated[part]], title="").delete()
    bulk.insert_values(TaskUnit, UNIT_COLUMNS, chain(*(unit_rows(task.pk, row.values) for task, row in regrouped)))
    _redate(redated)
    _move(pairs)
    return [task for task, _row in pairs]


def keep_before(pairs: Sequence[tuple[Task, ImportRow]]) -> None:
    """Notes on the staged rows what their tasks are now, so that an undo can give it back."""
    keys = [task.pk for task, _row in pairs]
    units: dict[int, list[Any]] = defaultdict(list)
    days: dict[int, list[Any]] = defaultdict(list)
    slots: dict[int, list[Any]] = defaultdict(list)
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        for task, *unit in TaskUnit.objects.filter(task__in=part).values_list("task", *UNIT_COLUMNS[1:]):
            units[task].append(unit)
        for task, day in Milestone.objects.filter(task__in=part, title="").values_list("task", "due_on"):
            days[task].append(day.isoformat())
        for task, *slot in Assignment.objects.filter(task__in=part).values_list("task", "organization", "period"):
            slots[task].append(slot)
    for task, row in pairs:
        fields = {name: _plain(getattr(task, name)) for name in BEFORE}
        row.undo = {"fields": fields, "units": units[task.pk], "days": days[task.pk], "slots": slots[task.pk]}
    ImportRow.objects.bulk_create(
        [row for _task, row in pairs],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["undo"],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def withdraw(keys: Sequence[int]) -> list[Task]:
    """The tasks that a new version leaves out and that are to go; what was handed in or signed off stays."""
    found: list[Task] = []
    for start in range(0, len(keys), CHUNK):
        part = Task.objects.select_for_update(of=("self",)).filter(pk__in=keys[start : start + CHUNK])
        found += part.current().select_related("plan")
    for task in found:
        task.withdrawn = True
        task.version += 1
    Task.objects.bulk_update(found, ["withdrawn", "version"], batch_size=500)
    return found


def withdrawals(tasks: Sequence[Task], batch: ImportBatch) -> list[Act]:
    """How the record says it."""
    said = {"withdrawn": True, "reason": batch.reason, "import": batch.pk}
    return [Act("task.update", task, {"withdrawn": False}, said) for task in tasks]


def _redate(pairs: Sequence[tuple[Task, ImportRow]]) -> None:
    """Milestones of changed deadlines; those with a title of their own stay."""
    titled = set(Milestone.objects.filter(task__in=[task for task, _row in pairs]).values_list("task", "due_on"))
    wanted = [(task.pk, datetime.date.fromisoformat(day)) for task, row in pairs for day in early_days(row.values)]
    bulk.insert_values(Milestone, ("task_id", "due_on"), (day for day in wanted if day not in titled))


def _move(pairs: Sequence[tuple[Task, ImportRow]]) -> None:
    """Assignments carry their work point; those of a moved task move along, whatever their state."""
    for task, row in pairs:
        if "work_point" in row.changes:
            Assignment.objects.filter(task=task).update(work_point=task.work_point_id)


def acts(changed: Sequence[Task], rows: Sequence[ImportRow]) -> list[Act]:
    """How the record says the changes: one act per task."""
    found = []
    of = {row.task_id: row for row in rows}
    for task in changed:
        what = of[task.pk].changes
        before = {field: change["from"] for field, change in what.items()}
        found.append(Act("task.update", task, before, {field: change["to"] for field, change in what.items()}))
    return found
