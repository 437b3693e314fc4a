"""What lists and pages say about a task: its units, its deadline in words, how its assignments stand."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lib import formats
from lib.marks import excerpt, marked
from organizations.models import Organization, OrganizationGroup

from .models import Task, TaskUnit
from .states import Cadence, UnitRole
from .tallies import Tally
from .workbooks import phrases


class TaskRow(NamedTuple):
    """One task in a list. `excerpt` is where the searched words stand in the requirement."""

    pk: int
    href: str
    number: str
    title: str
    title_marked: SafeString
    excerpt: SafeString
    point: str
    lead: str
    cooperating: str
    deadline: str
    target: str
    proposed: bool
    tally: Tally


class UnitLine(NamedTuple):
    """A unit as the task names it; `members` is the size of a collective unit, None for a single one."""

    label: str
    members: int | None


def deadline_words(task: Task) -> str:
    """时限 in words: 2017年9月30日, 每月 25 日, 每季度末, 全年, 常态化."""
    match task.cadence:
        case Cadence.MONTHLY:
            return _("Day %(day)s of each month") % {"day": task.due_day} if task.due_day else _("End of each month")
        case Cadence.QUARTERLY:
            if not task.due_day and not task.due_month:
                return _("End of each quarter")
            month = task.due_month or 3
            if not task.due_day:
                return _("End of month %(month)s of each quarter") % {"month": month}
            return _("Day %(day)s of month %(month)s of each quarter") % {"day": task.due_day, "month": month}
        case Cadence.ONGOING:
            return str(Cadence.ONGOING.label)
        case Cadence.YEARLONG if task.due_on is None:
            return str(Cadence.YEARLONG.label)
    return formats.day(task.due_on) or _("No deadline")


def deadline_cell(task: Task) -> datetime.date | str | None:
    """时限 in a sheet: a real day of what is due once, words otherwise, nothing without one; needs the milestones.

    In Chinese the words of a list, which the import reads again with the milestones' days.
    """
    if formats.is_chinese():
        return phrases.deadline(task)
    yearly = task.cadence == Cadence.YEARLONG and task.due_on is not None
    return task.due_on if yearly or task.cadence == Cadence.ONCE else deadline_words(task)


def units_of(task: Task, role: str) -> list[TaskUnit]:
    """The units of a role as listed; from the prefetched ones."""
    return [unit for unit in task.units.all() if unit.role == role]


def task_rows(
    tasks: Iterable[Task], tallies: dict[int, Tally] | None = None, words: Sequence[str] = ()
) -> list[TaskRow]:
    """Rows of a table of tasks; needs `for_list()`."""
    address = reverse("task", kwargs={"pk": 0})
    comma = _(", ")
    found = []
    for task in tasks:
        title = task.title
        found.append(
            TaskRow(
                pk=task.pk,
                href=address.replace("/0/", f"/{task.pk}/"),
                number=task.number,
                title=title,
                title_marked=marked(title, words),
                excerpt=excerpt(task.requirement, words),
                point=f"{formats.ordinal(task.work_point.number)} {task.work_point.title}",
                lead=comma.join(unit.label for unit in units_of(task, UnitRole.LEAD)) or "—",
                cooperating=comma.join(unit.label for unit in units_of(task, UnitRole.COOPERATING)),
                deadline=deadline_words(task),
                target=formats.amount(task.target, task.unit),
                proposed=task.is_proposed,
                tally=(tallies or {}).get(task.pk, Tally()),
            )
        )
    return found


def unit_lines(task: Task) -> dict[str, list[UnitLine]]:
    """The task's units by role, collective ones with the number of their members; one query for all of them."""
    sizes = member_counts([unit.group for unit in task.units.all() if unit.group])
    lines: dict[str, list[UnitLine]] = {role: [] for role in UnitRole.values}
    for unit in task.units.all():
        lines[unit.role].append(UnitLine(unit.label, sizes.get(unit.group_id) if unit.group_id else None))
    return lines


def member_counts(groups: Sequence[OrganizationGroup]) -> dict[int, int]:
    """How many organizations each collective unit stands for today, in one query."""
    if not groups:
        return {}
    conditions = {f"g{group.pk}": Q(pk__in=group.members().order_by().values("pk")) for group in groups}
    counted = Organization.objects.active().aggregate(
        **{name: Count("pk", filter=condition) for name, condition in conditions.items()}
    )
    return {int(name[1:]): number for name, number in counted.items()}
