"""Bringing in a list from Excel: keep the file, read it, stage what it would change, throw it away.

What the preview shows is written by import_commit.py and taken back by import_undo.py.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.db import IntegrityError, transaction

from audit.record import record
from lib import bulk
from lib.sheets.read import UnreadableFileError
from tasks.imports.choices import choices_for, own_choices
from tasks.imports.output import described
from tasks.imports.resource import Staged, TaskListFormat, TaskResource
from tasks.imports.snapshot import PORTION
from tasks.imports.table import Table, UnknownLayoutError
from tasks.models import ImportBatch, ImportRow, Plan
from tasks.models.imports import WAITING

from .import_commit import Outcome, commit
from .import_errors import (
    AlreadyDecidedError,
    BusyError,
    PlanChangedError,
    RefusedRowsError,
    SameFileError,
)

if TYPE_CHECKING:
    from organizations.models import User

__all__ = [
    "AlreadyDecidedError", "BusyError", "Outcome", "PlanChangedError", "RefusedRowsError", "SameFileError", "commit",
    "discard", "preview", "read", "receive", "refresh", "reopen",
]  # fmt: skip
State, Verdict = ImportBatch.State, ImportRow.Verdict
JUDGED = (Verdict.NEW, Verdict.CHANGED, Verdict.UNCHANGED, Verdict.REFUSED)
ROW_COLUMNS = ("batch_id", "row", "verdict", "task_id", "values", "changes", "errors", "text")
TOLD = 1000  # rows that are staged together, and between two words about the progress
Tell = Callable[[int, int, str], None]


def _silent(done: int, total: int, step: str) -> None:
    """Nobody watches."""


def preview(*, plan: Plan, path: Path, name: str, by: User | None, at: datetime.datetime) -> ImportBatch:
    """Reads a file and stages what it would change; raises UnreadableFileError. The plan stays as it is.

    The same file that waits to be checked already is judged anew instead of waiting twice.
    """
    batch = receive(plan=plan, path=path, name=name, by=by, at=at)
    return read(batch=batch, by=by, at=at)


def receive(*, plan: Plan, path: Path, name: str, by: User | None, at: datetime.datetime) -> ImportBatch:
    """Keeps a file, to be read afterwards; the waiting import of the same file, where there is one already."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    batch = ImportBatch(plan=plan, name=name[-200:], size=path.stat().st_size, sha256=sha256, by=by, at=at)
    try:
        with transaction.atomic():
            batch.save()  # of several at once only one comes past here
            _keep(batch, path)
    except IntegrityError:
        found = ImportBatch.objects.waiting().filter(plan=plan, sha256=sha256).first()
        return found or receive(plan=plan, path=path, name=name, by=by, at=at)
    return batch


def _keep(batch: ImportBatch, path: Path) -> None:
    """The file under its hash; one that is kept already serves for several imports."""
    field = ImportBatch._meta.get_field("file")
    wanted = field.generate_filename(batch, batch.name)
    if batch.file.storage.exists(wanted) and batch.file.storage.size(wanted) == batch.size:
        batch.file.name = wanted
    else:
        with path.open("rb") as file:
            batch.file.save(batch.name, File(file), save=False)
    batch.save(update_fields=["file"])


def read(*, batch: ImportBatch, by: User | None, at: datetime.datetime, tell: Tell = _silent) -> ImportBatch:
    """Reads and judges the kept file and stages its rows; raises UnreadableFileError, and keeps why.

    A file that cannot be read leaves nothing to check; raises AlreadyDecidedError where somebody decided meanwhile.
    """
    with bulk.undisturbed():
        tell(0, 0, "read")
        format_ = TaskListFormat(batch.plan, choices_for(batch), batch.names)
        try:
            table = _table(batch, format_)
        except UnreadableFileError as error:
            give_up(batch=batch, code=error.code, details=error.details, by=by, at=at)
            raise
        resource = TaskResource(batch.plan, table, format_.units)
        return _staged(batch, resource, by, at, tell)


def _table(batch: ImportBatch, format_: TaskListFormat) -> Table:
    """The list of the kept file; raises UnreadableFileError. What was said with several earlier files may leave no
    column that is needed: then nothing of it counts, and the preview is there to say it anew."""
    path = Path(batch.file.path)
    try:
        return format_.read_table(path)
    except UnknownLayoutError:
        own = own_choices(batch)
        if own == format_.choices:
            raise
        format_.choices = own
        return format_.read_table(path)


@transaction.atomic
def give_up(
    *, batch: ImportBatch, code: str, details: dict[str, Any], by: User | None, at: datetime.datetime
) -> None:  # fmt: skip
    """Notes why a file that waited to be read cannot be read; nothing where it was read or thrown away meanwhile."""
    unread = {"code": code, "details": details}
    reading = ImportBatch.objects.filter(pk=batch.pk, state=State.READING)
    if reading.update(state=State.UNREADABLE, fault="", unread=unread):
        said = {"file": batch.name, "unread": unread}
        record("import.unreadable", batch, by=by, at=at, scope_id=batch.plan.issuer_id, after=said)
    batch.refresh_from_db()


@transaction.atomic
def drop_unread(*, batch: ImportBatch, by: User | None, at: datetime.datetime) -> None:
    """Throws a file away whose reading was cancelled; nothing where it was read meanwhile."""
    reading = ImportBatch.objects.filter(pk=batch.pk, state=State.READING)
    if reading.update(state=State.DISCARDED, decided_at=at, decided_by=by):
        record("import.discard", batch, by=by, at=at, scope_id=batch.plan.issuer_id, after={"file": batch.name})


@transaction.atomic
def _staged(
    batch: ImportBatch, resource: TaskResource, by: User | None, at: datetime.datetime, tell: Tell
) -> ImportBatch:
    now = ImportBatch.objects.select_for_update(of=("self",)).select_related("plan__issuer").get(pk=batch.pk)
    if now.state not in WAITING:
        raise AlreadyDecidedError(now)
    verb = "import.preview" if now.state == State.READING else "import.refresh"
    kept = _withdrawn(now)
    now.rows.all().delete()
    tally = _Tally(len(resource.context.table.rows), tell)
    judged = tally.of(resource.judged())
    while portion := [_row(now, staged) for staged in islice(judged, TOLD)]:
        bulk.insert_values(ImportRow, ROW_COLUMNS, portion)
    _stage_absent(now, resource, kept)
    now.state, now.fault, now.unread = State.PREVIEWED, "", {}
    _describe(now, resource, tally)
    now.save()
    record(verb, now, by=by, at=at, scope_id=now.plan.issuer_id, after=numbers(now))
    return now


class _Tally:
    """Counts rows on their way."""

    def __init__(self, total: int, tell: Tell) -> None:
        self.total, self.tell = total, tell
        self.verdicts: Counter[str] = Counter()
        self.postponed = 0

    def of(self, rows: Iterable[Staged]) -> Iterator[Staged]:
        """The same rows."""
        for number, staged in enumerate(rows):
            if number % TOLD == 0:
                self.tell(number, self.total, "stage")
            self.verdicts[staged.verdict] += 1
            self.postponed += bool(staged.changes) and _is_later(staged.changes)
            yield staged


def _withdrawn(batch: ImportBatch) -> set[int]:
    """The absent tasks that somebody chose to withdraw, so that judging anew does not forget it."""
    rows = batch.rows.filter(verdict=Verdict.ABSENT, withdraw=True)
    return {key for key in rows.values_list("task", flat=True) if key is not None}


def _describe(batch: ImportBatch, resource: TaskResource, tally: _Tally) -> None:
    """Sheet, columns and counts of a judged file."""
    table = resource.context.table
    batch.sheet = table.sheet[:100]
    batch.layout = described(table)
    batch.layout["postponed"] = tally.postponed
    for verdict in JUDGED:
        setattr(batch, verdict, tally.verdicts[verdict])
    batch.base_id = resource.context.matches.base
    batch.absent = len(resource.context.matches.absent)


def _is_later(changed: dict[str, Any]) -> bool:
    """True where a change moves a deadline back."""
    old, new = ((changed.get("deadline") or {}).get(key) or {} for key in ("from", "to"))
    return bool(old.get("due_on") and new.get("due_on") and new["due_on"] > old["due_on"])


def _row(batch: ImportBatch, staged: Staged) -> tuple[Any, ...]:
    return (
        batch.pk,
        staged.row,
        staged.verdict,
        staged.task,
        staged.values,
        staged.changes,
        staged.errors,
        _found_by(staged.values),
    )


def _stage_absent(batch: ImportBatch, resource: TaskResource, withdrawn: set[int]) -> None:
    """The tasks that the file leaves out, as a list would show them."""
    keys = [task.pk for task in resource.context.matches.absent]
    for start in range(0, len(keys), PORTION):
        portion = keys[start : start + PORTION]
        known = resource.context.snapshot.rows(portion)
        rows: list[tuple[Any, ...]] = [
            (batch.pk, None, Verdict.ABSENT.value, task.pk, {"number": task.number or None, **task.fields}, {}, [],
             f"{task.number} {task.fields['title']}", task.pk in withdrawn)
            for task in (known[key] for key in portion)
        ]  # fmt: skip
        bulk.insert_values(ImportRow, (*ROW_COLUMNS, "withdraw"), rows)


def _found_by(values: dict[str, Any]) -> str:
    """What a search in the preview finds a row by."""
    if "cells" in values:
        return " ".join(text for text in values["cells"].values() if text)[:2000]
    units = [*values["lead"], *values["cooperating"], *values["groups"]]
    return " ".join([values["number"] or "", values["title"], *units])


def numbers(batch: ImportBatch) -> dict[str, Any]:
    """What the record says of an import."""
    return {"file": batch.name, "sha256": batch.sha256} | {name: getattr(batch, name) for name in JUDGED}


def refresh(*, batch: ImportBatch, by: User | None, at: datetime.datetime) -> None:
    """Judges the kept file anew against the plan as it is now; raises AlreadyDecidedError."""
    now = ImportBatch.objects.select_related("plan__issuer").get(pk=batch.pk)
    if now.state != State.PREVIEWED:
        raise AlreadyDecidedError(now)
    read(batch=now, by=by, at=at)


def reopen(*, batch: ImportBatch, by: User | None, at: datetime.datetime) -> ImportBatch:
    """An import of the kept file that can be checked: this one while it waits, otherwise a new one."""
    if batch.state in WAITING:
        return batch
    fresh = receive(plan=batch.plan, path=Path(batch.file.path), name=batch.name, by=by, at=at)
    if batch.names and not fresh.names:
        ImportBatch.objects.filter(pk=fresh.pk).update(names=batch.names)
        fresh.names = batch.names
    return fresh


@transaction.atomic
def discard(*, batch: ImportBatch, by: User | None, at: datetime.datetime) -> None:
    """Throws a preview away, with its rows and its file; raises AlreadyDecidedError, or BusyError."""
    now = ImportBatch.objects.select_for_update(of=("self",)).select_related("work", "plan").get(pk=batch.pk)
    if now.state not in WAITING | {State.UNREADABLE}:
        raise AlreadyDecidedError(now)
    if now.is_busy:
        raise BusyError
    file = now.file.name
    ImportBatch.objects.filter(pk=now.pk).update(state=State.DISCARDED, decided_by=by, decided_at=at, file="")
    now.rows.all().delete()
    record("import.discard", now, by=by, at=at, scope_id=now.plan.issuer_id, after={"file": now.name})
    if file and not ImportBatch.objects.filter(file=file).exists():
        storage = now.file.storage
        transaction.on_commit(lambda: storage.delete(file))
