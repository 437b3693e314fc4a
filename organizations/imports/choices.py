"""What people said about columns: noted with an import, remembered for later files with the same header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from .table import Choices

Noted = dict[str, dict[str, str]]  # fingerprint of a header → column → field, as JSON holds it
REMEMBERED = 200  # imports with corrections that are looked at, the latest


def said_in(imports: QuerySet[Any]) -> list[Noted]:
    """What people said with these imports (`columns`), the latest last."""
    noted = imports.exclude(columns={}).order_by("-at", "-pk").values_list("columns", flat=True)
    return [*reversed(noted[:REMEMBERED])]


def merged(noted: Iterable[Noted]) -> Choices:
    """All that was said, column by column, later ones winning. A field belongs to one column: where a later one says
    that another column is it, the one that had it gives it up."""
    found: dict[str, dict[int, str]] = {}
    for said in noted:
        for print_, columns in said.items():
            fresh = {int(column): field for column, field in columns.items()}
            before = found.get(print_, {})
            kept = {column: "" if field in fresh.values() else field for column, field in before.items()}
            found[print_] = kept | fresh
    return found


def as_noted(choices: Choices) -> Noted:
    """The same as JSON holds it."""
    return {print_: {str(column): field for column, field in columns.items()} for print_, columns in choices.items()}


def amended(before: Noted, layout: Mapping[str, Any], chosen: Mapping[int, str]) -> Noted | None:
    """The notes with what was chosen for one header; None where nothing differs.

    A field belongs to one column: the one that had it gives it up, and of several for which it is chosen the last
    has it.
    """
    taken = {column["column"]: column["field"] for column in layout.get("columns", [])}
    changed = {column: field for column, field in chosen.items() if taken.get(column, field) != field}
    if not changed:
        return None
    last = {field: column for column, field in changed.items() if field}
    given_up = {column: "" for column, field in taken.items() if field in last}
    said = given_up | {column: field if last.get(field) == column else "" for column, field in changed.items()}
    print_ = layout["fingerprint"]
    return before | {print_: before.get(print_, {}) | {str(column): field for column, field in said.items()}}
