"""Bringing in what a unit has returned: stage it for the preview, correct what it is about, write it, throw it away.

Between preview and confirmation units go on working. So the confirmation carries the rows out anew, in one
transaction, and refuses as a whole where any of them would now come to something else than was shown.
"""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import Any, NamedTuple

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from lib.sheets.read import UnreadableFileError, read_workbook
from organizations.models import Organization, User
from organizations.names import NameIndex
from tasks.actions.progress import Signed
from tasks.models import Plan, ProgressReturn, ReturnRow
from tasks.returns.judge import Act, Judged, carry_out
from tasks.returns.meaning import Meanings
from tasks.returns.read import ReturnTable, read_return
from tasks.workbooks import identity

State = ProgressReturn.State


class DecidedError(Exception):
    """The return was committed or discarded before; `batch` is as it is now."""

    def __init__(self, batch: ProgressReturn) -> None:
        super().__init__(batch.state)
        self.batch = batch


class ChangedError(Exception):
    """`number` rows would now come to something else than the preview says."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class OtherUnitError(UnreadableFileError):
    """The return is another unit's, and the person may hand in the own unit's only."""


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
    """A file as read: its table, what the hidden sheet says, and whether that was tampered with."""

    table: ReturnTable
    told: identity.Identity | None
    broken: bool


NOTHING = About()
ATTEMPTS = 20


def preview(
    *,
    plan: Plan,
    path: Path,
    name: str,
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    about: About = NOTHING,
    only: Organization | None = None,
) -> ProgressReturn:
    """Reads a file and stages what it would add; raises UnreadableFileError. Progress stays as it is.

    `only` is the one unit whose return it may be, for those who may hand in no other's. `by` None: the command line.
    """
    opened = _opened(path, plan)
    batch = ProgressReturn(
        plan=plan, name=name[-200:], sha256=hashlib.sha256(path.read_bytes()).hexdigest(), by=by, at=at
    )
    _describe(batch, opened, about)
    if only is not None:
        _refuse_others(batch, only)
    with transaction.atomic():
        with path.open("rb") as file:
            batch.file.save(name, File(file), save=False)
        batch.save()
        _stage(batch, _rehearse(batch, opened, by, at, today))
        record("return.preview", batch, by=by, at=at, after=_numbers(batch))
    return batch


def _refuse_others(batch: ProgressReturn, only: Organization) -> None:
    """A unit hands in its own return; one without a name is taken for its own."""
    if batch.organization not in (None, only):
        text = _("This is the return of %(other)s; here you can hand in only that of %(own)s.")
        raise OtherUnitError(text % {"other": str(batch.organization), "own": only.label})
    batch.organization = only


def _opened(path: Path, plan: Plan) -> Opened:
    """Reads a file; raises UnreadableFileError."""
    sheets = read_workbook(path)
    table = read_return(sheets, plan.year)
    try:
        return Opened(table, identity.read(sheets), False)
    except identity.BrokenIdentityError:
        return Opened(table, None, True)


def _describe(batch: ProgressReturn, opened: Opened, about: About) -> None:
    """Unit, quarter, who and when: as corrected, as identified, or as the sheet's lines say."""
    table, told, broken = opened
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
        "differs": bool(ours and named and named.pk != ours.organization),
    }  # fmt: skip


def _rehearse(
    batch: ProgressReturn, opened: Opened, by: User | None, at: datetime.datetime, today: datetime.date
) -> list[Judged]:
    """What the rows would come to; nothing of it stays."""
    meanings = _meanings(batch, opened)
    if meanings is None:
        return []
    try:
        with transaction.atomic():
            raise _Rehearsed(carry_out(opened.table.lines, meanings, _act(batch, by, at, today)))
    except _Rehearsed as done:
        return done.rows


def _meanings(batch: ProgressReturn, opened: Opened) -> Meanings | None:
    """What rows may mean, locked until the end of the transaction: the assignments first and then the record, which is
    the order of every verb. Without a unit no row means anything yet."""
    if batch.organization is None:
        return None
    meanings = Meanings(batch.plan, batch.organization, batch.quarter, opened.told, opened.table.lines)
    meanings.lock()
    batch.layout["base"] = meanings.base()
    return meanings


def _act(batch: ProgressReturn, by: User | None, at: datetime.datetime, today: datetime.date) -> Act:
    return Act(by, at, today, batch.quarter, batch.filled_on, _signed(batch))


def _signed(batch: ProgressReturn) -> Signed | None:
    """The entries are those of who signed the sheet: the name, and the unit's account of that name if just one."""
    if not batch.signed_by:
        return None
    people = User.objects.active().filter(organization=batch.organization, real_name=batch.signed_by)[:2]
    return Signed(people[0] if len(people) == 1 else None, batch.signed_by)


def _stage(batch: ProgressReturn, rows: list[Judged]) -> None:
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


def correct(
    *, batch: ProgressReturn, about: About, by: User | None, at: datetime.datetime, today: datetime.date
) -> None:
    """Judges a previewed return anew, for another unit, quarter, person or day; raises DecidedError."""
    opened = _kept(batch)
    with transaction.atomic():
        now = _locked(batch)
        _describe(now, opened, about)
        _stage(now, _rehearse(now, opened, by, at, today))
        record("return.correct", now, by=by, at=at, after=_numbers(now))


def refresh(*, batch: ProgressReturn, by: User | None, at: datetime.datetime, today: datetime.date) -> None:
    """Judges a previewed return anew as it is; raises DecidedError."""
    about = About(batch.organization, batch.quarter, batch.signed_by, batch.filled_on)
    correct(batch=batch, about=about, by=by, at=at, today=today)


def _kept(batch: ProgressReturn) -> Opened:
    """The kept file read once more, before the transaction: reading takes its time. Raises DecidedError."""
    if batch.state != State.PREVIEWED:
        raise DecidedError(batch)
    return _opened(Path(batch.file.path), batch.plan)


def _locked(batch: ProgressReturn) -> ProgressReturn:
    """The return as it is now, locked; raises DecidedError unless it waits for its confirmation."""
    rows = ProgressReturn.objects.select_for_update(of=("self",)).select_related("plan__issuer", "organization")
    now = rows.get(pk=batch.pk)
    if now.state != State.PREVIEWED:
        raise DecidedError(now)
    return now


def commit(*, batch: ProgressReturn, by: User | None, at: datetime.datetime, today: datetime.date) -> ProgressReturn:
    """Writes the rows that were shown, all in one transaction; raises DecidedError, ChangedError."""
    opened = _kept(batch)
    with transaction.atomic():
        now = _locked(batch)
        meanings = _meanings(now, opened)
        if meanings is None:
            raise ChangedError(0)
        shown = {row.row: (row.verdict, row.assignment_id, row.effect) for row in now.rows.all()}
        rows = carry_out(opened.table.lines, meanings, _act(now, by, at, today))
        is_now = {
            one.line.row: (one.verdict, one.assignment.pk if one.assignment else None, one.effect) for one in rows
        }
        changed = sum(shown.get(row) != come for row, come in is_now.items())
        if changed:
            raise ChangedError(changed)
        now.state, now.decided_at = State.COMMITTED, at
        _stage(now, rows)
        submitted = sum(bool(one.effect.get("submits")) for one in rows)
        now.outcome = {"added": now.added, "known": now.known, "refused": now.refused, "submitted": submitted}
        now.save()
        record("return.commit", now, by=by, at=at, after=_numbers(now) | {"submitted": submitted})
    return now


def settle(
    *, batch: ProgressReturn, by: User | None, at: datetime.datetime, today: datetime.date
) -> ProgressReturn:  # fmt: skip
    """Commits where nobody looks at the preview: judged anew as often as work goes on meanwhile. What has nothing to
    log is thrown away. Raises DecidedError."""
    for _attempt in range(ATTEMPTS):
        if not batch.added:
            break
        try:
            return commit(batch=batch, by=by, at=at, today=today)
        except ChangedError:
            refresh(batch=batch, by=by, at=at, today=today)
            batch.refresh_from_db()
    discard(batch=batch, by=by, at=at)
    return batch


def _numbers(batch: ProgressReturn) -> dict[str, Any]:
    return {
        "file": batch.name, "sha256": batch.sha256, "organization": batch.organization_id, "quarter": batch.quarter,
        "signed_by": batch.signed_by, "filled_on": batch.filled_on, "added": batch.added, "known": batch.known,
        "refused": batch.refused,
    }  # fmt: skip


@transaction.atomic
def discard(*, batch: ProgressReturn, by: User | None, at: datetime.datetime) -> None:
    """Throws a preview away, with its rows and its file; raises DecidedError."""
    now = _locked(batch)
    file, storage = now.file.name, now.file.storage
    now.state, now.decided_at, now.file = State.DISCARDED, at, ""
    now.save()
    now.rows.all().delete()
    record("return.discard", now, by=by, at=at, after={"file": now.name})
    if file and not ProgressReturn.objects.filter(file=file).exists():
        transaction.on_commit(lambda: storage.delete(file))
