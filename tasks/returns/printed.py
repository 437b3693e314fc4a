"""A return as `import_progress --json` prints it, in the format of samples/README.md."""

from __future__ import annotations

from typing import Any

from lib.sheets import places
from tasks.models import ProgressReturn, ReturnRow

_FIELDS = ("progress", "completed", "rate", "problems", "next_steps", "done", "note")


def as_json(batch: ProgressReturn, rows: list[ReturnRow]) -> dict[str, Any]:
    """Rows that were refused as a whole stand among the errors only."""
    layout = batch.layout
    labels = layout["labels"]
    taken = [row for row in rows if row.verdict != ReturnRow.Verdict.REFUSED]
    return {
        "file": batch.name,
        "sheet": layout["sheet"] or None,
        "header_rows": layout["header_rows"],
        "rows": [
            places.as_json(row.row)
            | {"number": row.values["number"] or None}
            | {key: row.values[key] for key in _FIELDS}
            for row in taken
        ],
        "skipped_rows": layout["skipped"],
        "errors": [
            places.as_json(row.row) | {"column": labels.get(error["field"], error["field"]), "code": error["code"],
             "value": error["value"]}
            for row in rows for error in row.errors
        ],
        "base": layout["base"],
        "period": batch.quarter,
        "department": batch.organization.name if batch.organization else None,
    }  # fmt: skip
