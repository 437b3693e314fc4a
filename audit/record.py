"""Writing the record, one act or many; always inside the transaction of the act itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction

from lib import bulk

from .canonical import COLUMNS, clean, hash_of, plain
from .chain import places
from .context import origin
from .models import AuditEntry

_REASON = 500


class Made(NamedTuple):
    """An object that this transaction has made, by what the record says of it; it has no entry yet.

    For acts by the ten thousand, whose objects nobody loads.
    """

    kind: str  # tasks.task
    pk: int
    text: str
    concerns: int | None = None


class Act(NamedTuple):
    """What happened to one object; `before` and `after` hold the changed fields only."""

    verb: str
    target: models.Model | Made
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class Deed(NamedTuple):
    """An act with its person and its moment, for a record that spans many of both."""

    act: Act
    by: Any
    at: datetime.datetime


def record(
    verb: str,
    target: models.Model,
    *,
    by: Any,
    at: datetime.datetime,
    scope_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Adds one act. `by` is the person, or None for the system; `scope_id` the commission's key."""
    record_many([Act(verb, target, before, after)], by=by, at=at, scope_id=scope_id)


def record_many(acts: Iterable[Act], *, by: Any, at: datetime.datetime, scope_id: int | None = None) -> None:
    """Adds many acts in one statement.

    Raises ImproperlyConfigured outside a transaction: an act without its record must not be possible.
    """
    if scope_id is None and by is not None:
        scope_id = by.organization.root_id
    record_deeds((Deed(act, by, at) for act in acts), scope_id=scope_id)


def record_deeds(deeds: Iterable[Deed], *, scope_id: int | None) -> None:
    """Adds acts of several people and moments, in the order given, which should be that of time."""
    if not connection.in_atomic_block:
        raise ImproperlyConfigured("An act is recorded in the transaction that does it; open one first.")
    told = list(deeds)
    if told:
        bulk.insert_values(AuditEntry, (*COLUMNS, "hash"), list(_linked(told, scope_id)), batch_size=1000)


def record_refusal(
    verb: str,
    target: models.Model,
    *,
    by: Any,
    at: datetime.datetime,
    reason: str,
    scope_id: int | None = None,
    values: dict[str, Any] | None = None,
) -> None:
    """Adds that a step was refused, why, and what was asked (`values`), in a transaction of its own.

    Call it where the refusal is answered, after the refused transaction was rolled back: inside that
    one, this entry would be rolled back as well.
    """
    after = {"reason": reason[:_REASON]} | (values or {})
    with transaction.atomic():
        record(verb, target, by=by, at=at, scope_id=scope_id, after=after)


def _linked(told: list[Deed], scope_id: int | None) -> Iterator[tuple[Any, ...]]:
    """The rows with their keys, the hash of the entry before each on its object, and their own."""
    request_id, address = origin()
    targets = [_described(deed.act.target) for deed in told]
    old = (
        (target.kind, target.pk)
        for target, deed in zip(targets, told, strict=True)
        if target.pk is not None and not isinstance(deed.act.target, Made)
    )
    keys, latest = places(len(told), old)
    for (act, by, at), key, target in zip(told, keys, targets, strict=True):
        on = None if target.pk is None else (target.kind, target.pk)
        row = (
            key,
            scope_id,
            at,
            by.pk if by else None,
            by.organization_id if by else None,
            target.concerns,
            act.verb,
            target.kind,
            target.pk,
            clean(target.text[:200]),
            plain(act.before),
            plain(act.after),
            request_id,
            address,
            latest.get(on, "") if on is not None else "",
        )
        found = hash_of(row)
        if on is not None:
            latest[on] = found
        yield (*row, found)


def _described(target: models.Model | Made) -> Made:
    if isinstance(target, Made):
        return target
    return Made(target._meta.label_lower, target.pk, str(target), concerned(target))


def concerned(target: models.Model) -> int | None:
    """The organization to which an object belongs: itself, or that of its `organization`."""
    if target._meta.label_lower == "organizations.organization":
        return target.pk
    return getattr(target, "organization_id", None)
