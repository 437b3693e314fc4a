"""The smaller lists as sheets: plans, the points of a plan, the tasks of a point, what a search found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from lib import formats
from lib.sheets.write import CHUNK, Column, Sheet
from organizations.models import Organization, User

from .models import Plan, Task, WorkPoint
from .models.task import TaskQuerySet
from .plan_rows import PlanRow
from .states import UnitRole
from .tallies import Tally
from .task_rows import deadline_cell, units_of

Cells = tuple[Any, ...]


def _tally_columns() -> list[Column]:
    heads = [_("Assignments"), _("Overdue"), _("Due soon"), _("On track"), _("Done on time"), _("Done late")]
    return [*(Column(head, 10) for head in heads), Column(_("Completion (%)"), 10)]


def _tally_cells(tally: Tally) -> Cells:
    return tally.total, tally.over, tally.soon, tally.ok, tally.done, tally.late, tally.percent


def _point(point: WorkPoint) -> str:
    return f"{formats.ordinal(point.number)} {point.title}"


def points_sheet(plan: Plan, points: Sequence[tuple[WorkPoint, int, Tally]]) -> Sheet:
    """The page of a plan: its points with the number of tasks and how their assignments stand."""
    columns = [Column(_("No."), 6), Column(_("Work point"), 48), Column(_("Tasks"), 8), *_tally_columns()]
    rows = ((point.number, point.title, tasks, *_tally_cells(tally)) for point, tasks, tally in points)
    return Sheet(plan.title, columns, rows, plan.document_number)


def point_sheet(point: WorkPoint, tasks: Iterable[Task], by_task: dict[int, Tally]) -> Sheet:
    """The page of a point: its tasks and how their assignments stand; needs `for_list()`."""
    columns = [
        Column(_("No."), 8), Column(_("Task"), 48), Column(_("Lead unit"), 24), Column(_("Cooperating unit"), 30),
        Column(_("Deadline"), 18), Column(_("Target"), 10), Column(_("Unit of measure"), 10), *_tally_columns(),
    ]  # fmt: skip
    rows = ((*_task(task), *_tally_cells(by_task.get(task.pk, Tally()))) for task in tasks)
    return Sheet(_point(point), columns, rows)


def _task(task: Task) -> Cells:
    lead, others = ("、".join(u.label for u in units_of(task, role)) for role in (UnitRole.LEAD, UnitRole.COOPERATING))
    return task.number, task.title, lead, others, deadline_cell(task), task.target, task.unit


def plans_sheet(rows: Iterable[PlanRow], issued: dict[int, Any]) -> Sheet:
    """The list of plans; `issued` holds the day of each by its year."""
    heads = [
        (_("Year"), 8), (_("Plan"), 44), (_("Document number"), 24), (_("Issued on"), 12), (_("State"), 14),
        (_("Work points"), 10), (_("Tasks"), 8), (_("Assignments"), 10), (_("Completion (%)"), 10),
    ]  # fmt: skip
    cells = (
        (row.year, row.title, row.document_number, issued.get(row.year), row.state, row.points, row.tasks,
         row.assignments, row.percent)
        for row in rows
    )  # fmt: skip
    return Sheet(_("Plans"), [Column(*head) for head in heads], cells)


def search_sheets(
    query: str, tasks: TaskQuerySet, units: Iterable[Organization], people: Iterable[User] | None
) -> list[Sheet]:
    """All that a search found, not only what its page shows; people None: not the person's to know."""
    note = _("Found for “%(words)s”") % {"words": query}
    columns = [
        Column(_("Work point"), 24), Column(_("No."), 8), Column(_("Task"), 48), Column(_("Lead unit"), 24),
        Column(_("Cooperating unit"), 30), Column(_("Deadline"), 18), Column(_("Target"), 10),
        Column(_("Unit of measure"), 10), Column(_("Requirement"), 48),
    ]  # fmt: skip
    found = tasks.for_list().prefetch_related("milestones").iterator(chunk_size=CHUNK)
    rows: Iterator[Cells] = ((_point(task.work_point), *_task(task), task.requirement) for task in found)
    named = ((unit.name, unit.short_name, str(unit.get_kind_display())) for unit in units)
    heads = [Column(_("Full name"), 40), Column(_("Short name"), 24), Column(_("Kind"), 16)]
    sheets = [Sheet(_("Tasks"), columns, rows, note), Sheet(_("Units"), heads, named, note)]
    if people is not None:
        lines = ((one.real_name, one.username, one.organization.name, one.post) for one in people)
        heads = [Column(_("Real name"), 14), Column(_("Account"), 18), Column(_("Unit"), 40), Column(_("Post"), 24)]
        sheets.append(Sheet(_("People"), heads, lines, note))
    return sheets
