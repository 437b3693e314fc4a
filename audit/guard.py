"""Triggers that keep the record as it was written, on SQLite and PostgreSQL.

The migration installs them. `lifted` takes them off for the length of a block; it needs what a migration
needs, the ownership of the tables, and exists for a test database that is emptied between tests.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from lib import triggers

ENTRIES, UNSEALED, SEALS = "audit_auditentry", "audit_unsealed", "audit_seal"
REFUSAL = "The audit record is append-only: rows of %s are never changed or removed."
WAITS = "An audit entry that no seal holds yet cannot leave audit_unsealed."
_COLUMNS = "entry_id, object_type, object_id, at, hash"

_POSTGRESQL = f"""
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSAL.replace("%s", "%")}', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION audit_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {UNSEALED} ({_COLUMNS}) SELECT id, object_type, object_id, at, hash FROM added;
    RETURN NULL;
END $$;
CREATE FUNCTION audit_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM (SELECT first_id, last_id FROM {SEALS} ORDER BY number DESC LIMIT 1) AS latest
        WHERE OLD.entry_id BETWEEN latest.first_id AND latest.last_id
    ) THEN
        RAISE EXCEPTION '{WAITS}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_note AFTER INSERT ON {ENTRIES} REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION audit_note();
CREATE TRIGGER audit_sealed BEFORE DELETE ON {UNSEALED} FOR EACH ROW EXECUTE FUNCTION audit_sealed();
CREATE TRIGGER audit_keep BEFORE UPDATE ON {UNSEALED} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_whole BEFORE TRUNCATE ON {UNSEALED} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
""" + "".join(
    f"""
CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
    for table in (ENTRIES, SEALS)
)
_POSTGRESQL_OFF = (
    "".join(
        f"DROP TRIGGER IF EXISTS audit_keep ON {table}; DROP TRIGGER IF EXISTS audit_whole ON {table};"
        for table in (ENTRIES, UNSEALED, SEALS)
    )
    + f"""
DROP TRIGGER IF EXISTS audit_note ON {ENTRIES};
DROP TRIGGER IF EXISTS audit_sealed ON {UNSEALED};
DROP FUNCTION IF EXISTS audit_refuse(); DROP FUNCTION IF EXISTS audit_note(); DROP FUNCTION IF EXISTS audit_sealed();
"""
)


def _refuse(table: str, act: str) -> tuple[str, str]:
    name = f"{table}_{act.lower()}"
    return name, f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL % table}'); END"


def _refuse_replacement(table: str) -> tuple[str, str]:
    """INSERT OR REPLACE would remove a row without asking the trigger on DELETE."""
    name, act = _refuse(table, "INSERT")
    return name, act.replace(" BEGIN", f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) BEGIN", 1)


_SQLITE = dict(
    [
        _refuse(ENTRIES, "UPDATE"),
        _refuse(ENTRIES, "DELETE"),
        _refuse(SEALS, "UPDATE"),
        _refuse(SEALS, "DELETE"),
        _refuse(UNSEALED, "UPDATE"),
        _refuse_replacement(ENTRIES),
        _refuse_replacement(SEALS),
        (
            "audit_note",
            f"CREATE TRIGGER audit_note AFTER INSERT ON {ENTRIES} BEGIN INSERT INTO {UNSEALED} ({_COLUMNS}) "
            "VALUES (NEW.id, NEW.object_type, NEW.object_id, NEW.at, NEW.hash); END",
        ),
        (
            "audit_sealed",
            f"CREATE TRIGGER audit_sealed BEFORE DELETE ON {UNSEALED} WHEN NOT EXISTS (SELECT 1 FROM (SELECT first_id, "
            f"last_id FROM {SEALS} ORDER BY number DESC LIMIT 1) AS latest WHERE OLD.entry_id BETWEEN latest.first_id "
            f"AND latest.last_id) BEGIN SELECT RAISE(ABORT, '{WAITS}'); END",
        ),
    ]
)


def install(connection: Any) -> None:
    """Puts all triggers on."""
    statements = [_POSTGRESQL] if connection.vendor == "postgresql" else list(_SQLITE.values())
    triggers.run(connection, statements)


def remove(connection: Any) -> None:
    """Takes all triggers off."""
    off = [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE]
    triggers.run(connection, [_POSTGRESQL_OFF] if connection.vendor == "postgresql" else off)


def missing(connection: Any) -> list[str]:
    """The triggers that should be on and are not."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            return sorted(_SQLITE.keys() - {name for (name,) in cursor.fetchall()})
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        there = set(cursor.fetchall())
    wanted = {(table, name) for table in (ENTRIES, UNSEALED, SEALS) for name in ("audit_keep", "audit_whole")}
    wanted |= {(ENTRIES, "audit_note"), (UNSEALED, "audit_sealed")}
    return sorted(f"{table}.{name}" for table, name in wanted - there)


def lifted(connection: Any) -> AbstractContextManager[None]:
    """Without triggers inside the block."""
    return triggers.lifted(connection, (ENTRIES, UNSEALED, SEALS), remove, install)
