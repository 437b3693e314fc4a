"""Reads what accountability sheets are made of: eight queries, for one unit or for a whole city."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Count

from lib.bulk import undisturbed
from notifications.models import Reminder
from organizations.models import Organization
from responsibilities.list_page import holders_of
from responsibilities.models import ResponsibilityItem, ResponsibilityList
from tasks.models import Assignment, Evidence, TaskItem, Transition
from tasks.reminders import DEADLINES

from . import sheet_rules as rules
from .sheet_period import Period
from .standing import Standing, moves_of, standing


class Row(NamedTuple):
    """One assignment of the period with what became of it."""

    pk: int
    task_id: int
    first_due_on: datetime.date | None
    now: Standing
    outcome: rules.Outcome
    put_off: bool
    proofs: int
    reminders: int


class Line(NamedTuple):
    """A duty with the work linked to it."""

    item: ResponsibilityItem
    holder: str
    linked: int
    rows: list[Row]
    tally: rules.Tally
    verdict: rules.Verdict


class Sheet(NamedTuple):
    """A unit's sheet; `later`: the list was published after the day by which it is judged."""

    unit: Organization
    lines: list[Line]
    lists: list[ResponsibilityList]
    later: bool

    def number(self, verdict: str) -> int:
        """How many duties have that verdict."""
        return sum(line.verdict == verdict for line in self.lines)


def lists_on(units: Sequence[Organization], period: Period) -> dict[int, list[ResponsibilityList]]:
    """Unit → its lists of the year in force on the day; where none was published by then, the first that was."""
    rows = ResponsibilityList.objects.published().filter(
        organization__in=[unit.pk for unit in units], year=period.ends_on.year
    )
    chosen: dict[tuple[int, str], ResponsibilityList] = {}
    for one in rows.order_by("organization", "-kind", "version"):
        key = (one.organization_id, one.kind)
        if key not in chosen or (one.published_on is not None and one.published_on <= period.as_of):
            chosen[key] = one
    found: dict[int, list[ResponsibilityList]] = {}
    for (unit, _kind), one in chosen.items():
        found.setdefault(unit, []).append(one)
    return found


def sheets_of(units: Sequence[Organization], period: Period, *, holders: bool = False) -> list[Sheet]:
    """The sheets of the units, in their order; with the names of the `holders` where they are shown."""
    lists = lists_on(units, period)
    keys = [one.pk for of_unit in lists.values() for one in of_unit]
    items: dict[int, list[ResponsibilityItem]] = {}
    listed = list(ResponsibilityItem.objects.filter(list__in=keys).order_by("list", "position", "id"))
    for item in listed:
        items.setdefault(item.list_id, []).append(item)
    people = holders_of(listed, period.as_of) if holders else {}
    links = _links([item.duty_id for item in listed])
    with undisturbed():
        rows = _rows({unit.pk for unit in units}, {task for tasks in links.values() for task in tasks}, period)
    found = []
    for unit in units:
        own = lists.get(unit.pk, [])
        lines = [
            _line(item, people.get(item.duty_id, ""), links.get(item.duty_id, []), rows.get(unit.pk, {}))
            for one in own
            for item in items.get(one.pk, [])
        ]
        later = any(one.published_on is not None and one.published_on > period.as_of for one in own)
        found.append(Sheet(unit, lines, own, later))
    return found


def _links(duties: list[int]) -> dict[int, list[int]]:
    """Duty → the tasks that its unit confirmed."""
    found: dict[int, list[int]] = {}
    rows = TaskItem.objects.confirmed().filter(duty__in=duties, task__withdrawn=False)
    for duty, task in rows.order_by("duty", "task").values_list("duty", "task"):
        found.setdefault(duty, []).append(task)
    return found


def _line(item: ResponsibilityItem, person: str, tasks: list[int], rows: dict[int, list[Row]]) -> Line:
    own = [row for task in tasks for row in rows.get(task, [])]
    tally = tally_of(own)
    return Line(item, person, len(tasks), own, tally, rules.verdict(tally, len(tasks)))


def tally_of(rows: Iterable[Row]) -> rules.Tally:
    """The figures of some rows."""
    counted = dict.fromkeys(rules.Outcome, 0)
    put_off = proofs = reminders = 0
    for row in rows:
        counted[row.outcome] += 1
        put_off += row.put_off
        proofs += row.proofs
        reminders += row.reminders
    return rules.Tally(
        **{str(key): number for key, number in counted.items()}, put_off=put_off, proofs=proofs, reminders=reminders
    )


def _rows(units: set[int], tasks: set[int], period: Period) -> dict[int, dict[int, list[Row]]]:
    """Unit → task → its assignments of the period."""
    linked = Assignment.objects.filter(task__in=tasks, organization__in=units).asked_by(period.as_of)
    columns = ("pk", "organization", "task", "first_due_on")
    owed = list(linked.order_by("first_due_on", "pk").values_list(*columns))
    moves = moves_of(Transition.objects.filter(assignment__in=linked.order_by().values("pk")), period.as_of)
    judged = []
    for pk, unit, task, first in owed:
        now = standing(first, moves.get(pk, ()))
        if rules.belongs(first, now, period.starts_on, period.ends_on):
            judged.append((pk, unit, task, first, now))
    keys = [row[0] for row in judged]
    proofs, reminders = _proofs(keys, period.as_of), _reminders(keys, period.as_of)
    found: dict[int, dict[int, list[Row]]] = {}
    for pk, unit, task, first, now in judged:
        result = rules.outcome(first, now, period.as_of, period.has_ended)
        put_off = rules.is_put_off(first, now)
        row = Row(pk, task, first, now, result, put_off, proofs.get(pk, 0), reminders.get((pk, unit), 0))
        found.setdefault(unit, {}).setdefault(task, []).append(row)
    return found


def _proofs(keys: list[int], day: datetime.date) -> dict[int, int]:
    """Assignment → files put on record until the day."""
    rows = Evidence.objects.filter(assignment__in=keys, uploaded_at__date__lte=day).order_by()
    return dict(rows.values("assignment").annotate(number=Count("pk")).values_list("assignment", "number"))


def _reminders(keys: list[int], day: datetime.date) -> dict[tuple[int, int], int]:
    """(assignment, unit) → stages of the ladder that reached somebody of the unit until the day, each once.

    Those of its deadlines alone: that a decision waits is said to reviewers, under other subjects of the ladder.
    """
    kind = Assignment._meta.label_lower
    rows = Reminder.objects.filter(about_type=kind, about_id__in=keys, subject=DEADLINES, on__lte=day)
    said = set(rows.values_list("about_id", "recipient__organization", "due_on", "stage"))
    found: dict[tuple[int, int], int] = {}
    for pk, unit, _due_on, _stage in said:
        found[pk, unit] = found.get((pk, unit), 0) + 1
    return found
