"""Bringing in what a unit has returned: stage it for the preview, correct what it is about, write it, throw it away.

Between preview and confirmation units go on working. So the confirmation carries the rows out anew, in one
transaction, and refuses as a whole where any of them would now come to something else than was shown.
"""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from lib.sheets.read import UnreadableFileError
from organizations.models import Organization, User
from tasks.models import Plan, ProgressReturn
from tasks.returns.choices import remembered_for
from tasks.returns.judge import carry_out

from .return_staging import (
    About,
    DecidedError,
    OvertakenError,
    act,
    as_it_is,
    describe,
    edition_of,
    locked,
    meanings_of,
    numbers,
    open_first,
    rehearse,
    reopened,
    stage,
    waiting,
)

__all__ = [
    "About",
    "ChangedError",
    "DecidedError",
    "OtherUnitError",
    "OvertakenError",
    "commit",
    "correct",
    "discard",
    "edition_of",
    "preview",
    "refresh",
    "settle",
]
State = ProgressReturn.State


class ChangedError(Exception):
    """`number` rows would now come to something else than the preview says."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class OtherUnitError(UnreadableFileError):
    """The return is another unit's, and the person may hand in the own unit's only."""


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

    `only` is the one unit whose return it may be, for those who may hand in no other's, and by whose words its columns
    are read besides the commission office's. `by` None: the command line.
    """
    opened, remembered = open_first(path, plan, remembered_for(plan.issuer, only))
    batch = ProgressReturn(
        plan=plan, name=name[-200:], sha256=hashlib.sha256(path.read_bytes()).hexdigest(), by=by, at=at,
        remembered=remembered,
    )  # fmt: skip
    describe(batch, opened, about)
    if only is not None:
        _refuse_others(batch, only)
    with transaction.atomic():
        with path.open("rb") as file:
            batch.file.save(name, File(file), save=False)
        batch.save()
        stage(batch, rehearse(batch, opened, by, at, today))
        record("return.preview", batch, by=by, at=at, after=numbers(batch))
    return batch


def _refuse_others(batch: ProgressReturn, only: Organization) -> None:
    """A unit hands in its own return; one without a name is taken for its own."""
    if batch.organization not in (None, only):
        text = _("This is the return of %(other)s; here you can hand in only that of %(own)s.")
        raise OtherUnitError(text % {"other": str(batch.organization), "own": only.label})
    batch.organization = only


def correct(
    *, batch: ProgressReturn, about: About, by: User | None, at: datetime.datetime, today: datetime.date
) -> None:
    """Judges a previewed return anew, for another unit, quarter, person or day; raises DecidedError."""
    opened = reopened(waiting(batch))  # before the transaction: reading takes its time
    with transaction.atomic():
        now = locked(batch)
        opened = as_it_is(now, opened)
        describe(now, opened, about)
        stage(now, rehearse(now, opened, by, at, today))
        record("return.correct", now, by=by, at=at, after=numbers(now))


def refresh(*, batch: ProgressReturn, by: User | None, at: datetime.datetime, today: datetime.date) -> None:
    """Judges a previewed return anew as it is; raises DecidedError."""
    about = About(batch.organization, batch.quarter, batch.signed_by, batch.filled_on)
    correct(batch=batch, about=about, by=by, at=at, today=today)


def commit(
    *, batch: ProgressReturn, by: User | None, at: datetime.datetime, today: datetime.date, seen: str | None = None
) -> ProgressReturn:
    """Writes the rows that were shown, all in one transaction; raises DecidedError, ChangedError, and OvertakenError
    where the rows that were `seen` (edition_of) are not those that are kept now."""
    opened = reopened(waiting(batch))
    with transaction.atomic():
        now = locked(batch)
        if seen is not None and seen != edition_of(now):
            raise OvertakenError
        opened = as_it_is(now, opened)
        meanings = meanings_of(now, opened)
        if meanings is None:
            raise ChangedError(0)
        shown = {row.row: (row.verdict, row.assignment_id, row.effect) for row in now.rows.all()}
        rows = carry_out(opened.table.lines, meanings, act(now, by, at, today))
        is_now = {
            one.line.row: (one.verdict, one.assignment.pk if one.assignment else None, one.effect) for one in rows
        }
        changed = sum(shown.get(row) != come for row, come in is_now.items())
        if changed:
            raise ChangedError(changed)
        now.state, now.decided_at = State.COMMITTED, at
        stage(now, rows)
        submitted = sum(bool(one.effect.get("submits")) for one in rows)
        now.outcome = {"added": now.added, "known": now.known, "refused": now.refused, "submitted": submitted}
        now.save()
        record("return.commit", now, by=by, at=at, after=numbers(now) | {"submitted": submitted})
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


@transaction.atomic
def discard(*, batch: ProgressReturn, by: User | None, at: datetime.datetime) -> None:
    """Throws a preview away, with its rows and its file; raises DecidedError."""
    now = locked(batch)
    file, storage = now.file.name, now.file.storage
    now.state, now.decided_at, now.file = State.DISCARDED, at, ""
    now.save()
    now.rows.all().delete()
    record("return.discard", now, by=by, at=at, after={"file": now.name})
    if file and not ProgressReturn.objects.filter(file=file).exists():
        transaction.on_commit(lambda: storage.delete(file))
