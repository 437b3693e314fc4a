"""A returned workbook as read and judged, and what is kept of it until somebody confirms it. Its callers record."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from lib.sheets.read import Sheet, read_workbook
from organizations.imports.choices import Noted, merged
from organizations.models import Organization, User
from organizations.names import NameIndex
from tasks.actions.progress import Signed
from tasks.imports.output import described_parts
from tasks.models import Plan, ProgressReturn, ReturnRow
from tasks.returns.judge import Act, Judged, carry_out
from tasks.returns.meaning import Meanings
from tasks.returns.read import NoReturnError, ReturnTable, read_return
from tasks.workbooks import identity

State = ProgressReturn.State


class DecidedError(Exception):
    """The return was committed or discarded before; `batch` is as it is now."""

    def __init__(self, batch: ProgressReturn) -> None:
        super().__init__(batch.state)
        self.batch = batch


class OvertakenError(Exception):
    """Somebody has had the rows judged anew since they were seen."""


class _Rehearsed(Exception):
    def __init__(self, rows: list[Judged]) -> None:
        super().__init__()
        self.rows = rows


class About(NamedTuple):
    """What a return is about, where the sheet does not say it or says it wrongly; None: as the sheet says."""

    organization: Organization | None = None
    quarter: str | None = None
    signed_by: str | None = None
    filled_on: datetime.date | None = None


class Opened(NamedTuple):
    """A file as read: its table, what the hidden sheet says, whether that was tampered with, and what people had said
    of its own columns by then."""

    table: ReturnTable
    told: identity.Identity | None
    broken: bool
    noted: Noted


def open_file(path: Path, plan: Plan, remembered: Noted, noted: Noted) -> Opened:
    """Reads a file by what earlier returns say of columns, and above all by what is noted with it; raises
    UnreadableFileError."""
    return _opened(read_workbook(path), plan, remembered, noted)


def open_first(path: Path, plan: Plan, remembered: Noted) -> tuple[Opened, Noted]:
    """Reads a file that came in, and by what it was read; raises UnreadableFileError. What people said with several
    returns may leave no column that is needed: then nothing of it counts, and the preview is there to say it anew."""
    sheets = read_workbook(path)
    try:
        return _opened(sheets, plan, remembered, {}), remembered
    except NoReturnError:
        return _opened(sheets, plan, {}, {}), {}


def _opened(sheets: list[Sheet], plan: Plan, remembered: Noted, noted: Noted) -> Opened:
    table = read_return(sheets, plan.year, merged([remembered, noted]))
    try:
        return Opened(table, identity.read(sheets), False, noted)
    except identity.BrokenIdentityError:
        return Opened(table, None, True, noted)


def describe(batch: ProgressReturn, opened: Opened, about: About) -> None:
    """Unit, quarter, who and when: as corrected, as identified, or as the sheet's lines say."""
    table, told, broken, _noted = opened
    paper = table.paper
    units = Organization.objects.under(batch.plan.issuer)
    named = NameIndex.for_city(batch.plan.issuer).organization(paper.unit) if paper.unit else None
    ours = told if told and told.plan == batch.plan.pk else None
    batch.organization = about.organization or (units.filter(pk=ours.organization).first() if ours else None) or named
    batch.quarter = about.quarter if about.quarter is not None else paper.quarter or (ours.quarter if ours else "")
    batch.signed_by = about.signed_by if about.signed_by is not None else paper.person
    batch.filled_on = about.filled_on or paper.day
    batch.layout = {
        "sheet": table.sheet, "header_rows": table.header_rows, "skipped": table.skipped, "labels": table.labels,
        "unit": paper.unit, "quarter": paper.quarter, "identified": bool(ours),
        "broken": broken or bool(told and not ours),
        "differs": bool(ours and named and named.pk != ours.organization), "parts": described_parts(table.parts),
        "judged": batch.layout.get("judged", 0) + 1,
    }  # fmt: skip


def rehearse(
    batch: ProgressReturn, opened: Opened, by: User | None, at: datetime.datetime, today: datetime.date
) -> list[Judged]:
    """What the rows would come to; nothing of it stays."""
    meanings = meanings_of(batch, opened)
    if meanings is None:
        return []
    try:
        with transaction.atomic():
            raise _Rehearsed(carry_out(opened.table.lines, meanings, act(batch, by, at, today)))
    except _Rehearsed as done:
        return done.rows


def meanings_of(batch: ProgressReturn, opened: Opened) -> Meanings | None:
    """What rows may mean, locked until the end of the transaction: the assignments first and then the record, which is
    the order of every verb. Without a unit no row means anything yet."""
    if batch.organization is None:
        return None
    meanings = Meanings(batch.plan, batch.organization, batch.quarter, opened.told, opened.table.lines)
    meanings.lock()
    batch.layout["base"] = meanings.base()
    return meanings


def act(batch: ProgressReturn, by: User | None, at: datetime.datetime, today: datetime.date) -> Act:
    """Who brings it in, when, and what the return says of itself."""
    return Act(by, at, today, batch.quarter, batch.filled_on, _signed(batch))


def _signed(batch: ProgressReturn) -> Signed | None:
    """The entries are those of who signed the sheet: the name, and the unit's account of that name if just one."""
    if not batch.signed_by:
        return None
    people = User.objects.active().filter(organization=batch.organization, real_name=batch.signed_by)[:2]
    return Signed(people[0] if len(people) == 1 else None, batch.signed_by)


def stage(batch: ProgressReturn, rows: list[Judged]) -> None:
    """Keeps the rows in place of those before, and saves the return."""
    batch.rows.all().delete()
    ReturnRow.objects.bulk_create([_staged(batch, one) for one in rows], batch_size=500)
    for field, verdict in (("added", "added"), ("known", "known"), ("blank", "blank"), ("refused", "refused")):
        setattr(batch, field, sum(one.verdict == verdict for one in rows))
    batch.save()


def _staged(batch: ProgressReturn, one: Judged) -> ReturnRow:
    values = one.line.said.as_json() | {
        "number": one.line.number, "title": one.line.title, "period": one.line.period,
    }  # fmt: skip
    errors = [
        {"code": fault.code, "field": fault.field, "value": fault.value, "details": fault.details}
        for fault in one.faults
    ]
    return ReturnRow(
        batch=batch, row=one.line.row, verdict=one.verdict, assignment=one.assignment, values=values, errors=errors,
        effect=one.effect, entry=one.entry if batch.state == State.COMMITTED else None,
    )  # fmt: skip


def waiting(batch: ProgressReturn) -> ProgressReturn:
    """The return as it is now, not locked; raises DecidedError unless it waits for its confirmation."""
    return _undecided(ProgressReturn.objects.select_related("plan__issuer").get(pk=batch.pk))


def reopened(batch: ProgressReturn, noted: Noted | None = None) -> Opened:
    """The kept file read once more, by the same words as at first and by what is noted of its columns."""
    noted = batch.columns if noted is None else noted
    return open_file(Path(batch.file.path), batch.plan, batch.remembered, noted)


def as_it_is(batch: ProgressReturn, opened: Opened) -> Opened:
    """What was read before the return was locked; read anew where somebody has named its columns meanwhile."""
    return opened if opened.noted == batch.columns else reopened(batch)


def edition_of(batch: ProgressReturn) -> str:
    """Which judgement of the rows this is; another one after each correction."""
    return str(batch.layout.get("judged", 0))


def locked(batch: ProgressReturn) -> ProgressReturn:
    """The return as it is now, locked; raises DecidedError unless it waits for its confirmation."""
    rows = ProgressReturn.objects.select_for_update(of=("self",)).select_related("plan__issuer", "organization")
    return _undecided(rows.get(pk=batch.pk))


def _undecided(batch: ProgressReturn) -> ProgressReturn:
    if batch.state != State.PREVIEWED:
        raise DecidedError(batch)
    return batch


def numbers(batch: ProgressReturn) -> dict[str, Any]:
    """What the record says of a return."""
    return {
        "file": batch.name, "sha256": batch.sha256, "organization": batch.organization_id, "quarter": batch.quarter,
        "signed_by": batch.signed_by, "filled_on": batch.filled_on, "added": batch.added, "known": batch.known,
        "refused": batch.refused,
    }  # fmt: skip
