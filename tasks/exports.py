"""The ledger as a sheet: the rows of the filter, all pages, in the order and with the columns of the page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from lib import formats
from lib.sheets.write import Column, Sheet, with_columns

from .filters import AssignmentFilter
from .models import Assignment
from .models.assignment import AssignmentQuerySet
from .rows import signal_words
from .states import AssignmentState, UnitRole

CHUNK = 2000  # rows read from the database at a time


def ledger_columns() -> list[Column]:
    """The heads of the exported ledger, in the active language; each belongs to a column of the page."""
    return [
        Column(_("No."), 8, "number"),
        Column(_("Work point"), 22, "point"),
        Column(_("Task"), 48),
        Column(_("Unit"), 22, "unit"),
        Column(_("Role"), 8, "role"),
        Column(_("Period"), 16, "period"),
        Column(_("Deadline"), 12, "due"),
        Column(_("Signal"), 22, "signal"),
        Column(_("State"), 12, "signal"),
        Column(_("Quantity done"), 12, "amount"),
        Column(_("Target"), 12, "amount"),
        Column(_("Unit of measure"), 10, "amount"),
        Column(_("Percent"), 8, "progress"),
        Column(_("Last logged"), 12, "last"),
        Column(_("Done on"), 12, "signal"),
    ]


def ledger_cells(assignments: Iterable[Assignment], today: datetime.date) -> Iterator[tuple[Any, ...]]:
    """One tuple of real dates and numbers for each assignment; needs `for_list()`."""
    roles = {role.value: str(role.label) for role in UnitRole}
    states = {state.value: str(state.label) for state in AssignmentState}
    for one in assignments:
        task = one.task
        yield (
            task.number,
            f"{formats.ordinal(one.work_point.number)} {one.work_point.title}",
            task.title,
            one.organization.label,
            roles[one.role],
            formats.period(one.period),
            one.due_on,
            signal_words(one, today)[1],
            states[one.state],
            one.quantity,
            one.target,
            task.unit,
            one.percent,
            one.last_progress_on,
            one.done_on if one.state == AssignmentState.DONE else None,
        )


def ledger_sheet(chosen: AssignmentFilter, ordered: AssignmentQuerySet, shown: Iterable[str]) -> Sheet:
    """The rows of the filter, sorted, with the columns that the page shows."""
    title = _("Ledger %(year)s") % {"year": chosen.plan.year}
    parts = [chosen.describe() or _("All assignments"), _("As of %(day)s") % {"day": formats.day(chosen.today)}]
    rows = ledger_cells(ordered.for_list().iterator(chunk_size=CHUNK), chosen.today)
    return with_columns(Sheet(title, ledger_columns(), rows, _(" · ").join(parts)), shown)
