"""The furniture of the admin's list of tasks: filter fields, column heads, rows; and the same list as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lib import formats
from lib.listing import ordering
from lib.sheets.write import Column, Sheet
from organizations.models import Organization, User

from .ledger_page import Field, Head
from .models import Assignment, Task
from .models.task import TaskQuerySet
from .states import UnitRole
from .tallies import Tally, tallies_of_rows
from .task_filters import TaskFilter
from .task_rows import deadline_cell, task_rows, units_of
from .workbooks import phrases

NULLABLE = frozenset({"due_on", "starts_on", "target"})
PLAN_ORDER = ("work_point__number", "position", "id")
SORTS: dict[str, tuple[str, ...]] = {
    "plan": PLAN_ORDER,
    "number": ("number", "work_point__number", "id"),
    "title": ("title", "id"),
    "cadence": ("cadence", "due_on", *PLAN_ORDER),
    "due": ("due_on", *PLAN_ORDER),
    "target": ("target", *PLAN_ORDER),
}
CHUNK = 500  # tasks read at a time for the export


class AdminRow(NamedTuple):
    """One task in the admin's list."""

    pk: int
    href: str
    edit: str
    number: str
    point: str
    point_title: str
    title: str
    lead: str
    cooperating: str
    deadline: str
    target: str
    proposed: bool
    withdrawn: bool
    tally: Tally


def sorting(request: HttpRequest) -> tuple[str, tuple[str, ...]]:
    """The sort key in the address and its database order; the plan's without one."""
    return ordering(request, SORTS, "plan")


def fields_of(chosen: TaskFilter) -> tuple[list[Field], list[Field]]:
    """The selects that stand in the bar, and those behind 更多."""
    points = [(str(p.number), f"{formats.ordinal(p.number)} {p.title}") for p in chosen.work_points]
    leads = [(value, u.label if isinstance(u, Organization) else u.name) for value, u in chosen.leads]
    named = [("point", points), ("lead", leads)]
    named += [(key, list(chosen.choices[key].items())) for key in ("proposed", "units", "cadence", "withdrawn")]
    found = []
    for name, options in named:
        now = chosen.raw(name) if name in chosen.values else ""
        found.append(Field(name, chosen.labels[name], [(value, text, value == now) for value, text in options]))
    return found[:4], found[4:]


def heads_of(chosen: TaskFilter, sort: str) -> list[Head]:
    """The column heads; a click on the sorted one reverses it."""
    wide = not formats.is_chinese()
    named = [
        ("number", "plan", _("No."), "num no-card", "52"),
        ("point", "", _("Point"), "no-card", "52"),
        ("title", "title", _("Task"), "c-wide", ""),
        ("lead", "", _("Lead unit"), "", "144"),
        ("cooperating", "", _("Cooperating unit"), "no-card", "190"),
        ("due", "due", _("Deadline"), "no-card", "176" if wide else "152"),
        ("target", "target", _("Target"), "num no-card", "96"),
        ("tally", "", _("Signed off"), "num", "84"),
    ]
    found = []
    for key, by, label, css, width in named:
        direction = {by: "ascending", f"-{by}": "descending"}.get(sort, "") if by else ""
        href = chosen.query(sort=f"-{by}" if sort == by else by) if by else ""
        found.append(Head(key, label, css, width, href, direction))
    return found


def rows_of(tasks: Iterable[Task], user: User, chosen: TaskFilter, today: Any) -> list[AdminRow]:
    """The rows of one page; needs `for_list()`. One query for how their assignments stand."""
    tasks = list(tasks)
    owed = Assignment.objects.visible_to(user).of_plan(chosen.plan).filter(task__in=tasks).standing()
    tallies = tallies_of_rows(owed, "task", today)
    edit = reverse("task_edit", kwargs={"pk": 0})
    return [
        AdminRow(
            pk=row.pk,
            href=row.href,
            edit=edit.replace("/0/", f"/{row.pk}/"),
            number=row.number,
            point=formats.ordinal(task.work_point.number),
            point_title=task.work_point.title,
            title=row.title,
            lead=row.lead,
            cooperating=row.cooperating or "—",
            deadline=row.deadline,
            target=row.target or "—",
            proposed=row.proposed,
            withdrawn=task.withdrawn,
            tally=row.tally,
        )
        for task, row in zip(tasks, task_rows(tasks, tallies), strict=True)
    ]


def sheet_columns() -> list[Column]:
    """The heads of the exported list, in the active language; the import reads the Chinese ones again."""
    return [
        Column(_("No."), 8),
        Column(_("Work point"), 24),
        Column(_("Task"), 48),
        Column(_("Requirement"), 48),
        Column(_("Target"), 10),
        Column(_("Unit of measure"), 10),
        Column(_("Lead unit"), 24),
        Column(_("Cooperating unit"), 36),
        Column(_("Cadence"), 14),
        Column(_("Starts on"), 12),
        Column(_("Deadline"), 18),
        Column(_("Proposed"), 8),
        Column(_("State"), 10),
        Column(_("Note"), 30),
    ]


def sheet_rows(tasks: Iterable[Task]) -> Iterator[tuple[Any, ...]]:
    """One tuple of real dates and numbers for each task; needs `for_list()`."""
    for task in tasks:
        point = task.work_point
        target, unit = phrases.target(task)
        yield (
            task.number,
            f"{formats.ordinal(point.number)}{'、' if formats.is_chinese() else '. '}{point.title}",
            task.title,
            task.requirement,
            target,
            unit,
            "、".join(unit.label for unit in units_of(task, UnitRole.LEAD)),
            "、".join(unit.label for unit in units_of(task, UnitRole.COOPERATING)),
            task.get_cadence_display(),
            task.starts_on,
            deadline_cell(task),
            _("Yes") if task.is_proposed else "",
            _("Withdrawn") if task.withdrawn else "",
            task.note,
        )


def sheet_of(chosen: TaskFilter, ordered: TaskQuerySet, today: Any) -> Sheet:
    """The rows of the filter, sorted."""
    title = _("Tasks %(year)s") % {"year": chosen.plan.year}
    parts = [chosen.describe() or _("All tasks"), _("As of %(day)s") % {"day": formats.day(today)}]
    rows = sheet_rows(ordered.for_list().prefetch_related("milestones").iterator(chunk_size=CHUNK))
    return Sheet(title, sheet_columns(), rows, _(" · ").join(parts))
