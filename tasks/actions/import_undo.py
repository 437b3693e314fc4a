"""Undoing an import: what it changed is given back; what somebody has worked on since is kept, and named.

What that is says import_undo_plan.py; here it is written.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import ProtectedError

from audit.record import Act, record, record_many
from lib import bulk
from tasks import counts
from tasks.models import Assignment, ImportBatch, ImportRow, Milestone, Plan, Task, TaskUnit

from .fanout import FanOutResult, fan_out
from .import_errors import AlreadyDecidedError
from .import_undo_plan import kept_task, undo_plan
from .import_write import CHUNK, COLUMNS, UNIT_COLUMNS, UNIT_FIELDS

if TYPE_CHECKING:
    from organizations.models import User

State = ImportBatch.State
RAW = {
    "work_point": ("work_point_id",),
    "title": ("title",),
    "note": ("note",),
    "starts_on": ("starts_on",),
    "target": ("target", "unit"),
    "deadline": ("cadence", "due_on", "due_day", "due_month"),
}


class Undone(NamedTuple):
    """What it came to."""

    removed: int
    restored: int
    revived: int
    kept: int
    fanned: FanOutResult


@transaction.atomic
def undo(*, batch: ImportBatch, by: User | None, at: datetime.datetime, today: datetime.date) -> Undone:
    """Gives back what can be given back; raises AlreadyDecidedError where it was not imported or is undone."""
    plan = Plan.objects.select_for_update().get(pk=batch.plan_id)
    claimed = ImportBatch.objects.filter(pk=batch.pk, state=State.COMMITTED)
    if not claimed.update(state=State.UNDONE, undone_by=by, undone_at=at):
        raise AlreadyDecidedError(ImportBatch.objects.get(pk=batch.pk))
    batch = ImportBatch.objects.select_related("plan").get(pk=batch.pk)
    with bulk.undisturbed():
        found = undo_plan(batch)
        removed, linked = _remove(found.remove, by, at, plan)
        restored, moved = _restore(found.restore, by, at, plan)
        _revive(found.revive, by, at, plan)
        fanned = fan_out(tasks=[*restored, *found.revive, *linked], by=by, at=at, today=today)
    if moved or removed:
        counts.rebuild(plan)
    kept = [*found.keep, *(kept_task(task, "linked") for task in linked)]
    batch.undo = {"removed": removed, "restored": len(restored), "revived": len(found.revive)}
    batch.undo |= {"assignments": fanned._asdict(), "kept": [one._asdict() for one in kept]}
    batch.save(update_fields=["undo"])
    said = {name: batch.undo[name] for name in ("removed", "restored", "revived")} | {"kept": len(kept)}
    record("import.undo", batch, by=by, at=at, scope_id=plan.issuer_id, after=said)
    return Undone(removed, len(restored), len(found.revive), len(kept), fanned)


def _remove(tasks: Sequence[Task], by: User | None, at: datetime.datetime, plan: Plan) -> tuple[int, list[Task]]:
    """Removes tasks with their assignments; how many, and those that had to be withdrawn because others mean them."""
    acts, linked = [], []
    for start in range(0, len(tasks), CHUNK):
        part = list(tasks[start : start + CHUNK])
        gone = part
        try:
            _delete(part)
        except ProtectedError:
            gone = [task for task in part if _deleted(task)]
            linked += [task for task in part if task not in gone]
        acts += [Act("task.delete", task, {"number": task.number, "title": task.title}) for task in gone]
    for task in linked:
        task.plan, task.withdrawn, task.version = plan, True, task.version + 1
    Task.objects.bulk_update(linked, ["withdrawn", "version"], batch_size=500)
    acts += [Act("task.update", task, {"withdrawn": False}, {"withdrawn": True}) for task in linked]
    record_many(acts, by=by, at=at, scope_id=plan.issuer_id)
    return len(tasks) - len(linked), linked


def _delete(tasks: Sequence[Task]) -> None:
    keys = [task.pk for task in tasks]
    with transaction.atomic():
        Assignment.objects.filter(task__in=keys).delete()
        Task.objects.filter(pk__in=keys).delete()


def _deleted(task: Task) -> bool:
    try:
        _delete([task])
    except ProtectedError:
        return False
    return True


def _restore(
    found: Sequence[tuple[ImportRow, list[str]]], by: User | None, at: datetime.datetime, plan: Plan
) -> tuple[list[Task], bool]:
    """Puts old values back; the tasks, and whether one of them moved to another work point."""
    keys = [row.task_id for row, _fields in found]
    tasks: dict[int, Task] = {}
    for start in range(0, len(keys), CHUNK):
        tasks |= Task.objects.in_bulk(keys[start : start + CHUNK])
    pairs = [(tasks[row.task_id], row, fields) for row, fields in found if row.task_id in tasks]
    acts = []
    for task, row, fields in pairs:
        task.plan = plan
        _put_back(task, row.undo or {}, fields, whole=len(fields) == len(_grouped(row.changes)))
        task.version += 1
        names = [name for name in row.changes if ("units" if name in UNIT_FIELDS else name) in fields]
        before = {name: row.changes[name]["to"] for name in names}
        acts.append(Act("task.update", task, before, {name: row.changes[name]["from"] for name in names}))
    written = [task for task, _row, _fields in pairs]
    Task.objects.bulk_create(
        written, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=COLUMNS
    )
    _restore_parts(pairs)
    record_many(acts, by=by, at=at, scope_id=plan.issuer_id)
    moved = [task for task, _row, fields in pairs if "work_point" in fields]
    for task in moved:
        Assignment.objects.filter(task=task).update(work_point=task.work_point_id)
    return written, bool(moved)


def _grouped(changes: dict[str, Any]) -> set[str]:
    return {"units" if name in UNIT_FIELDS else name for name in changes}


def _put_back(task: Task, before: dict[str, Any], fields: Sequence[str], *, whole: bool) -> None:
    for field in fields:
        for name in RAW.get(field, ()):
            setattr(task, name, _value(name, before["fields"][name]))
    if whole:
        task.is_proposed = before["fields"]["is_proposed"]


def _value(name: str, plain: Any) -> Any:
    if plain is None:
        return None
    if name in {"starts_on", "due_on"}:
        return datetime.date.fromisoformat(plain)
    return Decimal(plain) if name == "target" else plain


def _restore_parts(pairs: Sequence[tuple[Task, ImportRow, list[str]]]) -> None:
    """Units and the untitled milestones."""
    regrouped = [(task, row.undo or {}) for task, row, fields in pairs if "units" in fields]
    redated = [(task, row.undo or {}) for task, row, fields in pairs if "deadline" in fields]
    for start in range(0, len(pairs), CHUNK):
        part = slice(start, start + CHUNK)
        TaskUnit.objects.filter(task__in=[task for task, _before in regrouped[part]]).delete()
        Milestone.objects.filter(task__in=[task for task, _before in redated[part]], title="").delete()
    units = [(task.pk, *unit) for task, before in regrouped for unit in before["units"]]
    bulk.insert_values(TaskUnit, UNIT_COLUMNS, units)
    titled = set(Milestone.objects.filter(task__in=[t for t, _b in redated]).values_list("task", "due_on"))
    days = [(task.pk, datetime.date.fromisoformat(day)) for task, before in redated for day in before["days"]]
    bulk.insert(Milestone(task_id=task, due_on=day) for task, day in days if (task, day) not in titled)


def _revive(tasks: Sequence[Task], by: User | None, at: datetime.datetime, plan: Plan) -> None:
    for task in tasks:
        task.withdrawn = False
        task.version += 1
    Task.objects.bulk_update(tasks, ["withdrawn", "version"], batch_size=500)
    acts = [Act("task.update", task, {"withdrawn": True}, {"withdrawn": False}) for task in tasks]
    record_many(acts, by=by, at=at, scope_id=plan.issuer_id)
