"""Triggers that keep rows as they were written: put on and taken off in one way for every table that has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def run(connection: Any, statements: Sequence[str]) -> None:
    """Executes statements one after the other."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def lifted(
    connection: Any, tables: Sequence[str], remove: Callable[[Any], None], install: Callable[[Any], None]
) -> Iterator[None]:
    """Without the triggers of these tables inside the block. Needs their ownership; for emptying a test database.

    SQLite knows no switch, so there they are removed and installed again.
    """
    if connection.vendor != "postgresql":
        remove(connection)
        yield
        install(connection)
        return
    run(connection, [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables])
    yield
    run(connection, [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables])
