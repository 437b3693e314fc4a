"""Writing a checked import into the plan, all or nothing.

Between preview and confirmation the plan may change. So the staged rows are judged once more, inside the transaction,
and the import is refused as a whole where any of them would now come to something else.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from audit.record import record, record_many
from lib import bulk
from tasks import counts
from tasks.models import Assignment, ImportBatch, ImportRow, Plan, Task, TaskUnit

from . import import_create, import_write
from .fanout import FanOutResult, fan_out
from .import_errors import AlreadyDecidedError, PlanChangedError, RefusedRowsError, SameFileError
from .import_outdated import outdated

if TYPE_CHECKING:
    from organizations.models import User

State, Verdict = ImportBatch.State, ImportRow.Verdict
Tell = Callable[[int, int, str], None]
MANY = 1000  # new tasks after which PostgreSQL is told how many there are now


class Outcome(NamedTuple):
    """What a commit came to."""

    created: int
    changed: int
    refused: int
    fanned: FanOutResult
    withdrawn: int = 0


def _silent(done: int, total: int, step: str) -> None:
    """Nobody watches."""


@transaction.atomic
def commit(
    *,
    batch: ImportBatch,
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    tell: Callable[[int, int, str], None] = _silent,
) -> Outcome:
    """Writes the new and the changed rows and withdraws the absent tasks that were chosen; makes the assignments.

    Raises AlreadyDecidedError for a second attempt, SameFileError where the file was imported meanwhile as another
    import, PlanChangedError where the preview no longer holds, RefusedRowsError where all or nothing was asked for.
    """
    plan = Plan.objects.select_for_update().get(pk=batch.plan_id)  # imports into a plan take turns
    claimed = ImportBatch.objects.filter(pk=batch.pk, state=State.PREVIEWED)
    if not claimed.update(state=State.COMMITTED, decided_by=by, decided_at=at):
        raise AlreadyDecidedError(ImportBatch.objects.select_related("by", "decided_by").get(pk=batch.pk))
    batch = ImportBatch.objects.select_related("plan").get(pk=batch.pk)
    if batch.whole and batch.refused:
        raise RefusedRowsError(batch.refused)
    with bulk.undisturbed():
        progress = _Progress(batch, tell)
        progress.say("judge")
        _refuse_outdated(plan, batch)
        return _write(plan, batch, by, at, today, progress)


class _Progress:
    """How many of the rows are written; one more step counts the whole."""

    def __init__(self, batch: ImportBatch, tell: Tell) -> None:
        self.done, self.total, self._tell = 0, batch.writes + 1, tell

    def say(self, step: str, more: int = 0) -> None:
        """Goes on by so many rows."""
        self.done = min(self.done + more, self.total - 1)
        self._tell(self.done, self.total, step)

    def end(self) -> None:
        """All is written."""
        self._tell(self.total, self.total, "assign")


def _write(
    plan: Plan,
    batch: ImportBatch,
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    progress: _Progress,
) -> Outcome:
    creator = import_create.Creator(batch, today)
    fanned = Counter[str]()
    for rows in import_create.staged_in_portions(batch, Verdict.NEW):
        fanned["created"] += creator.create(rows, by=by, at=at)
        progress.say("write", len(rows))
    changed = _change(batch, by, at, today, fanned, progress)
    withdrawn = _withdraw(batch, by, at, today, fanned)
    progress.say("assign")
    if batch.new or changed or withdrawn:
        counts.rebuild(plan)
    if batch.new > MANY:
        transaction.on_commit(_take_stock, robust=True)
    batch.outcome = {
        "created": batch.new,
        "changed": changed,
        "withdrawn": withdrawn,
        "assignments": FanOutResult(**fanned)._asdict(),
    }
    batch.save(update_fields=["outcome"])
    said = {"file": batch.name, "sha256": batch.sha256, "outcome": batch.outcome}
    said |= {name: getattr(batch, name) for name in ("new", "changed", "unchanged", "refused")}
    record("import.commit", batch, by=by, at=at, scope_id=plan.issuer_id, after=said)
    progress.end()
    return Outcome(batch.new, changed, batch.refused, FanOutResult(**fanned), withdrawn)


def _take_stock() -> None:
    """After the commit, since counting locks the tables against another import's counting."""
    bulk.take_stock(Task, TaskUnit, Assignment, ImportRow)


def _change(
    batch: ImportBatch,
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    fanned: Counter[str],
    progress: _Progress,
) -> int:
    """Writes the changed rows, a portion at a time; how many."""
    points = {point.number: point for point in batch.plan.work_points.all()}
    number, last = 0, -1
    rows = batch.rows.filter(verdict=Verdict.CHANGED).order_by("row")
    while portion := list(rows.filter(row__gt=last)[: import_write.CHUNK]):
        updated = import_write.change(batch, portion, points)
        acts = import_write.acts(updated, portion)
        record_many(acts, by=by, at=at, scope_id=batch.plan.issuer_id)
        fanned.update(fan_out(tasks=updated, by=by, at=at, today=today, recount=False)._asdict())
        number += len(updated)
        last = portion[-1].row or 0
        progress.say("write", len(portion))
    return number


def _withdraw(
    batch: ImportBatch, by: User | None, at: datetime.datetime, today: datetime.date, fanned: Counter[str]
) -> int:
    """Withdraws the absent tasks that were chosen; how many."""
    leaving = batch.rows.filter(verdict=Verdict.ABSENT, withdraw=True, task__isnull=False)
    tasks = import_write.withdraw(list(leaving.values_list("task", flat=True)))
    record_many(import_write.withdrawals(tasks, batch), by=by, at=at, scope_id=batch.plan.issuer_id)
    fanned.update(fan_out(tasks=tasks, by=by, at=at, today=today, recount=False)._asdict())
    return len(tasks)


def _refuse_outdated(plan: Plan, batch: ImportBatch) -> None:
    number = outdated(plan, batch)
    if not number:
        return
    twin = ImportBatch.objects.filter(plan=plan, sha256=batch.sha256, state=State.COMMITTED, decided_at__gt=batch.at)
    found = twin.exclude(pk=batch.pk).select_related("by", "decided_by__organization").first()
    if found is not None:
        raise SameFileError(found)
    raise PlanChangedError(number)
