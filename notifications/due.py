"""The table of one planning run: what is due and was not said yet, found and written by the database.

Raw SQL in one place, because Django has no INSERT … SELECT; the SELECT itself is each subject's own queryset.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from .models import Ladder, Reminder, Stage
from .subjects import ROW, Subject

NAME = "reminders_due"
_COLUMNS = (
    "subject varchar(20), about_type varchar(60), about_id bigint, plan_id bigint, due_on date, stage varchar(10), "
    "recipient_id bigint, audience varchar(12), what varchar(300), unit varchar(120), link varchar(200), "
    "urgent boolean, severity integer"
)


class Group(NamedTuple):
    """What one person is to be told in one message."""

    recipient: int
    urgent: bool
    things: int
    over: int
    stages: int
    what: str
    plan_id: int | None


@contextmanager
def table() -> Iterator[None]:
    """The run's own temporary table, for the length of the block."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {NAME}")
        cursor.execute(f"CREATE TEMPORARY TABLE {NAME} ({_COLUMNS})")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {NAME}")


def add(
    subject: Subject,
    stage: Stage,
    rows: QuerySet[Any],
    first: datetime.date | None,
    last: datetime.date,
    told: Sequence[tuple[int, int, str]],
) -> None:
    """Adds one stage: each open thing with a deadline up to `last`, for each person of its unit."""
    if not told:
        return
    wanted = rows.filter(deadline__lte=last)
    if first is not None:
        wanted = wanted.filter(deadline__gte=first)
    select, params = wanted.order_by().values_list(*ROW).query.sql_with_params()
    people, people_params = _people(told)
    before, after = subject.link.split("{key}")
    quoted = ", ".join(connection.ops.quote_name(name) for name in ROW)
    alias = f"AS s({quoted})" if connection.vendor == "postgresql" else "AS s"
    sql = f"""
        INSERT INTO {NAME}
        SELECT %s, %s, s.about_key, s.plan_key, s.deadline, %s, p.person, p.audience,
               s.what, s.unit_name, %s || CAST(s.about_key AS varchar(20)) || %s, %s, %s
        FROM ({select}) {alias} JOIN ({people}) AS p ON p.unit = s.unit_key"""  # noqa: S608  (names are ours)
    values = [
        subject.code, subject.model, stage.code, before, after, stage.urgent, stage.rung.severity, *params,
        *people_params,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def drop_said() -> None:
    """Takes out what was said already; then the table holds what is to be said now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Or it would be joined as if it were empty.
            cursor.execute(f"ANALYZE {NAME} (about_id, recipient_id, stage)")
        cursor.execute(
            f"""
            DELETE FROM {NAME} WHERE EXISTS (
                SELECT 1 FROM {Reminder._meta.db_table} r
                WHERE r.subject = {NAME}.subject AND r.about_id = {NAME}.about_id AND r.due_on = {NAME}.due_on
                  AND r.stage = {NAME}.stage AND r.recipient_id = {NAME}.recipient_id)"""  # noqa: S608  (names are ours)
        )


def _people(told: Sequence[tuple[int, int, str]]) -> tuple[str, list[Any]]:
    """A table of (unit, person, audience) as SQL with parameters, in the database's own way."""
    if connection.vendor == "postgresql":
        units, people, audiences = zip(*told, strict=True)
        return (
            "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS t(unit, person, audience)",
            [list(units), list(people), list(audiences)],
        )
    part = "json_extract(value, '$[{}]') AS {}".format
    columns = ", ".join(part(place, name) for place, name in enumerate(("unit", "person", "audience")))
    return f"SELECT {columns} FROM json_each(%s)", [json.dumps(told)]  # noqa: S608  (names are ours)


def groups() -> list[Group]:
    """The messages to write, ordinary ones first: (person, urgent) with how many things, and how many are over."""
    sql = f"""
        SELECT recipient_id, urgent, COUNT(*), SUM(CASE WHEN worst > 0 THEN 1 ELSE 0 END), SUM(number), MIN(what),
               CASE WHEN MIN(plan_id) = MAX(plan_id) THEN MIN(plan_id) END
        FROM (SELECT recipient_id, urgent, subject, about_id, MAX(severity) AS worst, COUNT(*) AS number,
                     MIN(what) AS what, MIN(plan_id) AS plan_id
              FROM {NAME} GROUP BY recipient_id, urgent, subject, about_id) AS things
        GROUP BY recipient_id, urgent ORDER BY urgent, recipient_id"""  # noqa: S608  (names are ours)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [Group(row[0], bool(row[1]), *row[2:]) for row in cursor.fetchall()]


def keep(ladder: Ladder, on: datetime.date, run: str) -> None:
    """Writes the stage rows for good, each beside its message (known by its key)."""
    digest, urgent = key_start(ladder, on, run, urgent=False), key_start(ladder, on, run, urgent=True)
    sql = f"""
        INSERT INTO {Reminder._meta.db_table} (ladder_id, subject, about_type, about_id, plan_id, due_on, stage,
            recipient_id, notification_id, audience, "on", what, unit, link)
        SELECT %s, d.subject, d.about_type, d.about_id, d.plan_id, d.due_on, d.stage, d.recipient_id, n.id,
               d.audience, %s, d.what, d.unit, d.link
        FROM {NAME} d JOIN notifications_notification n
          ON n.dedup_key = CASE WHEN d.urgent THEN %s ELSE %s END || CAST(d.recipient_id AS varchar(20))
        ORDER BY d.severity, d.about_id, d.recipient_id
        ON CONFLICT (subject, about_id, due_on, stage, recipient_id) DO NOTHING"""  # noqa: S608  (names are ours)
    day = connection.ops.adapt_datefield_value(on)
    with connection.cursor() as cursor:
        cursor.execute(sql, [ladder.pk, day, urgent, digest])


def key_start(ladder: Ladder, on: datetime.date, run: str, *, urgent: bool) -> str:
    """The dedup key without the person: one digest a day, one urgent message a run."""
    return f"urgent:{ladder.commission_id}:{on}:{run}:" if urgent else f"digest:{ladder.commission_id}:{on}:"
