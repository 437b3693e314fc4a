"""What people said about columns: noted with an import, remembered for later files with the same header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .table import Choices

Noted = dict[str, dict[str, str]]  # fingerprint of a header → column → field, as JSON holds it


def merged(noted: Iterable[Noted]) -> Choices:
    """All that was said, later ones winning."""
    return {
        print_: {int(column): field for column, field in columns.items()}
        for said in noted
        for print_, columns in said.items()
    }


def amended(before: Noted, layout: Mapping[str, Any], chosen: Mapping[int, str]) -> Noted | None:
    """The notes with what was chosen for one header; None where nothing differs.

    A field belongs to one column: the one that had it gives it up.
    """
    taken = {column["column"]: column["field"] for column in layout.get("columns", [])}
    changed = {column: field for column, field in chosen.items() if taken.get(column, field) != field}
    if not changed:
        return None
    given_up = {column: "" for column, field in taken.items() if field and field in changed.values()}
    print_ = layout["fingerprint"]
    said = {str(column): field for column, field in (given_up | changed).items()}
    return before | {print_: before.get(print_, {}) | said}
