"""Units and enterprises from a workbook, on pages: stage, write as shown, throw away.

The reader and the writer are those of the commands (imports.py): a preview is a run that is rolled back, and a commit
is the same run once more, which must come to what the preview said.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import IntegrityError, models, transaction

from audit.record import record
from lib.sheets.read import read_workbook
from organizations.imports.choices import amended, merged, said_in
from organizations.imports.table import Choices, Tell, silent
from organizations.models import Organization, UnitImport, UnitImportRow, User

from .imports import ImportResult, import_enterprises, import_units

State, Verdict = UnitImport.State, UnitImportRow.Verdict
BATCH = 500


class DecidedError(Exception):
    """The import was committed, discarded or undone before; `batch` is as it is now."""

    def __init__(self, batch: UnitImport) -> None:
        super().__init__(batch.state)
        self.batch = batch


class ChangedError(Exception):
    """The units are no longer what the preview compared with; nothing was written."""


class RefusedError(Exception):
    """All or nothing was asked for, and `number` rows are refused."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def preview(
    *,
    city: Organization,
    kind: str,
    path: Path,
    name: str,
    by: User | None,
    at: datetime.datetime,
    tell: Tell = silent,
) -> UnitImport:
    """Reads a file and stages what it would change; raises UnreadableFileError. The units stay as they are."""
    result = _run(kind, path, city, by, at, dry_run=True, choices=choices_for(city, kind), tell=tell)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    batch = UnitImport(city=city, kind=kind, name=name[-200:], size=path.stat().st_size, sha256=sha256, by=by, at=at)
    try:
        with transaction.atomic():
            batch.save()
            with path.open("rb") as file:
                batch.file.save(name, File(file), save=True)
            _stage(batch, result)
            record("unit_import.preview", batch, by=by, at=at, scope_id=city.pk, after=numbers(batch))
    except IntegrityError:  # the same file waits already
        batch = UnitImport.objects.get(city=city, kind=kind, sha256=sha256, state=State.PREVIEWED)
        refresh(batch=batch, by=by, at=at)
    return batch


def choices_for(city: Organization, kind: str, own: dict[str, Any] | None = None) -> Choices:
    """What people said about columns in imports of this kind that were not thrown away, the latest winning; above all
    in this one (`own`)."""
    earlier = UnitImport.objects.filter(city=city, kind=kind).exclude(state=State.DISCARDED)
    return merged([*said_in(earlier), own or {}])


def _run(
    kind: str,
    path: Path,
    city: Organization,
    by: User | None,
    at: datetime.datetime,
    *,
    dry_run: bool,
    choices: Choices,
    tell: Tell = silent,
) -> ImportResult:
    tell(0, 0, "read")
    sheets = read_workbook(path)
    undone = UnitImportRow.objects.filter(batch__city=city, batch__state=State.UNDONE, verdict=Verdict.NEW)
    revive = set(undone.filter(unit__is_active=False).values_list("unit", flat=True))
    if kind == UnitImport.Kind.ENTERPRISES:
        return import_enterprises(
            sheets=sheets, city=city, by=by, at=at, dry_run=dry_run, revive=revive, choices=choices, tell=tell
        )
    return import_units(sheets=sheets, by=by, at=at, dry_run=dry_run, city=city, revive=revive,
                        choices=choices, tell=tell)  # fmt: skip


def _stage(batch: UnitImport, result: ImportResult) -> None:
    batch.sheet, batch.header_row = result.table.sheet[:100], result.table.header_row
    batch.new, batch.changed, batch.unchanged = result.written[:3]
    first, *further = result.table.layouts
    batch.layout = first | {"further": further}
    names = {line.row: line.cells.get("name", "") for line in result.table.lines}
    rows = [_row(batch, row, act) for row, act in result.written.acts]
    by_row: dict[int, list[Any]] = {}
    for fault in result.faults:
        problem: dict[str, Any] = {"column": fault.column, "value": fault.value, "code": fault.code}
        problem["details"] = fault.details
        problem["field"] = next(
            (f for f, word in result.table.headers_of(fault.row).items() if word == fault.column), ""
        )
        by_row.setdefault(fault.row, []).append(problem)
    batch.refused = len(by_row)
    rows += [
        UnitImportRow(batch=batch, row=row, verdict=Verdict.REFUSED, name=names.get(row, "")[:200], problems=problems)
        for row, problems in by_row.items()
    ]
    batch.save()
    batch.rows.all().delete()
    UnitImportRow.objects.bulk_create(rows, batch_size=BATCH)


def _row(batch: UnitImport, row: int, act: Any) -> UnitImportRow:
    new = act.before is None
    return UnitImportRow(
        batch=batch,
        row=row,
        verdict=Verdict.NEW if new else Verdict.CHANGED,
        unit_id=None if new else act.target.pk,
        name=act.target.name,
        before=plain(act.before or {}),
        after=plain(act.after or {}),
    )


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """As JSON holds it; a unit as its key and name (a new one by its name alone)."""

    def one(value: Any) -> Any:
        if isinstance(value, models.Model):
            return {"unit": str(getattr(value, "name", value)), "pk": value.pk}
        return str(value) if isinstance(value, Decimal) else value

    return {key: one(value) for key, value in values.items()}


def _same(staged: list[UnitImportRow], found: list[UnitImportRow]) -> bool:
    """Whether two runs come to the same; keys of units that were new differ from run to run."""

    def said(row: UnitImportRow) -> str:
        sides = (
            sorted((k, v["unit"] if isinstance(v, dict) and "unit" in v else v) for k, v in side.items())
            for side in (row.before, row.after)
        )
        return repr((row.row, str(row.verdict), row.name, *sides))

    return sorted(map(said, staged)) == sorted(map(said, found))


def numbers(batch: UnitImport) -> dict[str, Any]:
    """What the record says of an import."""
    return {
        "file": batch.name, "sha256": batch.sha256, "new": batch.new, "changed": batch.changed,
        "unchanged": batch.unchanged, "refused": batch.refused,
    }  # fmt: skip


@transaction.atomic
def choose_columns(
    *, batch: UnitImport, chosen: Mapping[int, str], by: User | None, at: datetime.datetime, tell: Tell = silent
) -> bool:  # fmt: skip
    """Notes what columns are, for this file and for later ones with the same header, and judges the rows anew; False
    where nothing differs. Raises DecidedError. A field belongs to one column: the one that had it gives it up."""
    now = UnitImport.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if now.state != State.PREVIEWED:
        raise DecidedError(now)
    before = noted = dict(now.columns)
    for layout in (now.layout, *now.layout.get("further", [])):
        own = {column["column"] for column in layout.get("columns", [])}
        mine = {column: field for column, field in chosen.items() if column in own}
        noted = amended(noted, layout, mine) or noted
    if noted == before:
        return False
    now.columns = noted
    now.save(update_fields=["columns"])
    record("unit_import.choose", now, by=by, at=at, scope_id=now.city_id, before={"columns": before},
           after={"columns": now.columns})  # fmt: skip
    refresh(batch=batch, by=by, at=at, tell=tell)
    return True


@transaction.atomic
def refresh(*, batch: UnitImport, by: User | None, at: datetime.datetime, tell: Tell = silent) -> None:
    """Compares the kept file with the units as they are now; raises DecidedError."""
    now = UnitImport.objects.select_for_update(of=("self",)).select_related("city").get(pk=batch.pk)
    if now.state != State.PREVIEWED:
        raise DecidedError(now)
    with transaction.atomic():
        choices = choices_for(now.city, now.kind, now.columns)
        result = _run(now.kind, Path(now.file.path), now.city, by, at, dry_run=True, choices=choices, tell=tell)
    _stage(now, result)
    record("unit_import.refresh", now, by=by, at=at, scope_id=now.city_id, after=numbers(now))
    batch.refresh_from_db()


@transaction.atomic
def commit(
    *, batch: UnitImport, whole: bool, by: User | None, at: datetime.datetime, tell: Tell = silent
) -> None:  # fmt: skip
    """Writes what the preview shows, all or none.

    Raises DecidedError for a second attempt, RefusedError where all or nothing was asked for, ChangedError where the
    units have changed so that something else would come of it.
    """
    claimed = UnitImport.objects.filter(pk=batch.pk, state=State.PREVIEWED)
    if not claimed.update(state=State.COMMITTED, decided_by=by, decided_at=at, whole=whole):
        raise DecidedError(UnitImport.objects.get(pk=batch.pk))
    now = UnitImport.objects.select_related("city").get(pk=batch.pk)
    if whole and now.refused:
        raise RefusedError(now.refused)
    choices = choices_for(now.city, now.kind, now.columns)
    result = _run(now.kind, Path(now.file.path), now.city, by, at, dry_run=False, choices=choices, tell=tell)
    staged = list(now.rows.exclude(verdict=Verdict.REFUSED))
    if not _same(staged, [_row(now, row, act) for row, act in result.written.acts]):
        raise ChangedError
    keys = {row: act.target.pk for row, act in result.written.acts}
    for row in staged:
        row.unit_id = keys[row.row]
    UnitImportRow.objects.bulk_update(staged, ["unit"], batch_size=BATCH)
    record("unit_import.commit", now, by=by, at=at, scope_id=now.city_id, after=numbers(now))


@transaction.atomic
def discard(*, batch: UnitImport, by: User | None, at: datetime.datetime) -> None:
    """Throws a preview away, with its rows and its file; raises DecidedError."""
    claimed = UnitImport.objects.filter(pk=batch.pk, state=State.PREVIEWED)
    if not claimed.update(state=State.DISCARDED, decided_by=by, decided_at=at, file=""):
        raise DecidedError(UnitImport.objects.get(pk=batch.pk))
    file, storage = batch.file.name, batch.file.storage
    batch.rows.all().delete()
    record("unit_import.discard", batch, by=by, at=at, scope_id=batch.city_id, after={"file": batch.name})
    if file and not UnitImport.objects.filter(file=file).exists():
        transaction.on_commit(lambda: storage.delete(file))
