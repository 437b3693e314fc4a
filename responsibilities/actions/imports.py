"""Bringing in a workbook of lists: stage it for the preview, write it, throw it away."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.files import File
from django.db import transaction
from django.db.models import Q

from audit.record import record, record_many
from lib.sheets.read import read_workbook
from organizations.imports.choices import Noted, amended, merged, said_in
from organizations.imports.table import Choices, Tell, silent
from organizations.models import Organization
from organizations.names import NameIndex
from responsibilities.content import values_of
from responsibilities.imports.judge import Group, Verdict, digest, judge, numbers
from responsibilities.imports.layout import Found
from responsibilities.imports.read import Read, layouts_of, read_lists, tables_of, year_of
from responsibilities.models import ListImport, ResponsibilityList

from .import_undo import stand_of, trace_of
from .lists import new_version
from .writing import Wanted, claim, locked, set_items

if TYPE_CHECKING:
    from organizations.models import User

State = ListImport.State


class AlreadyDecidedError(Exception):
    """The import was committed or discarded before; `batch` is as it is now."""

    def __init__(self, batch: ListImport) -> None:
        super().__init__(batch.state)
        self.batch = batch


class ListsChangedError(Exception):
    """The lists have changed since the preview; it would now come to something else."""


class RefusedError(Exception):
    """All or nothing was asked for, and `number` rows are refused."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Outcome(NamedTuple):
    """What a commit came to."""

    lists: int
    created: int
    changed: int
    removed: int
    refused: int


def content_of(lists: Sequence[Read]) -> dict[str, Any]:
    """What was read, as it is staged; rows with an error keep their cells for the preview."""
    sheets = []
    for one in lists:
        known = one.unit.pk if one.unit else None
        sheets.append(one.as_json() | {"rows": one.rows, "errors": one.errors, "unit": known})
    return {"sheets": sheets}


def preview(
    *,
    city: Organization,
    path: Path,
    name: str,
    year: int | None,
    unit: Organization | None,
    by: User | None,
    at: datetime.datetime,
    tell: Tell = silent,
) -> ListImport:
    """Reads a file and stages it; raises UnreadableFileError. The lists stay as they are.

    `year` None: the one that stands above the list, otherwise that of `at`. `unit`: the only one whose lists
    may be taken from the file.
    """
    tell(0, 0, "read")
    tables, lists = _read(path, city, choices_for(city, unit))  # before the transaction: it takes its time
    year = year or year_of(tables) or at.year
    batch = ListImport(
        city=city, unit=unit, year=year, name=name[-200:], by=by, at=at, content=content_of(lists),
        layout=layouts_of(tables), sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )  # fmt: skip
    with transaction.atomic():
        for key, number in numbers(groups_of(batch)).items():
            setattr(batch, key, number)
        with path.open("rb") as file:
            batch.file.save(name, File(file), save=False)
        batch.save()
        record("list.import_preview", batch, by=by, at=at, scope_id=city.pk, after=_said(batch))
    return batch


def _read(path: Path, city: Organization, choices: Choices) -> tuple[list[Found], list[Read]]:
    tables = tables_of(read_workbook(path), choices)
    return tables, read_lists(tables, NameIndex.for_city(city))


def choices_for(city: Organization, unit: Organization | None, own: Noted | None = None) -> Choices:
    """What people said about columns in imports that were not thrown away, the latest winning; above all in this one
    (`own`). A unit reads its lists by its own words and the commission's, the commission by its own."""
    earlier = ListImport.objects.filter(Q(unit=None) | Q(unit=unit), city=city)
    return merged([*said_in(earlier.exclude(state=State.DISCARDED)), own or {}])


@transaction.atomic
def choose_columns(
    *, batch: ListImport, chosen: Mapping[str, Mapping[int, str]], by: User | None, at: datetime.datetime
) -> bool:
    """Notes what columns are (header → column → field), for this file and for later ones with the same header, and
    judges the rows anew; False where nothing differs. Raises AlreadyDecidedError."""
    rows = ListImport.objects.select_for_update(of=("self",)).select_related("city", "unit")
    now = rows.get(pk=batch.pk)
    if now.state != State.PREVIEWED:
        raise AlreadyDecidedError(now)
    before = noted = dict(now.columns)
    for layout in now.layout:
        noted = amended(noted, layout, chosen.get(layout["fingerprint"], {})) or noted
    if noted == before:
        return False
    tables, lists = _read(Path(now.file.path), now.city, choices_for(now.city, now.unit, noted))
    now.columns, now.layout, now.content = noted, layouts_of(tables), content_of(lists)
    for key, number in numbers(groups_of(now)).items():
        setattr(now, key, number)
    now.save()
    record("list.import_choose", now, by=by, at=at, scope_id=now.city_id, before={"columns": before},
           after={"columns": noted})  # fmt: skip
    return True


def groups_of(batch: ListImport) -> list[Group]:
    """What the staged file would come to now."""
    return judge(batch.content, city=batch.city, year=batch.year, only=batch.unit_id)


def _said(batch: ListImport) -> dict[str, Any]:
    counted = {name: getattr(batch, name) for name in (*Verdict.values, "absent")}
    return {"file": batch.name, "sha256": batch.sha256, "year": batch.year} | counted


@transaction.atomic
def commit(
    *,
    batch: ListImport,
    by: User | None,
    at: datetime.datetime,
    seen: str | None = None,
    drop_absent: bool = False,
    whole: bool = False,
    tell: Tell = silent,
) -> Outcome:
    """Writes the new and the changed rows into draft versions, all or none.

    `seen`: digest of the preview that was agreed to; `drop_absent` takes out what the file lacks. Raises
    AlreadyDecidedError for a second attempt, ListsChangedError where the preview no longer holds, and RefusedError
    where all or nothing (`whole`) was asked for and a row is refused.
    """
    claimed = ListImport.objects.filter(pk=batch.pk, state=State.PREVIEWED)
    if not claimed.update(state=State.COMMITTED, decided_at=at):
        raise AlreadyDecidedError(ListImport.objects.get(pk=batch.pk))
    batch = ListImport.objects.select_related("city").get(pk=batch.pk)
    _lock(batch)
    groups = groups_of(batch)
    if seen is not None and seen != digest(groups):
        raise ListsChangedError
    refused = numbers(groups)[Verdict.REFUSED]
    if whole and refused:
        raise RefusedError(refused)
    removed = 0
    written = []
    traces = []
    for number, group in enumerate(groups):
        tell(number, len(groups), "write")
        if group.kind is None or not (group.writes or (drop_absent and group.absent)):
            continue
        removed += len(group.absent) if drop_absent else 0
        one, trace = _write(group, batch, by, at, drop_absent)
        written.append(one)
        traces.append(trace)
    counted = numbers(groups)
    done = Outcome(len(written), counted[Verdict.NEW], counted[Verdict.CHANGED], removed, counted[Verdict.REFUSED])
    batch.outcome = done._asdict() | {"keys": [one.pk for one in written]}
    batch.traces = traces
    batch.save(update_fields=["outcome", "traces"])
    record("list.import", batch, by=by, at=at, scope_id=batch.city_id, after=_said(batch) | batch.outcome)
    return done


def _lock(batch: ListImport) -> None:
    """Holds the units' lists until the end, so that nobody edits or publishes one meanwhile."""
    units = {sheet["unit"] for sheet in batch.content["sheets"] if sheet["unit"]}
    list(Organization.objects.select_for_update(of=("self",)).filter(pk__in=units).order_by("pk").only("pk"))
    rows = ResponsibilityList.objects.select_for_update(of=("self",)).filter(organization__in=units)
    list(rows.order_by("pk").only("pk"))


def _write(
    group: Group, batch: ListImport, by: User | None, at: datetime.datetime, drop_absent: bool
) -> tuple[ResponsibilityList, dict[str, Any]]:
    """The draft, and what an undo has to know of it."""
    assert group.unit is not None and group.kind is not None
    if group.draft is not None:
        one = locked(group.draft)
        claim(one, edition=None)
    else:
        one = new_version(
            organization=group.unit, city=batch.city, kind=group.kind, year=batch.year, by=by, at=at,
            reason=batch.name,
        )  # fmt: skip
    before = stand_of(one)
    acts = set_items(one, _wanted(group, drop_absent))
    record("list.import_rows", one, by=by, at=at, scope_id=batch.city_id, after={"file": batch.name})
    record_many(acts, by=by, at=at, scope_id=batch.city_id)
    return one, trace_of(one, began=group.draft is None, before=before)


def _wanted(group: Group, drop_absent: bool) -> list[Wanted]:
    """The file's rows in its order; an item that the file lacks stays behind the one it followed."""
    wanted = [Wanted(row.item.duty if row.item else None, row.values) for row in group.rows if not row.error]
    if drop_absent:
        return wanted
    place_of = {want.duty.pk: place for place, want in enumerate(wanted) if want.duty}
    last = len(wanted)
    stays: dict[int, list[Wanted]] = {}
    present = sorted([*group.absent, *(row.item for row in group.rows if row.item)], key=lambda item: item.position)
    before = -1
    for item in present:
        if item.duty_id in place_of:
            before = place_of[item.duty_id]
        else:
            stays.setdefault(before, []).append(Wanted(item.duty, values_of(item)))
    found = list(stays.get(-1, []))
    for place in range(last):
        found += [wanted[place], *stays.get(place, [])]
    return found


@transaction.atomic
def discard(*, batch: ListImport, by: User, at: datetime.datetime) -> None:
    """Throws the preview away; raises AlreadyDecidedError."""
    claimed = ListImport.objects.filter(pk=batch.pk, state=State.PREVIEWED)
    if not claimed.update(state=State.DISCARDED, decided_at=at, file=""):
        raise AlreadyDecidedError(ListImport.objects.get(pk=batch.pk))
    file, storage = batch.file.name, batch.file.storage
    if file and not ListImport.objects.filter(file=file).exists():
        transaction.on_commit(lambda: storage.delete(file))
    record("list.import_discard", batch, by=by, at=at, scope_id=batch.city_id)
