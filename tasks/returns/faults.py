"""What can be wrong with a row of a return, and how it is said: what, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lib import formats
from lib.sheets import places
from tasks import entry_rules
from tasks.imports import faults as cell_faults
from tasks.states import AssignmentState


def message(code: str, value: str | None, details: dict[str, Any] | None = None) -> str:
    """One sentence on what is wrong and one on the remedy, in the reader's language."""
    details = dict(details or {})
    if code.startswith("entry_"):
        return entry_rules.words(code, details)
    if code == "rule":  # of returns that were read before rules were kept as codes
        return str(details.get("text", ""))
    texts = {
        "number_missing": _("The row has no number. Write the number of the task."),
        "number_ambiguous": _(
            "The unit has several tasks with the number %(value)s. Write the task beside it in full."
        ),
        "number_duplicate": _("Row %(row)s is about the same task. Leave one of them."),
        "not_assigned": _("Task %(value)s is not assigned to this unit. Ask the commission office, or delete the row."),
        "not_in_quarter": _(
            "The unit owes nothing for task %(value)s in this quarter. Check the quarter, or delete the row."
        ),
        "title_differs": _("The number belongs to another task: “%(title)s”. Correct the number or the text."),
        "period_missing": _(
            "The task is due in several periods, and none of them is meant here. "
            "Write the period into the column “期次”."
        ),
        "completed_not_number": _("“%(value)s” is no number; the rest of the row is taken. Write for example 156."),
        "done_unclear": _("“%(value)s” is neither yes nor no; the rest of the row is taken. Write 是 or 否."),
        "below_total": _(
            "The total of %(value)s is below what is logged already (%(logged)s). Write the total since the beginning "
            "of the year, or leave the cell blank."
        ),
        "progress_missing": _("The row does not say what was done. Fill in 进展情况."),
        "closed": _("The assignment is “%(state)s”; nothing can be logged any more."),
    }
    if code not in texts:
        return cell_faults.message(code, value, details)
    if details.get("state") in AssignmentState.values:  # earlier returns hold the word itself
        details["state"] = AssignmentState(details["state"]).label
    if "row" in details:  # another row of the sheet
        details["row"] = str(places.shown(details["row"]))
    number = {key: formats.number(part) for key, part in details.items() if isinstance(part, int | float)}
    return texts[code] % ({"value": value or ""} | details | number)
