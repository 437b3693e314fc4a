"""Bringing in a list from Excel: stage it for the preview, write it, throw it away.

Between preview and confirmation the plan may change. So the confirmation judges the staged rows once more,
inside its transaction, and refuses as a whole where any of them would now come to something else.
"""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.files import File
from django.db import transaction

from audit.record import record, record_many
from lib import bulk
from organizations.models import Organization
from tasks import counts
from tasks.imports.resource import TaskListFormat, TaskResource, Verdict, judge
from tasks.imports.snapshot import Key, Snapshot, changes, compared_fields, match
from tasks.models import ImportBatch, ImportRow, Plan

from . import import_write
from .fanout import FanOutResult, fan_out

if TYPE_CHECKING:
    from organizations.models import User

State = ImportBatch.State


class AlreadyDecidedError(Exception):
    """The import was committed or discarded before; `batch` is as it is now."""

    def __init__(self, batch: ImportBatch) -> None:
        super().__init__(batch.state)
        self.batch = batch


class PlanChangedError(Exception):
    """`number` rows would now come to something else than the preview says."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Outcome(NamedTuple):
    """What a commit came to."""

    created: int
    changed: int
    refused: int
    fanned: FanOutResult


def preview(
    *, plan: Plan, path: Path, name: str, by: User | None, at: datetime.datetime, keep_file: bool = True
) -> ImportBatch:
    """Reads a file and stages what it would change; raises UnreadableFileError. The plan stays as it is."""
    with bulk.undisturbed():
        return _preview(plan, path, name, by, at, keep_file)


def _preview(plan: Plan, path: Path, name: str, by: User | None, at: datetime.datetime, keep_file: bool) -> ImportBatch:
    dataset = TaskListFormat().create_dataset(path)  # before the transaction: reading takes its time
    content = path.read_bytes()
    batch = ImportBatch(
        plan=plan, name=name[-200:], size=len(content), sha256=hashlib.sha256(content).hexdigest(), by=by, at=at
    )
    with transaction.atomic():
        if keep_file:
            with path.open("rb") as file:
                batch.file.save(name, File(file), save=False)
        resource = judge(plan, dataset)
        _describe(batch, resource)
        batch.save()
        _stage(batch, resource)
        record("import.preview", batch, by=by, at=at, scope_id=plan.issuer_id, after=_numbers(batch))
    return batch


def _describe(batch: ImportBatch, resource: TaskResource) -> None:
    """Sheet, columns and counts of a judged file."""
    table = resource.context.table
    batch.sheet = table.sheet[:100]
    batch.layout = {"header_rows": table.header_rows, "skipped": table.skipped, "labels": table.labels}
    batch.layout["postponed"] = sum(_is_later(staged.changes) for staged in resource.staged)
    verdicts = [staged.verdict for staged in resource.staged]
    for verdict in Verdict.values:
        setattr(batch, verdict, verdicts.count(verdict))
    batch.base_id = resource.context.matches.base
    batch.absent = [
        {"pk": row.pk, "number": row.number or None, "title": row.fields["title"]}
        for row in resource.context.matches.absent
    ]


def _is_later(changed: dict[str, Any]) -> bool:
    """True where a change moves a deadline back."""
    old, new = ((changed.get("deadline") or {}).get(key) or {} for key in ("from", "to"))
    return bool(old.get("due_on") and new.get("due_on") and new["due_on"] > old["due_on"])


def _stage(batch: ImportBatch, resource: TaskResource) -> None:
    columns = ("batch_id", "row", "verdict", "task_id", "values", "changes", "errors")
    rows = (
        (
            batch.pk,
            staged.row,
            staged.verdict,
            staged.task.pk if staged.task else None,
            staged.values,
            staged.changes,
            staged.errors,
        )
        for staged in resource.staged
    )
    bulk.insert_values(ImportRow, columns, rows)


def _numbers(batch: ImportBatch) -> dict[str, Any]:
    return {"file": batch.name, "sha256": batch.sha256} | {name: getattr(batch, name) for name in Verdict.values}


@transaction.atomic
def refresh(*, batch: ImportBatch, by: User | None, at: datetime.datetime) -> None:
    """Judges the kept file anew against the plan as it is now."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("plan__issuer").get(pk=batch.pk)
    if batch.state != State.PREVIEWED:
        raise AlreadyDecidedError(batch)
    resource = judge(batch.plan, _dataset(batch))
    _describe(batch, resource)
    batch.save()
    batch.rows.all().delete()
    _stage(batch, resource)
    record("import.refresh", batch, by=by, at=at, scope_id=batch.plan.issuer_id, after=_numbers(batch))


def _dataset(batch: ImportBatch) -> Any:
    return TaskListFormat().create_dataset(Path(batch.file.path))


@transaction.atomic
def commit(*, batch: ImportBatch, by: User | None, at: datetime.datetime, today: datetime.date) -> Outcome:
    """Writes the new and the changed rows, all or none, and makes the assignments.

    Raises AlreadyDecidedError for a second attempt and PlanChangedError where the preview no longer holds.
    """
    claimed = ImportBatch.objects.filter(pk=batch.pk, state=State.PREVIEWED)
    if not claimed.update(state=State.COMMITTED, decided_at=at):
        raise AlreadyDecidedError(ImportBatch.objects.get(pk=batch.pk))
    plan = Plan.objects.select_for_update().get(pk=batch.plan_id)
    batch = ImportBatch.objects.select_related("plan").get(pk=batch.pk)
    rows = list(batch.rows.all())
    outdated = _outdated(plan, batch, rows)
    if outdated:
        raise PlanChangedError(outdated)
    with bulk.undisturbed():
        return _write(plan, batch, rows, by, at, today)


def _write(
    plan: Plan, batch: ImportBatch, rows: list[ImportRow], by: User | None, at: datetime.datetime, today: datetime.date
) -> Outcome:
    points = {point.number: point for point in plan.work_points.all()}
    new = [row for row in rows if row.verdict == Verdict.NEW]
    changed = [row for row in rows if row.verdict == Verdict.CHANGED]
    created = import_write.create(batch, new, points)
    updated = import_write.change(batch, changed, points) if changed else []
    record_many(import_write.acts(created, new, updated, changed), by=by, at=at, scope_id=plan.issuer_id)
    fanned = fan_out(tasks=[*created, *updated], by=by, at=at, today=today)
    if any("work_point" in row.changes for row in changed):
        counts.rebuild(plan)
    batch.outcome = {"created": len(created), "changed": len(updated), "assignments": fanned._asdict()}
    batch.save(update_fields=["outcome"])
    record(
        "import.commit",
        batch,
        by=by,
        at=at,
        scope_id=plan.issuer_id,
        after=_numbers(batch) | {"outcome": batch.outcome},
    )
    return Outcome(len(created), len(updated), batch.refused, fanned)


def _outdated(plan: Plan, batch: ImportBatch, rows: list[ImportRow]) -> int:
    """How many staged rows no longer come to what the preview says."""
    known = Snapshot(plan).rows
    keys = [_key(row) for row in rows]
    matches = match(keys, known)
    compared = compared_fields(batch.layout["labels"])
    number = 0
    for row in rows:
        task = matches.found.get(row.row)
        same = (task.pk if task else None) == row.task_id
        if same and task and row.verdict != Verdict.REFUSED:
            same = changes(task, row.values, compared) == row.changes
        number += not same
    return number + _dissolved(rows)


def _key(row: ImportRow) -> Key:
    if row.verdict == Verdict.REFUSED:
        return Key(row.row, *row.values["key"])
    return Key(row.row, row.values["work_point"], row.values["number"] or "", row.values["title"])


def _dissolved(rows: list[ImportRow]) -> int:
    """Rows that name a unit which was dissolved since the preview."""
    named = {
        row.row: {key for _role, kind, key in row.values["_"]["units"] if kind == "o"}
        for row in rows
        if row.verdict in {Verdict.NEW, Verdict.CHANGED}
    }
    every = set().union(*named.values())
    gone = set(Organization.objects.filter(is_active=False).values_list("pk", flat=True)) & every
    return sum(bool(units & gone) for units in named.values()) if gone else 0


@transaction.atomic
def discard(*, batch: ImportBatch, by: User, at: datetime.datetime) -> None:
    """Throws a preview away, with its rows and its file; raises AlreadyDecidedError."""
    claimed = ImportBatch.objects.filter(pk=batch.pk, state=State.PREVIEWED)
    if not claimed.update(state=State.DISCARDED, decided_at=at, file=""):
        raise AlreadyDecidedError(ImportBatch.objects.get(pk=batch.pk))
    file = batch.file.name
    batch.rows.all().delete()
    record("import.discard", batch, by=by, at=at, after={"file": batch.name})
    if file and not ImportBatch.objects.filter(file=file).exists():
        storage = batch.file.storage
        transaction.on_commit(lambda: storage.delete(file))
