"""Writing a checked import into the plan, all or nothing.

Between preview and confirmation the plan may change. So the staged rows are judged once more, inside the transaction,
and the import is refused as a whole where any of them would now come to something else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from audit.record import record, record_many
from lib import bulk
from organizations.models import Organization
from tasks import counts
from tasks.imports.output import labels_at
from tasks.imports.snapshot import Key, Snapshot, changes, compared_fields, match
from tasks.models import ImportBatch, ImportRow, Plan

from . import import_write
from .fanout import FanOutResult, fan_out
from .import_errors import AlreadyDecidedError, PlanChangedError, RefusedRowsError, SameFileError

if TYPE_CHECKING:
    from organizations.models import User

State, Verdict = ImportBatch.State, ImportRow.Verdict
STEPS = 4  # judged, written, recorded, fanned out
Tell = Callable[[int, int, str], None]


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
        tell(0, STEPS, "judge")
        rows = list(batch.rows.all())
        _refuse_outdated(plan, batch, rows)
        return _write(plan, batch, rows, by, at, today, tell)


def _write(
    plan: Plan,
    batch: ImportBatch,
    rows: list[ImportRow],
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    tell: Tell,
) -> Outcome:
    points = {point.number: point for point in plan.work_points.all()}
    new = [row for row in rows if row.verdict == Verdict.NEW]
    changed = [row for row in rows if row.verdict == Verdict.CHANGED]
    leaving = [row for row in rows if row.verdict == Verdict.ABSENT and row.withdraw]
    tell(1, STEPS, "write")
    created = import_write.create(batch, new, points)
    updated = import_write.change(batch, changed, points) if changed else []
    withdrawn = import_write.withdraw(leaving) if leaving else []
    tell(2, STEPS, "record")
    acts = import_write.acts(created, new, updated, changed)
    acts += import_write.withdrawals(withdrawn, batch)
    record_many(acts, by=by, at=at, scope_id=plan.issuer_id)
    tell(3, STEPS, "assign")
    fanned = fan_out(tasks=[*created, *updated, *withdrawn], by=by, at=at, today=today)
    if any("work_point" in row.changes for row in changed):
        counts.rebuild(plan)
    batch.outcome = {
        "created": len(created),
        "changed": len(updated),
        "withdrawn": len(withdrawn),
        "assignments": fanned._asdict(),
    }
    batch.save(update_fields=["outcome"])
    said = {"file": batch.name, "sha256": batch.sha256, "outcome": batch.outcome}
    said |= {name: getattr(batch, name) for name in ("new", "changed", "unchanged", "refused")}
    record("import.commit", batch, by=by, at=at, scope_id=plan.issuer_id, after=said)
    tell(STEPS, STEPS, "assign")
    return Outcome(len(created), len(updated), batch.refused, fanned, len(withdrawn))


def _refuse_outdated(plan: Plan, batch: ImportBatch, rows: list[ImportRow]) -> None:
    outdated = _outdated(plan, batch, rows)
    if not outdated:
        return
    twin = ImportBatch.objects.filter(plan=plan, sha256=batch.sha256, state=State.COMMITTED, decided_at__gt=batch.at)
    found = twin.exclude(pk=batch.pk).select_related("by", "decided_by__organization").first()
    if found is not None:
        raise SameFileError(found)
    raise PlanChangedError(outdated)


def _outdated(plan: Plan, batch: ImportBatch, rows: list[ImportRow]) -> int:
    """How many staged rows no longer come to what the preview says."""
    judged = [(row.row, row) for row in rows if row.row is not None]
    matches = match([_key(place, row) for place, row in judged], Snapshot(plan).rows)
    number = 0
    for place, row in judged:
        task = matches.found.get(place)
        same = (task.pk if task else None) == row.task_id
        if same and task and row.verdict != Verdict.REFUSED:
            same = changes(task, row.values, compared_fields(labels_at(batch.layout, place))) == row.changes
        number += not same
    absent = {task.pk for task in matches.absent}
    number += sum(row.withdraw and row.task_id not in absent for row in rows if row.verdict == Verdict.ABSENT)
    return number + _dissolved(rows)


def _key(place: int, row: ImportRow) -> Key:
    if row.verdict == Verdict.REFUSED:
        return Key(place, *row.values["key"])
    return Key(place, row.values["work_point"], row.values["number"] or "", row.values["title"])


def _dissolved(rows: list[ImportRow]) -> int:
    """Rows that name a unit which was dissolved since the preview."""
    named: dict[Any, set[int]] = {
        row.row: {key for _role, kind, key in row.values["_"]["units"] if kind == "o"}
        for row in rows
        if row.verdict in {Verdict.NEW, Verdict.CHANGED}
    }
    every: set[int] = set().union(*named.values())
    gone = set(Organization.objects.filter(is_active=False).values_list("pk", flat=True)) & every
    return sum(bool(units & gone) for units in named.values()) if gone else 0
