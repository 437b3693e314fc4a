"""Triggers that keep the log of steps as it was written, on SQLite and PostgreSQL.

Figures as of a day, lateness and the accountability sheet are read from this log, so no statement may change it.
A row goes only with an assignment on which nobody has done anything (a task that is deleted, an import undone): the
steps of a fan-out may, a step of people may not. The migration installs the triggers; `lifted` takes them off for
the length of a block, needs the ownership of the table, and exists for a test database that is emptied between tests.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from lib import triggers

STEPS = "tasks_transition"
REFUSAL = "The log of steps is append-only: what happened to an assignment stays."
_BEGUN = (
    "OLD.verb NOT IN ('adjust', 'cancel', 'revive') "
    "OR EXISTS (SELECT 1 FROM tasks_progressentry WHERE assignment_id = OLD.assignment_id) "
    "OR EXISTS (SELECT 1 FROM tasks_review WHERE assignment_id = OLD.assignment_id)"
)
_KNOWN = "EXISTS (SELECT 1 FROM tasks_transition WHERE id = NEW.id)"
_REFUSE = f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'"
_POSTGRESQL = f"""
CREATE FUNCTION tasks_steps_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_REFUSE}; END $$;
CREATE FUNCTION tasks_steps_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {_BEGUN} THEN {_REFUSE}; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER steps_change BEFORE UPDATE ON {STEPS} FOR EACH ROW EXECUTE FUNCTION tasks_steps_refuse();
CREATE TRIGGER steps_whole BEFORE TRUNCATE ON {STEPS} FOR EACH STATEMENT EXECUTE FUNCTION tasks_steps_refuse();
CREATE TRIGGER steps_remove BEFORE DELETE ON {STEPS} FOR EACH ROW EXECUTE FUNCTION tasks_steps_keep();
"""
_POSTGRESQL_OFF = f"""
DROP TRIGGER IF EXISTS steps_change ON {STEPS}; DROP TRIGGER IF EXISTS steps_whole ON {STEPS};
DROP TRIGGER IF EXISTS steps_remove ON {STEPS};
DROP FUNCTION IF EXISTS tasks_steps_refuse(); DROP FUNCTION IF EXISTS tasks_steps_keep();
"""
_ABORT = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
_SQLITE = {
    "steps_change": f"BEFORE UPDATE ON {STEPS} {_ABORT}",
    "steps_remove": f"BEFORE DELETE ON {STEPS} WHEN {_BEGUN} {_ABORT}",
    # INSERT OR REPLACE would remove a row without asking the trigger on DELETE
    "steps_replace": f"BEFORE INSERT ON {STEPS} WHEN {_KNOWN} {_ABORT}",
}


def install(connection: Any) -> None:
    """Puts the triggers on."""
    on = [f"CREATE TRIGGER {name} {rule}" for name, rule in _SQLITE.items()]
    triggers.run(connection, [_POSTGRESQL] if connection.vendor == "postgresql" else on)


def remove(connection: Any) -> None:
    """Takes the triggers off."""
    off = [f"DROP TRIGGER IF EXISTS {name}" for name in _SQLITE]
    triggers.run(connection, [_POSTGRESQL_OFF] if connection.vendor == "postgresql" else off)


def lifted(connection: Any) -> AbstractContextManager[None]:
    """Without triggers inside the block."""
    return triggers.lifted(connection, (STEPS,), remove, install)
