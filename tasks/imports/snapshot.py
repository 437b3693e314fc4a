"""The plan as a list would show it, and which of its tasks a row of a sheet means.

Numbers are unique only within a list, and a plan may hold several: the breakdown of the policy, the list of
April, a supplement. So a sheet is compared with the lists it is a new version of: those of which it repeats at
least half the tasks by number and wording. There the number decides, whatever the wording has become.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db.models.functions import Coalesce

from tasks.models import Milestone, Plan, Task, TaskUnit
from tasks.states import Cadence, UnitRole

from . import deadlines
from .cells import Target, plain, squeezed

KIND_OF: dict[str, str] = {
    Cadence.ONCE: deadlines.DATE,
    Cadence.MONTHLY: deadlines.MONTHLY,
    Cadence.QUARTERLY: deadlines.QUARTERLY,
    Cadence.YEARLONG: deadlines.YEARLONG,
    Cadence.ONGOING: deadlines.ONGOING,
}
CADENCE_OF = {kind: cadence for cadence, kind in KIND_OF.items()}
PORTION = 900  # keys in one question; SQLite takes a thousand
# Units are compared as sets: another order in the cell is another spelling, not another meaning.
SETS = {"lead", "cooperating", "groups", "lead_groups"}


class PlanTask(NamedTuple):
    """What a task of the plan is found by; `origin` is the import that first brought in its list, None for tasks
    that were made here."""

    pk: int
    origin: int | None
    number: str
    point: int
    title: str


class PlanRow(NamedTuple):
    """A task of the plan in the words of a list; `fields` have the shape that the commands print."""

    pk: int
    origin: int | None
    number: str
    fields: dict[str, Any]
    titled: frozenset[str]  # milestones with a title of their own, set by hand


class Key(NamedTuple):
    """What a row of a sheet is found by."""

    row: int
    point: int | None
    number: str
    title: str


def target_json(target: Target | None) -> dict[str, Any] | None:
    """A target as the commands print it."""
    return None if target is None else {"value": plain(target.value), "unit": target.unit}


class Snapshot:
    """The current tasks of a plan: what each is found by, read at once; and what it says, read for some of them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._recurring = cache(self._dates)

    def tasks(self) -> list[PlanTask]:
        """All of them in their order, by what they are found by."""
        rows = Task.objects.filter(plan=self.plan).current().order_by("position", "pk")
        rows = rows.annotate(list=Coalesce("origin__base", "origin"))
        found = rows.values_list("pk", "list", "number", "work_point__number", "title")
        return [PlanTask(*row) for row in found.iterator(chunk_size=PORTION)]

    def rows(self, keys: Sequence[int]) -> dict[int, PlanRow]:
        """Key → what the task says, in three queries for each portion of keys; a withdrawn task says nothing."""
        found: dict[int, PlanRow] = {}
        for start in range(0, len(keys), PORTION):
            found |= self._rows(keys[start : start + PORTION])
        return found

    def _rows(self, keys: Sequence[int]) -> dict[int, PlanRow]:
        units: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        milestones: dict[int, list[tuple[datetime.date, str]]] = defaultdict(list)
        names = ("task", "role", "organization__name", "group__name")
        for task, *unit in TaskUnit.objects.filter(task__in=keys).values_list(*names):
            units[task].append(tuple(unit))
        for task, day, title in Milestone.objects.filter(task__in=keys).values_list("task", "due_on", "title"):
            milestones[task].append((day, title))
        rows = Task.objects.filter(pk__in=keys, plan=self.plan).current().order_by()
        rows = rows.annotate(list=Coalesce("origin__base", "origin"))
        columns = ("pk", "list", "number", "work_point__number", "title", "target", "unit", "note", "starts_on",
                   "due_on", "due_day", "due_month", "cadence")  # fmt: skip
        return {
            task["pk"]: self._row(task, units.get(task["pk"], ()), milestones.get(task["pk"], ()))
            for task in rows.values(*columns)
        }

    def _row(
        self,
        task: dict[str, Any],
        units: Iterable[tuple[Any, ...]],
        milestones: Collection[tuple[datetime.date, str]],
    ) -> PlanRow:
        found: dict[str, list[str]] = {"lead": [], "cooperating": [], "groups": [], "lead_groups": []}
        for role, organization, group in units:
            leads = role == UnitRole.LEAD
            if organization is not None:
                found["lead" if leads else "cooperating"].append(organization)
            else:
                found["groups"] += [group] if group not in found["groups"] else []
                found["lead_groups"] += [group] if leads else []
        titled = frozenset(day.isoformat() for day, title in milestones if title)
        target = None if task["target"] is None else Target(task["target"], task["unit"])
        fields = {
            "work_point": task["work_point__number"],
            "title": task["title"],
            "target": target_json(target),
            **found,
            "starts_on": task["starts_on"].isoformat() if task["starts_on"] else None,
            "deadline": self._deadline(task, milestones),
            "note": task["note"] or None,
        }
        return PlanRow(task["pk"], task["list"], task["number"], fields, titled)

    def _deadline(self, task: dict[str, Any], milestones: Iterable[tuple[datetime.date, str]]) -> dict[str, Any] | None:
        kind = KIND_OF[task["cadence"]]
        if kind != deadlines.DATE:
            days = self._recurring(task["cadence"], task["due_day"], task["due_month"], task["due_on"])
            return deadlines.Deadline(kind, days).as_json()
        if task["due_on"] is None:
            return None
        early = {day for day, title in milestones if not title and day < task["due_on"]}
        return deadlines.Deadline(kind, (*sorted(early), task["due_on"])).as_json()

    def _dates(self, cadence: str, day: int | None, month: int | None, due_on: Any) -> tuple[datetime.date, ...]:
        task = Task(plan=self.plan, cadence=cadence, due_day=day, due_month=month, due_on=due_on)
        return tuple(period.due_on for period in task.periods()) or (self.plan.ends_on,)


class Matches(NamedTuple):
    """Row of the sheet → key of the task that it means; and, where the sheet is a new version of a list, which one,
    and the tasks that it leaves out."""

    found: dict[int, int]
    absent: list[PlanTask]
    base: int | None = None


def match(keys: Sequence[Key], rows: Sequence[PlanTask]) -> Matches:
    """Which tasks the rows of a sheet mean. Each task is meant at most once."""
    numbered: dict[tuple[int | None, str], list[PlanTask]] = {}
    for task in rows:
        numbered.setdefault((task.point, task.number), []).append(task)
    found: dict[int, int] = {}
    taken: set[int] = set()
    hits: Counter[int | None] = Counter()
    for key in keys:
        candidates = numbered.get((key.point, key.number))
        if not candidates:
            continue
        words = squeezed(key.title)
        for task in candidates:
            if task.pk not in taken and (task.title == key.title or squeezed(task.title) == words):
                found[key.row] = task.pk
                taken.add(task.pk)
                hits[task.origin] += 1
                break
    del numbered
    sizes = Counter(task.origin for task in rows)
    whole = {origin for origin, number in hits.items() if 2 * number >= sizes[origin]}
    known = whole | {origin for origin, number in hits.items() if 2 * number >= len(keys)}
    _by_number(keys, [task for task in rows if task.origin in known and task.pk not in taken], found, taken)
    absent = [task for task in rows if task.origin in whole and task.pk not in taken]
    base = max((origin for origin in known if origin is not None), key=lambda origin: hits[origin], default=None)
    return Matches(found, absent, base)


def _by_number(keys: Sequence[Key], rows: Sequence[PlanTask], found: dict[int, int], taken: set[int]) -> None:
    """The remaining rows: by work point and number, then by a number that occurs only once."""
    near: dict[Any, list[PlanTask]] = defaultdict(list)
    for task in rows:
        if task.number:
            near[task.point, task.number].append(task)
            near[task.number].append(task)
    if not near:
        return
    often = Counter(key.number for key in keys)
    for key in keys:
        if key.row in found or not key.number:
            continue
        candidates = near.get((key.point, key.number), [])
        if not candidates and often[key.number] == 1 and len(near.get(key.number, [])) == 1:
            candidates = near[key.number]
        meant = next((task for task in candidates if task.pk not in taken), None)
        if meant is not None:
            found[key.row] = meant.pk
            taken.add(meant.pk)


def compared_fields(columns: Iterable[str]) -> list[str]:
    """The fields that a sheet with these columns speaks of; the others stay as they are in the plan."""
    found = ["work_point", "title", "lead", "cooperating", "groups", "lead_groups", "starts_on"]
    found += ["target"] if "amount" in columns else []
    return found + [field for field in ("deadline", "note") if field in columns]


def changes(before: PlanRow, after: dict[str, Any], compared: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Field → what it is and what the sheet makes of it, for the fields that differ."""
    found = {}
    for field in compared:
        old, new = before.fields[field], after[field]
        if old == new or (field in SETS and set(old) == set(new)):
            continue
        if field == "deadline" and old and new and _same_but_titled(old, new, before.titled):
            continue
        found[field] = {"from": old, "to": new}
    return found


def _same_but_titled(old: dict[str, Any], new: dict[str, Any], titled: frozenset[str]) -> bool:
    """True where the sheet's earlier dates stand in the plan as milestones with titles."""
    same = old["kind"] == new["kind"] and old["due_on"] == new["due_on"]
    return same and set(new["dates"]) - titled == set(old["dates"]) - titled
