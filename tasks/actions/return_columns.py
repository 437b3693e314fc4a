"""Saying what the columns of a return are, where they were taken for something else."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from organizations.imports.choices import Noted, amended
from organizations.models import Organization, User
from tasks.models import ProgressReturn
from tasks.returns.read import NoReturnError
from tasks.rights import own_returns_only

from .return_staging import About, Opened, describe, locked, rehearse, reopened, stage, waiting

Chosen = Mapping[str, Mapping[int, str]]  # fingerprint of a header → column → field, "" for none


class _Read(NamedTuple):
    """The file with what was chosen; `opened` None where that differs in nothing."""

    before: Noted
    noted: Noted
    opened: Opened | None


def choose_columns(
    *, batch: ProgressReturn, chosen: Chosen, by: User, at: datetime.datetime, today: datetime.date
) -> bool:
    """Notes what columns are, for this return and for later ones with the same header, and judges the rows anew; unit,
    quarter, person and day stay as they were corrected. False where nothing differs.

    A field belongs to one column: the one that had it gives it up. Raises DecidedError, and UnreadableFileError where
    a header of the file would be none of a return any more; then nothing changes.
    """
    read = _read(waiting(batch), chosen)  # before the transaction: it takes its time
    with transaction.atomic():
        now = locked(batch)
        if now.columns != read.before:  # somebody else said something meanwhile
            read = _read(now, chosen)
        if read.opened is None:
            return False
        now.columns_of = _whose(now, by)
        now.columns = read.noted
        describe(now, read.opened, About(now.organization, now.quarter, now.signed_by, now.filled_on))
        stage(now, rehearse(now, read.opened, by, at, today))
        record("return.choose", now, by=by, at=at, before={"columns": read.before}, after={"columns": read.noted})
    return True


def _read(batch: ProgressReturn, chosen: Chosen) -> _Read:
    before = noted = dict(batch.columns)
    parts = batch.layout.get("parts", [])
    for part in parts:
        noted = amended(noted, part, chosen.get(part["fingerprint"], {})) or noted
    if noted == before:
        return _Read(before, before, None)
    why = _("It needs a column for the number or the task, and one for the progress, the total or the percentage.")
    try:
        opened = reopened(batch, noted)
    except NoReturnError as error:
        raise NoReturnError(why) from error
    if not {part["fingerprint"] for part in parts} <= {part.fingerprint for part in opened.table.parts}:
        raise NoReturnError(why)  # another header is left, and the rows below this one would vanish
    return _Read(before, noted, opened)


def _whose(batch: ProgressReturn, by: User) -> Organization | None:
    """The unit for whose files the return's choices hold: as soon as its own people have a part in them, for that unit
    alone; those of the commission office for every unit's (None)."""
    return own_returns_only(by) or batch.columns_of
