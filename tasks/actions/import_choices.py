"""What the admin chooses before an import is written: all or nothing, and what becomes of tasks that it leaves out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from audit.record import record
from organizations.imports.choices import amended
from tasks.imports.headers import FIELDS
from tasks.models import ImportBatch, ImportRow

from .import_errors import AlreadyDecidedError, BusyError

if TYPE_CHECKING:
    from organizations.models import User

State, Verdict = ImportBatch.State, ImportRow.Verdict


def still_open(batch: ImportBatch) -> ImportBatch:
    """The batch, locked; raises AlreadyDecidedError or BusyError where nothing can be chosen any more."""
    rows = ImportBatch.objects.select_for_update(of=("self",)).select_related("work", "plan")
    now = rows.get(pk=batch.pk)
    if now.state != State.PREVIEWED:
        raise AlreadyDecidedError(now)
    if now.is_busy:
        raise BusyError
    return now


@transaction.atomic
def choose_whole(*, batch: ImportBatch, whole: bool, by: User | None, at: datetime.datetime) -> None:
    """All or nothing (`whole`), or the right rows while the refused ones wait."""
    now = still_open(batch)
    if now.whole == whole:
        return
    ImportBatch.objects.filter(pk=now.pk).update(whole=whole)
    record("import.choose", now, by=by, at=at, scope_id=now.plan.issuer_id, before={"whole": now.whole},
           after={"whole": whole})  # fmt: skip


Corrections = Mapping[tuple[str, int], str]  # (fingerprint of a header, column) → field, "" for none


@transaction.atomic
def choose_columns(
    *, batch: ImportBatch, chosen: Corrections, by: User | None, at: datetime.datetime
) -> dict[str, Any] | None:
    """Notes what columns are, for this file and for later ones of the same layout; the caller reads the file anew.

    A field belongs to one column: the one that had it gives it up. Unknown columns and fields are let go. Returns
    what was noted before, so that it can be put back; None where nothing differs.
    """
    now = still_open(batch)
    before: dict[str, Any] = now.columns
    noted = dict(before)
    for part in now.layout.get("parts", []):
        print_ = part["fingerprint"]
        mine = {place[1]: field for place, field in chosen.items() if place[0] == print_ and field in ("", *FIELDS)}
        noted = amended(noted, part, mine) or noted
    if noted == before:
        return None
    ImportBatch.objects.filter(pk=now.pk).update(columns=noted)
    batch.columns = noted
    record("import.choose", now, by=by, at=at, scope_id=now.plan.issuer_id, before={"columns": before},
           after={"columns": noted})  # fmt: skip
    return before


def put_back(*, batch: ImportBatch, **before: dict[str, Any]) -> None:
    """Takes corrections (`columns`, `names`) back with which the file could not be read."""
    ImportBatch.objects.filter(pk=batch.pk).update(**before)


@transaction.atomic
def choose_absent(
    *,
    batch: ImportBatch,
    withdraw: bool,
    by: User | None,
    at: datetime.datetime,
    rows: Iterable[int] | None = None,
    reason: str | None = None,
) -> int:
    """Keeps or withdraws tasks that the file leaves out: those of the given staged rows, or all (None).

    Returns how many are to be withdrawn now. `reason` stands in the record of each.
    """
    now = still_open(batch)
    absent = now.rows.filter(verdict=Verdict.ABSENT)
    (absent if rows is None else absent.filter(pk__in=list(rows))).update(withdraw=withdraw)
    if reason is not None:
        ImportBatch.objects.filter(pk=now.pk).update(reason=reason.strip()[:200])
    number = absent.filter(withdraw=True).count()
    record("import.choose", now, by=by, at=at, scope_id=now.plan.issuer_id, after={"withdraw": number})
    return number
