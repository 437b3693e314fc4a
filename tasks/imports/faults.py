"""What can be wrong with a cell, and how it is said: what, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lib.sheets import places


class CellError(ValueError):
    """A cell that cannot be taken as it is; `value` as the sheet shows it."""

    def __init__(self, code: str, value: str | None = None, field: str | None = None, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.value = value
        self.field = field
        self.details = details


def message(code: str, value: str | None, details: dict[str, Any] | None = None) -> str:
    """One sentence on what is wrong and one on the remedy, in the reader's language."""
    texts = {
        "unknown_unit": _(
            "No unit is called “%(value)s”. Write the full or short name, or add this name to the unit first."
        ),
        "cell_broken": _("The cell shows the error %(value)s. Correct its formula, or write the value itself."),
        "formula_unsaved": _(
            "The cell holds a formula whose result was not saved. Open the workbook in Excel, save it, upload it again."
        ),
        "unit_inactive": _("“%(value)s” was dissolved. Name the unit that took over its duties."),
        "title_missing": _("The task has no text. Write what is to be done, or delete the row."),
        "title_too_long": _(
            "The text has %(length)s characters, at most %(limit)s fit. Shorten it; details belong into the note."
        ),
        "text_too_long": _("The text has %(length)s characters, at most %(limit)s fit. Shorten it."),
        "date_invalid": _(
            "“%(value)s” is no day and no known phrase. Write for example 2017年6月30日, 6月底前 or 每季度."
        ),
        "target_negative": _("The target %(value)s lies below zero. Write a number from 0 on."),
        "target_not_number": _("“%(value)s” is no number. Write digits such as 450, or leave the cell empty."),
        "target_too_large": _("%(value)s is too large for a target. Write it in a larger unit."),
        "number_duplicate": _("Number %(value)s stands on row %(row)s already. Give this row a number of its own."),
        "title_duplicate": _("The same task stands on row %(row)s already. Delete one of the two rows."),
        "work_point_unknown": _("“%(value)s” is none of this plan's work points. Write its number or its full name."),
        "work_point_missing": _("No work point stands here or above. Write its number or its full name."),
        "deadline_before_start": _("The deadline lies before the start, %(start)s. Correct one of the two."),
        "number_unknown": _("The plan has no task with the number %(value)s. Correct the number, or delete the row."),
        "rate_not_number": _("“%(value)s” is no percentage. Write for example 52%%; the rest of the row is taken."),
        "lead_missing": _("No unit leads. Write at least one unit."),
    }
    told = dict(details or {})
    if "row" in told:  # another row of the sheet
        told["row"] = places.shown(told["row"])
    found = texts.get(code, code) % ({"value": value or ""} | told)
    near = (details or {}).get("near")
    if not near:
        return found
    return _("%(text)s Did you mean %(names)s?") % {"text": found, "names": _(", ").join(near)}
