"""The ledger as a workbook: the rows of the filter, all pages, in the order of the page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from lib import formats
from lib.sheets.write import Column, write_workbook

from .filters import AssignmentFilter
from .models import Assignment
from .models.assignment import AssignmentQuerySet
from .rows import signal_words
from .states import AssignmentState, UnitRole

CHUNK = 2000  # rows read from the database at a time


def ledger_columns() -> list[Column]:
    """The heads of the exported ledger, in the active language."""
    return [
        Column(_("No."), 8),
        Column(_("Work point"), 22),
        Column(_("Task"), 48),
        Column(_("Unit"), 22),
        Column(_("Role"), 8),
        Column(_("Period"), 16),
        Column(_("Deadline"), 12),
        Column(_("Signal"), 22),
        Column(_("State"), 12),
        Column(_("Quantity done"), 12),
        Column(_("Target"), 12),
        Column(_("Unit of measure"), 10),
        Column(_("Percent"), 8),
        Column(_("Last logged"), 12),
        Column(_("Done on"), 12),
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


def write_ledger(target: IO[bytes], chosen: AssignmentFilter, ordered: AssignmentQuerySet) -> int:
    """Writes `ordered` (the rows of the filter, sorted) to `target`; returns how many."""
    title = _("Ledger %(year)s") % {"year": chosen.plan.year}
    parts = [chosen.describe() or _("All assignments"), _("As of %(day)s") % {"day": formats.day(chosen.today)}]
    rows = ordered.for_list().iterator(chunk_size=CHUNK)
    return write_workbook(target, title, ledger_columns(), ledger_cells(rows, chosen.today), _(" · ").join(parts))
