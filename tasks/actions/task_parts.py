"""The rows that belong to a task: its units by role, and its milestones. Only the verbs of tasks.py call this."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence

from organizations.models import Organization, OrganizationGroup
from tasks.models import Milestone, Task, TaskUnit
from tasks.states import UnitRole
from tasks.task_rules import Named

Roles = dict[str, list[Named]]


def units_of(tasks: Iterable[Task]) -> dict[int, Roles]:
    """Task → role → units, as they are now, in one query."""
    found: dict[int, Roles] = defaultdict(lambda: {role: [] for role in UnitRole.values})
    rows = TaskUnit.objects.filter(task__in=[task.pk for task in tasks]).select_related("organization", "group")
    for row in rows:
        unit = row.organization or row.group
        if unit is not None:
            found[row.task_id][row.role].append(unit)
    return found


def write_units(changes: Sequence[tuple[Task, str, Sequence[Named]]]) -> None:
    """Replaces the units of (task, role); all old rows go before new ones come, so a unit can change its role."""
    for role in UnitRole.values:
        tasks = [task.pk for task, changed, _units in changes if changed == role]
        TaskUnit.objects.filter(task__in=tasks, role=role).delete()
    TaskUnit.objects.bulk_create(
        [
            TaskUnit(
                task=task,
                role=role,
                position=position,
                organization=unit if isinstance(unit, Organization) else None,
                group=unit if isinstance(unit, OrganizationGroup) else None,
            )
            for task, role, units in changes
            for position, unit in enumerate(units)
        ],
        batch_size=500,
    )


def milestones_of(task: Task) -> list[tuple[datetime.date, str]]:
    """As they are now, earliest first."""
    return list(Milestone.objects.filter(task=task).order_by("due_on").values_list("due_on", "title"))


def write_milestones(task: Task, milestones: Sequence[tuple[datetime.date, str]]) -> None:
    """Replaces all of them."""
    Milestone.objects.filter(task=task).delete()
    Milestone.objects.bulk_create([Milestone(task=task, due_on=day, title=title) for day, title in milestones])


def names(units: Iterable[Named]) -> list[str]:
    """How the record says units."""
    return [unit.name for unit in units]


def lines(milestones: Iterable[tuple[datetime.date, str]]) -> list[str]:
    """How the record says milestones."""
    return [f"{day.isoformat()} {title}".strip() for day, title in milestones]
