"""Keys and previous hashes for entries that are about to be added, in one question to the database.

No lock is taken, neither on the table nor on an object: an entry names the latest entry on its object
that its transaction can see. Two transactions that act on the same object at once may both name the same
one; the chain then has two branches there, which is no fault (docs/decisions/0004-record.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

Key = tuple[str, int]  # kind and primary key of an object
_TABLE = "audit_auditentry"
_SOME = 400  # parameters in one statement of SQLite


def places(number: int, objects: Iterable[Key]) -> tuple[Sequence[int], dict[Key, str]]:
    """`number` unused keys in ascending order, and the latest hash on each of the objects that has one."""
    wanted: dict[str, list[int]] = {}
    for kind, key in dict.fromkeys(objects):
        wanted.setdefault(kind, []).append(key)
    if connection.vendor != "postgresql":
        return _on_sqlite(number, wanted)
    with connection.cursor() as cursor:
        if number == 1 and len(wanted) == 1:
            [(kind, keys)] = wanted.items()
            cursor.execute(_ONE, [kind, keys[0]])
            fresh, latest = cursor.fetchone()
            return [fresh], {(kind, keys[0]): latest} if latest else {}
        found: dict[Key, str] = {}
        for kind, keys in wanted.items():
            cursor.execute(_LATEST, [keys, kind])
            found |= {(kind, key): latest for key, latest in cursor.fetchall()}
        # Keys are drawn last, so that an entry never names one with a higher key.
        cursor.execute(_NEXT, [number])
        return sorted(cursor.fetchone()[0]), found


_DRAW = f"nextval(pg_get_serial_sequence('{_TABLE}', 'id'))"
_ONE = f"""
    SELECT {_DRAW}, (SELECT hash FROM {_TABLE} WHERE object_type = %s AND object_id = %s ORDER BY id DESC LIMIT 1)
"""  # noqa: S608  (no input of anybody's is in it)
_NEXT = f"SELECT array_agg({_DRAW}) FROM generate_series(1, %s)"  # noqa: S608  (names are ours)
_LATEST = f"""
    SELECT wanted.key, latest.hash FROM unnest(%s::bigint[]) AS wanted (key) CROSS JOIN LATERAL (
        SELECT hash FROM {_TABLE} WHERE object_type = %s AND object_id = wanted.key ORDER BY id DESC LIMIT 1
    ) AS latest
"""  # noqa: S608  (names are ours)


def _on_sqlite(number: int, wanted: dict[str, list[int]]) -> tuple[Sequence[int], dict[Key, str]]:
    """Whoever writes holds SQLite's only write lock, so the next key cannot go to anybody else."""
    found: dict[Key, str] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [_TABLE])
        row = cursor.fetchone()
        for kind, keys in wanted.items():
            for start in range(0, len(keys), _SOME):
                part = keys[start : start + _SOME]
                marks = ", ".join(["%s"] * len(part))
                cursor.execute(
                    f"SELECT object_id, hash FROM {_TABLE} WHERE id IN (SELECT max(id) FROM {_TABLE} "  # noqa: S608  (names are ours)
                    f"WHERE object_type = %s AND object_id IN ({marks}) GROUP BY object_id)",
                    [kind, *part],
                )
                found |= {(kind, key): latest for key, latest in cursor.fetchall()}
    first = (row[0] if row else 0) + 1
    return range(first, first + number), found
