"""What must hold for every task, whatever page, import or command writes it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from organizations.models import Organization, OrganizationGroup

Named = Organization | OrganizationGroup
FIELDS = (
    "work_point", "number", "title", "requirement", "cadence", "starts_on", "due_on", "due_day", "due_month",
    "target", "unit", "note", "is_proposed", "target_required", "evidence_required", "own_head_first",
)  # fmt: skip


class TaskDetails(NamedTuple):
    """Everything that a person says about a task. `values` has FIELDS as its keys."""

    values: dict[str, Any]
    lead: Sequence[Named] = ()
    cooperating: Sequence[Named] = ()
    milestones: Sequence[tuple[datetime.date, str]] = ()


def date_faults(values: dict[str, Any]) -> dict[str, str]:
    """What is wrong with start, deadline and target: field → sentence."""
    found = {}
    starts_on, due_on, target = values.get("starts_on"), values.get("due_on"), values.get("target")
    if starts_on and due_on and due_on < starts_on:
        found["due_on"] = _("The deadline lies before the start. Choose a later day.")
    if target is not None and target < 0:
        found["target"] = _("A target cannot be negative. Enter 0 or more, or leave it empty.")
    return found


def unit_faults(root_id: int, lead: Sequence[Named], cooperating: Sequence[Named]) -> dict[str, str]:
    """What is wrong with the units: of another city, dissolved, or named in both roles."""
    found = {}
    for role, units in (("lead", lead), ("cooperating", cooperating)):
        for unit in units:
            if (unit.root_id if isinstance(unit, Organization) else unit.city_id) != root_id:
                found[role] = _("“%(unit)s” belongs to another city.") % {"unit": unit.name}
            elif isinstance(unit, Organization) and not unit.is_active:
                found[role] = _("“%(unit)s” was dissolved. Choose an active unit.") % {"unit": unit.name}
    both = [unit.name for unit in cooperating if isinstance(unit, Organization) and unit in lead]
    if both and "cooperating" not in found:
        text = _("“%(units)s” already leads this task. Name a unit in one role only.")
        found["cooperating"] = text % {"units": "、".join(both)}
    return found


def milestone_fault(
    day: datetime.date, starts_on: datetime.date | None, due_on: datetime.date | None, others: set[datetime.date]
) -> str:
    """What is wrong with one milestone; an empty string for a right one."""
    if starts_on and day < starts_on:
        return _("The milestone lies before the start of the task.")
    if due_on and day > due_on:
        return _("The milestone lies after the deadline of the task.")
    return _("There are two milestones on this day. Put them into one line.") if day in others else ""


def faults(details: TaskDetails, root_id: int) -> dict[str, str]:
    """Everything that is wrong: field → sentence; empty for a task that may be written."""
    values = details.values
    found = date_faults(values) | unit_faults(root_id, details.lead, details.cooperating)
    days: set[datetime.date] = set()
    for day, _title in details.milestones:
        if wrong := milestone_fault(day, values.get("starts_on"), values.get("due_on"), days):
            found["milestones"] = wrong
        days.add(day)
    return found
