"""Writing the record, one act or many; always inside the transaction of the act itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models

from lib import bulk

from .models import AuditEntry


class Act(NamedTuple):
    """What happened to one object; `before` and `after` hold the changed fields only."""

    verb: str
    target: models.Model
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class Deed(NamedTuple):
    """An act with its person and its moment, for a record that spans many of both."""

    act: Act
    by: Any
    at: datetime.datetime


def _plain(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Values as JSON can hold them: days in ISO form, numbers as they print, objects by primary key."""
    if values is None:
        return None

    def one(value: Any) -> Any:
        if isinstance(value, datetime.date | datetime.datetime):
            return value.isoformat()
        if isinstance(value, Decimal):
            return str(value)
        if isinstance(value, models.Model):
            return value.pk
        if isinstance(value, list | tuple | set | frozenset):
            return [one(item) for item in value]
        return value

    return {key: one(value) for key, value in values.items()}


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
    columns = ("scope_id", "at", "by_id", "verb", "object_type", "object_id", "object_text", "before", "after")
    rows = (
        (
            scope_id,
            at,
            by.pk if by else None,
            act.verb,
            act.target._meta.label_lower,
            act.target.pk,
            str(act.target)[:200],
            _plain(act.before),
            _plain(act.after),
        )
        for act, by, at in deeds
    )
    bulk.insert_values(AuditEntry, columns, rows, batch_size=1000)
