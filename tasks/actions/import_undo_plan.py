"""What undoing an import would do, without doing it: what is given back, and what is kept and why.

A task that it created is removed while nobody has touched it. A field that it changed gets its old value unless it
was changed again; units and deadlines stay where work was begun on assignments that only the change had made.
A task that it withdrew comes back unless its number was given away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from tasks.imports.snapshot import SETS, PlanRow, Snapshot
from tasks.models import Assignment, ImportBatch, ImportRow, Plan, Task
from tasks.states import AssignmentState

from .import_write import UNIT_FIELDS

Verdict = ImportRow.Verdict
IDLE = frozenset({AssignmentState.NOT_STARTED, AssignmentState.CANCELLED})


class Kept(NamedTuple):
    """Something that an undo leaves as it is: why is worked, changed, withdrawn, removed, number or linked."""

    task: int | None
    number: str
    title: str
    fields: tuple[str, ...]
    why: str


class UndoPlan(NamedTuple):
    """What an undo will do: tasks to remove, (row, fields) to restore, tasks to bring back, and what it keeps."""

    remove: list[Task]
    restore: list[tuple[ImportRow, list[str]]]
    revive: list[Task]
    keep: list[Kept]


def kept_task(task: Task, why: str, fields: Iterable[str] = ()) -> Kept:
    """A task that stays, or some fields of it."""
    return Kept(task.pk, task.number, task.title, tuple(fields), why)


def undo_plan(batch: ImportBatch) -> UndoPlan:
    """Looks at what became of everything that the import changed; writes nothing."""
    remove, keep = _created(batch)
    restore, kept_fields = _changed(batch, {task.pk for task in remove})
    revive, kept_withdrawn = _withdrawn(batch, {task.pk for task in remove})
    return UndoPlan(remove, restore, revive, [*keep, *kept_fields, *kept_withdrawn])


def _created(batch: ImportBatch) -> tuple[list[Task], list[Kept]]:
    tasks = list(Task.objects.filter(origin=batch).order_by("origin_row", "pk"))
    idle = set(Task.objects.filter(origin=batch).untouched().values_list("pk", flat=True))
    remove, keep = [], []
    for task in tasks:
        if task.pk not in idle:
            keep.append(kept_task(task, "worked"))
        elif task.version != 1:
            keep.append(kept_task(task, "changed"))
        else:
            remove.append(task)
    return remove, keep


def _changed(batch: ImportBatch, leaving: set[int]) -> tuple[list[tuple[ImportRow, list[str]]], list[Kept]]:
    rows = list(batch.rows.filter(verdict=Verdict.CHANGED))
    known = Snapshot(batch.plan).rows([row.task_id for row in rows if row.task_id is not None])
    begun = _begun(batch)
    numbers = _numbers(batch.plan, leaving)
    restore: list[tuple[ImportRow, list[str]]] = []
    keep: list[Kept] = []
    for row in rows:
        values = row.values
        if row.task_id is None or row.undo is None:
            keep.append(Kept(None, values["number"] or "", values["title"], (), "removed"))
            continue
        task = known.get(row.task_id)
        if task is None:
            keep.append(Kept(row.task_id, values["number"] or "", values["title"], (), "withdrawn"))
            continue
        fields, kept = _fields_of(row, row.undo, task, begun, numbers)
        if fields:
            restore.append((row, fields))
        for why, names in kept.items():
            keep.append(Kept(task.pk, task.number, str(task.fields["title"]), tuple(names), why))
    return restore, keep


def _fields_of(
    row: ImportRow, before: dict[str, Any], task: PlanRow, begun: dict[int, set[tuple[int, str]]], numbers: set[Any]
) -> tuple[list[str], dict[str, list[str]]]:
    """The fields that can be given back, and those that stay, by why."""
    again = [field for field, change in row.changes.items() if not _same(field, task.fields[field], change["to"])]
    fields = [field for field in row.changes if field not in again]
    kept: dict[str, list[str]] = defaultdict(list)
    if again:
        kept["changed"] = again
    if any(field in UNIT_FIELDS for field in again):
        fields = [field for field in fields if field not in UNIT_FIELDS]
    fresh = begun.get(task.pk, set()) - {(organization, period) for organization, period in before["slots"]}
    held = [field for field in fields if field in UNIT_FIELDS or field == "deadline"] if fresh else []
    if held:
        kept["worked"] = held
        fields = [field for field in fields if field not in held]
    place = (task.origin, before["fields"]["work_point_id"], task.number)
    if "work_point" in fields and task.number and place in numbers:
        kept["number"] = ["work_point"]
        fields.remove("work_point")
    return list(dict.fromkeys("units" if field in UNIT_FIELDS else field for field in fields)), kept


def _same(field: str, now: Any, then: Any) -> bool:
    return set(now or []) == set(then or []) if field in SETS else bool(now == then)


def _begun(batch: ImportBatch) -> dict[int, set[tuple[int, str]]]:
    """Task → the (unit, period) on which work was begun, for the tasks that the import changed."""
    found: dict[int, set[tuple[int, str]]] = defaultdict(set)
    changed = batch.rows.filter(verdict=Verdict.CHANGED).values("task")
    rows = Assignment.objects.filter(task__in=changed).exclude(state__in=IDLE, last_progress_on__isnull=True)
    for task, organization, period in rows.values_list("task", "organization", "period"):
        found[task].add((organization, period))
    return found


def _numbers(plan: Plan, leaving: set[int]) -> set[tuple[int | None, int, str]]:
    """The (list, work point, number) that are taken, once the created tasks are gone."""
    rows = Task.objects.filter(plan=plan).current().exclude(number="")
    found = rows.values_list("pk", "origin", "work_point", "number")
    return {(origin, point, number) for pk, origin, point, number in found if pk not in leaving}


def _withdrawn(batch: ImportBatch, leaving: set[int]) -> tuple[list[Task], list[Kept]]:
    rows = batch.rows.filter(verdict=Verdict.ABSENT, withdraw=True, task__isnull=False).values("task")
    taken = _numbers(batch.plan, leaving)
    revive, keep = [], []
    for task in Task.objects.filter(pk__in=rows, withdrawn=True).select_related("plan"):
        if task.number and (task.origin_id, task.work_point_id, task.number) in taken:
            keep.append(kept_task(task, "number"))
        else:
            revive.append(task)
    return revive, keep
