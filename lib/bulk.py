"""Putting many new rows into a table: COPY on PostgreSQL, a prepared statement elsewhere.

COPY takes a third of the time of INSERT. Primary keys are drawn beforehand, so that other rows can refer to them.
"""

from __future__ import annotations

import datetime
import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain, islice
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)
FEW = 100  # up to here INSERT is as fast
PIECE = 50  # lines that are made at a time
PORTION = 1000  # rows that a prepared statement takes at a time
_HELD = {dict, list, tuple}  # what only a JSON column takes
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})
_SPECIAL = re.compile("[\\\\\t\n\r\0]")  # most texts have none of these, and translate() is slow
_json = DjangoJSONEncoder(ensure_ascii=False).encode


@contextmanager
def undisturbed() -> Iterator[None]:
    """Pauses the search for cycles while rows by the ten thousand are made, all of which live on until the end.

    It would take a fifth of the time and find nothing. Nested or concurrent use only ends the pause early.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def insert(rows: Iterable[Row], batch_size: int = 500) -> list[Row]:
    """Inserts unsaved objects of one model and gives them their keys; returns them. No save(), no signals."""
    rows = list(rows)
    if not rows:
        return rows
    model = type(rows[0])
    if connection.vendor != "postgresql" or len(rows) <= FEW:
        return model._default_manager.bulk_create(rows, batch_size=batch_size)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(nextval(pg_get_serial_sequence(%s, %s))) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, len(rows)],
        )
        for row, key in zip(rows, cursor.fetchone()[0], strict=True):
            row.pk = key
            row._state.adding = False
            row._state.db = connection.alias
    attributes = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
    lines = ("\t".join([_written(getattr(row, name), is_json) for name, is_json in attributes]) for row in rows)
    _copy(model, fields, lines)
    return rows


def take_stock(*tables: type[models.Model]) -> None:
    """Tells PostgreSQL how much these tables hold now, also inside the transaction that filled them.

    Without it the plans for what comes next are made for the tables as they were before: minutes instead of a moment.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables))


def insert_values(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]], batch_size: int = 500
) -> int:
    """Inserts rows given as plain values of the named attributes (plan_id, not plan); returns how many.

    The other columns get their defaults. Many rows are taken as they come and never held together: on PostgreSQL
    COPY reads them line by line, elsewhere a prepared statement takes a portion at a time. So while `rows` are made
    nobody may ask the database.
    """
    rest = iter(rows)
    first = list(islice(rest, FEW + 1))
    if len(first) <= FEW:
        made = (model(**dict(zip(names, row, strict=True))) for row in first)
        return len(model._default_manager.bulk_create(made, batch_size=batch_size))
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    others = [
        field
        for field in by_name.values()
        if field.attname not in names and not field.generated and not field.primary_key
    ]
    counted = _Counted(chain(first, rest))
    fields = [by_name[name] for name in names]
    if connection.vendor == "postgresql":
        tail = "".join(f"\t{_written(field.get_default(), isinstance(field, models.JSONField))}" for field in others)
        json_at = [index for index, field in enumerate(fields) if isinstance(field, models.JSONField)]
        _copy(model, [*fields, *others], (_line(row, json_at) + tail for row in counted))
    else:
        _execute_many(model, fields, others, counted)
    return counted.number


class _Counted:
    """Rows on their way, counted."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.number += 1
            yield row


def _execute_many(
    model: type[models.Model], fields: Sequence[Any], others: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> None:
    tail = [field.get_db_prep_save(field.get_default(), connection) for field in others]
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in (*fields, *others))
    marks = ", ".join(["%s"] * (len(fields) + len(tail)))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  (names of the model)
    lines = ([*(f.get_db_prep_save(v, connection) for f, v in zip(fields, row, strict=True)), *tail] for row in rows)
    with connection.cursor() as cursor:
        while portion := list(islice(lines, PORTION)):
            cursor.executemany(statement, portion)


def draw_keys(model: type[models.Model], number: int) -> Sequence[int]:
    """So many unused primary keys, ascending. On SQLite call it in a transaction that has written already: whoever
    holds its only write lock is the only one to take keys."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, model._meta.pk.column, number],
            )
            return sorted(key for (key,) in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    first = (row[0] if row else 0) + 1
    return range(first, first + number)


def _copy(model: type[models.Model], fields: Sequence[Any], lines: Iterable[str]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", _Lines(lines))


class _Lines:
    """Lines as the file that COPY reads: made piece by piece, never held together."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._rest = ""

    def read(self, size: int = -1) -> str:
        """The next characters; an empty string at the end."""
        while size < 0 or len(self._rest) < size:
            piece = list(islice(self._lines, PIECE))
            if not piece:
                break
            self._rest += "\n".join(piece) + "\n"
        if size < 0:
            size = len(self._rest)
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def _line(row: Sequence[Any], json_at: Sequence[int]) -> str:
    """A row in COPY's text format; most values are short texts, numbers and nothing."""
    found = []
    for value in row:
        kind = type(value)
        if kind is str:
            found.append(value.translate(_ESCAPES) if _SPECIAL.search(value) else value)
        elif value is None:
            found.append("\\N")
        elif kind is int:
            found.append(str(value))
        else:
            found.append("" if kind in _HELD else _written(value, is_json=False))
    for index in json_at:
        found[index] = _written(row[index], is_json=True)
    return "\t".join(found)


def _written(value: Any, is_json: bool) -> str:
    """One value in COPY's text format."""
    if value is None:
        return "\\N"
    if is_json:
        return _json(value).replace("\\", "\\\\")  # other controls are escaped in JSON already
    if isinstance(value, str):
        return value.translate(_ESCAPES) if _SPECIAL.search(value) else value
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)
