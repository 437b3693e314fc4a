"""Triggers that keep a published list as it was published, on SQLite and PostgreSQL.

The migration installs them. `lifted` takes them off for the length of a block; it needs the ownership of the
tables and exists for a test database that is emptied between tests.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from lib import triggers

LISTS, ITEMS, BASES = (
    "responsibilities_responsibilitylist",
    "responsibilities_responsibilityitem",
    "responsibilities_legalbasis",
)
REFUSAL = "A published list is frozen: revise it as a new version."
_IS_PUBLISHED = "EXISTS (SELECT 1 FROM responsibilities_responsibilitylist WHERE id = %s AND state = 'published')"
_ITEM = (
    "EXISTS (SELECT 1 FROM responsibilities_responsibilityitem i JOIN responsibilities_responsibilitylist l "
    "ON l.id = i.list_id WHERE i.id = %s AND l.state = 'published')"
)

# (table, act) → the condition under which the act is refused; %s is the row's key, old or new
_RULES: list[tuple[str, str, str]] = [
    (LISTS, "UPDATE", "OLD.state = 'published'"),
    (LISTS, "DELETE", "OLD.state = 'published'"),
    (ITEMS, "INSERT", _IS_PUBLISHED % "NEW.list_id"),
    (ITEMS, "UPDATE", f"{_IS_PUBLISHED % 'OLD.list_id'} OR {_IS_PUBLISHED % 'NEW.list_id'}"),
    (ITEMS, "DELETE", _IS_PUBLISHED % "OLD.list_id"),
    (BASES, "INSERT", _ITEM % "NEW.item_id"),
    (BASES, "UPDATE", f"{_ITEM % 'OLD.item_id'} OR {_ITEM % 'NEW.item_id'}"),
    (BASES, "DELETE", _ITEM % "OLD.item_id"),
]


def _name(table: str, act: str) -> str:
    return f"{table.removeprefix('responsibilities_')}_frozen_{act.lower()}"


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} FOR EACH ROW WHEN {rule} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for table, act, rule in _RULES
    ]


def _postgresql() -> list[str]:
    found = []
    for table, act, rule in _RULES:
        name, row = _name(table, act), "OLD" if act == "DELETE" else "NEW"
        found += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {rule} THEN "
            f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END IF; RETURN {row}; END $$",
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    return found


def install(connection: Any) -> None:
    """Puts the triggers on."""
    triggers.run(connection, _postgresql() if connection.vendor == "postgresql" else _sqlite())


def remove(connection: Any) -> None:
    """Takes the triggers off."""
    if connection.vendor == "postgresql":
        triggers.run(
            connection, [f"DROP TRIGGER IF EXISTS {_name(table, act)} ON {table}" for table, act, _rule in _RULES]
        )
        triggers.run(connection, [f"DROP FUNCTION IF EXISTS {_name(table, act)}()" for table, act, _rule in _RULES])
    else:
        triggers.run(connection, [f"DROP TRIGGER IF EXISTS {_name(table, act)}" for table, act, _rule in _RULES])


def lifted(connection: Any) -> AbstractContextManager[None]:
    """Without triggers inside the block."""
    return triggers.lifted(connection, (LISTS, ITEMS, BASES), remove, install)
