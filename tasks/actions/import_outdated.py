"""Whether a preview still holds: each staged row is judged once more against the plan as it is now."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT, KeyTransform

from organizations.models import Organization
from tasks.imports.output import labels_at
from tasks.imports.snapshot import PORTION, Key, Matches, Snapshot, changes, compared_fields, match
from tasks.models import ImportBatch, ImportRow, Plan

Verdict = ImportRow.Verdict


def outdated(plan: Plan, batch: ImportBatch) -> int:
    """How many staged rows no longer come to what the preview says."""
    snapshot = Snapshot(plan)
    staged: dict[int, int | None] = dict(_sheet_rows(batch).values_list("row", "task"))
    matches = _matches(batch, snapshot)
    elsewhere = {row for row, task in staged.items() if matches.found.get(row) != task}
    del staged
    absent = {task.pk for task in matches.absent}
    leaving = batch.rows.filter(verdict=Verdict.ABSENT, withdraw=True).values_list("task", flat=True)
    gone = sum(task not in absent for task in leaving)
    return len(elsewhere | _different(batch, snapshot)) + gone + _dissolved(batch)


def _sheet_rows(batch: ImportBatch) -> Any:
    return ImportRow.objects.filter(batch=batch, row__isnull=False).order_by("row")


def _matches(batch: ImportBatch, snapshot: Snapshot) -> Matches:
    """Which tasks the staged rows mean now."""
    tasks = snapshot.tasks()
    if not tasks:
        return Matches({}, [])
    path = {False: ("values__work_point", "values__number", "values__title"),
            True: ("values__key__0", "values__key__1", "values__key__2")}  # fmt: skip
    keys: list[Key] = []
    for refused, texts in path.items():
        rows = _sheet_rows(batch).filter(Q(verdict=Verdict.REFUSED) if refused else ~Q(verdict=Verdict.REFUSED))
        found = rows.annotate(point=KT(texts[0]), number=KT(texts[1]), title=KT(texts[2]))
        for row, point, number, title in found.values_list("row", "point", "number", "title").iterator(chunk_size=2000):
            keys.append(Key(row, None if point is None else int(point), number or "", title or ""))
    keys.sort(key=lambda key: key.row)
    return match(keys, tasks)


def _different(batch: ImportBatch, snapshot: Snapshot) -> set[int]:
    """Rows whose task now differs from them in another way than the preview says."""
    froms = [part["from"] for part in batch.layout.get("parts", [])] or [0]
    compared = [compared_fields(labels_at(batch.layout, row)) for row in froms]
    found: set[int] = set()
    rows = _sheet_rows(batch).filter(verdict__in=(Verdict.CHANGED, Verdict.UNCHANGED), task__isnull=False)
    last = -1
    while portion := list(rows.filter(row__gt=last).values_list("row", "task", "values", "changes")[:PORTION]):
        known = snapshot.rows([task for _row, task, _values, _changes in portion])
        for row, task, values, said in portion:
            fields = compared[max(bisect_right(froms, row) - 1, 0)]
            if task not in known or changes(known[task], values, fields) != said:
                found.add(row)
        last = portion[-1][0]
    return found


def _dissolved(batch: ImportBatch) -> int:
    """Rows that name a unit which was dissolved since the preview."""
    gone = set(Organization.objects.filter(is_active=False).values_list("pk", flat=True))
    if not gone:
        return 0
    rows = _sheet_rows(batch).filter(verdict__in=(Verdict.NEW, Verdict.CHANGED))
    units = rows.annotate(units=KeyTransform("units", KeyTransform("_", "values"))).values_list("units", flat=True)
    return sum(
        any(kind == "o" and key in gone for _role, kind, key in named) for named in units.iterator(chunk_size=2000)
    )
