"""What the command prints: the rows as read, or the difference to the plan. One object, plain JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lib.sheets import places
from tasks.models import ImportBatch

from .layout import Part, Table
from .resource import TaskResource, Verdict


def _public(values: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in values.items() if key != "_"}
    return found if "row" not in found else found | places.as_json(found["row"])


def _errors(resource: TaskResource) -> list[dict[str, Any]]:
    return [places.as_json(staged.row) | _public(error) for staged in resource.staged for error in staged.errors]


def rows_json(name: str, resource: TaskResource) -> dict[str, Any]:
    """The rows as read; those with an error stand in `errors` only."""
    table = resource.context.table
    return {
        "file": name,
        "sheet": table.sheet or None,
        "header_rows": table.header_rows,
        "rows": [_public(staged.values) for staged in resource.staged if staged.verdict != Verdict.REFUSED],
        "skipped_rows": table.skipped,
        "errors": _errors(resource),
    }


def diff_json(name: str, resource: TaskResource) -> dict[str, Any]:
    """What the file would create and change in the plan, and what of its own earlier version it leaves out."""
    table, matches = resource.context.table, resource.context.matches
    base = ImportBatch.objects.filter(pk=matches.base).first() if matches.base else None
    of = {verdict: [staged for staged in resource.staged if staged.verdict == verdict] for verdict in Verdict.values}
    return {
        "file": name,
        "base": base.name if base else None,
        "sheet": table.sheet or None,
        "header_rows": table.header_rows,
        "created": [_public(staged.values) for staged in of[Verdict.NEW]],
        "updated": [
            places.as_json(s.row) | {"number": s.values["number"], "title": s.values["title"], "changes": s.changes}
            for s in of[Verdict.CHANGED]
        ],
        "unchanged": [staged.values["number"] for staged in of[Verdict.UNCHANGED]],
        "absent": [{"number": row.number or None, "title": row.title} for row in matches.absent],
        "skipped_rows": table.skipped,
        "errors": _errors(resource),
    }


def described(table: Table) -> dict[str, Any]:
    """The layout as an import keeps it: `parts` has for each header what every column was taken for, and how sure."""
    return {
        "header_rows": table.header_rows,
        "skipped": table.skipped,
        "labels": table.labels,
        "others": table.others,
        "hidden": table.hidden,
        "parts": described_parts(table.parts),
    }


def described_parts(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """The parts of a table as lists and returns keep them."""
    return [
        {
            "from": part.place,
            "fingerprint": part.fingerprint,
            "sure": round(part.sure, 2),
            "beside": part.beside,
            "columns": [column._asdict() | {"sure": round(column.sure, 2)} for column in part.columns],
        }
        for part in parts
    ]


def columns_above(layout: dict[str, Any], row: int) -> list[dict[str, Any]]:
    """The columns that are read, of the header above a row, from a kept layout."""
    found: list[dict[str, Any]] = []
    for part in layout.get("parts", []):
        if part["from"] <= row:
            found = part["columns"]
    return [column for column in found if column["field"]]


def labels_at(layout: dict[str, Any], row: int) -> dict[str, str]:
    """Field → label of the columns above a row."""
    found = {column["field"]: column["label"] for column in columns_above(layout, row)}
    return found or layout.get("labels", {})
