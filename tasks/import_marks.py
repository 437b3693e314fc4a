"""The problems of an import as marks for its workbook."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lib.sheets import places
from lib.sheets.mark import Mark, Words

from .imports import faults
from .imports.output import columns_above
from .models import ImportBatch, ImportRow

Verdict = ImportRow.Verdict


def words() -> Words:
    """The sheet at the end."""
    return Words(_("Problems"), _("Row"), _("Column"), _("Value"), _("What is wrong and what to do"), _("Accepted"))


def marks(batch: ImportBatch) -> list[Mark]:
    """Every problem at its cell."""
    points = [f"{point.number} {point.title}" for point in batch.plan.work_points.all()]
    found = []
    for row in batch.rows.filter(verdict=Verdict.REFUSED):
        staged = row.row or 1
        line = places.line_of(staged)
        place = {column["field"]: column["column"] for column in columns_above(batch.layout, staged)}
        for error in row.errors:
            hidden = error["_"]
            details = {key: value for key, value in hidden.items() if key != "field"}
            text = faults.message(error["code"], error["value"], details)
            found.append(
                Mark(line - 1, place.get(hidden["field"]), error["column"], error["value"] or "", text,
                     accepted(error, points))
            )  # fmt: skip
    return found


def accepted(error: dict[str, Any], points: list[str]) -> str:
    """What would be taken instead, where that can be listed."""
    if near := error["_"].get("near"):
        return "；".join(near)
    examples = {
        "work_point_unknown": "；".join(points),
        "work_point_missing": "；".join(points),
        "date_invalid": "2017年6月30日；6月底前；第三季度；每月10日前；4月至12月；长期坚持",
        "target_not_number": "450；4,500；3万；95%",
    }
    return examples.get(error["code"], "")
