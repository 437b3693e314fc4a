"""Reads what the figures of a quarter are counted from: five queries, for one unit or for all of a plan at once."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.functional import cached_property

from tasks.models import Assignment, Plan, ProgressEntry, Task, Transition

from .figures import OVER, Counts, Days, Row, counted, row_of
from .quarters import Quarter
from .standing import Move, moves_of, standing

NOBODY = Decimal(0)


class Amount(NamedTuple):
    """What was counted on one assignment until the last day, and in the quarter alone."""

    total: Decimal
    quarter: Decimal


class TaskFacts(NamedTuple):
    """What a report says of a task."""

    pk: int
    number: str
    title: str
    point: int
    unit: str


def midnight(day: datetime.date) -> datetime.datetime:
    """The first moment of a day, here."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


class Snapshot:
    """The assignments of a plan (or of some of its units) at the close of a quarter's last day.

    `organizations` None: all. Nothing is read before it is asked for, and everything once.
    """

    def __init__(self, plan: Plan, quarter: Quarter, organizations: Iterable[int] | None = None) -> None:
        self.plan, self.quarter = plan, quarter
        self.days = Days(quarter.starts_on, quarter.ends_on)
        self._only = None if organizations is None else list(organizations)

    def _mine(self, prefix: str = "") -> Q:
        only = Q() if self._only is None else Q(**{f"{prefix}organization__in": self._only})
        return Q(plan=self.plan) & only

    @cached_property
    def _assignments(self) -> list[tuple[Any, ...]]:
        columns = ("pk", "organization_id", "work_point__number", "task_id", "starts_on", "first_due_on", "target")
        asked = Assignment.objects.filter(self._mine()).asked_by(self.days.last)
        return list(asked.order_by("pk").values_list(*columns))

    @cached_property
    def _moves(self) -> Mapping[int, list[Move]]:
        return moves_of(Transition.objects.filter(self._mine("assignment__")), self.days.last)

    @cached_property
    def rows(self) -> list[Row]:
        """Every assignment that counts."""
        found = []
        for pk, organization, point, task, starts_on, first_due_on, _target in self._assignments:
            state = standing(first_due_on, self._moves.get(pk, ()))
            row = row_of(pk, organization, point, task, starts_on, state, self.days)
            if row is not None:
                found.append(row)
        return found

    @cached_property
    def by_organization(self) -> dict[int, list[Row]]:
        """The same by unit."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.organization].append(row)
        return found

    @cached_property
    def _targets(self) -> dict[int, Decimal]:
        return {row[0]: row[6] for row in self._assignments if row[6] is not None}

    @cached_property
    def _amounts(self) -> dict[int, Amount]:
        """What the entries logged until the close of the last day add up to."""
        first, after = midnight(self.days.first), midnight(self.days.last + datetime.timedelta(days=1))
        entries = ProgressEntry.objects.filter(self._mine("assignment__"), created_at__lt=after).order_by()
        sums = entries.values_list("assignment_id").annotate(
            until=Sum("quantity"), lately=Sum("quantity", filter=Q(created_at__gte=first))
        )
        return {pk: Amount(total or NOBODY, added or NOBODY) for pk, total, added in sums}

    @cached_property
    def tasks(self) -> dict[int, TaskFacts]:
        """Every task of the plan."""
        rows = Task.objects.filter(plan=self.plan).order_by("work_point__number", "position", "id")
        columns = ("pk", "number", "title", "work_point__number", "unit")
        return {row[0]: TaskFacts(*row) for row in rows.values_list(*columns)}

    @cached_property
    def points(self) -> dict[int, str]:
        """Titles of the work points by number."""
        return dict(self.plan.work_points.order_by("number").values_list("number", "title"))

    def rows_of(self, organization: int | None) -> list[Row]:
        """Those of one unit, or all for None."""
        return self.rows if organization is None else self.by_organization.get(organization, [])

    # ------------------------------------------------------------ what a report freezes
    def figures(self, organization: int | None) -> dict[str, Any]:
        """The figures of one unit, or of the whole city for None, as JSON can hold them."""
        rows = self.rows_of(organization)
        found = {
            "from": self.days.first.isoformat(),
            "as_of": self.days.last.isoformat(),
            **_plain(counted(rows)),
            "points": self._points(rows),
            "quantities": self._quantities(rows),
        }
        if organization is not None:
            found["overdue"] = self._overdue(rows)
        return found

    def _points(self, rows: list[Row]) -> list[dict[str, Any]]:
        of: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            of[row.point].append(row)
        return [
            {"number": number, "title": title, **_plain(counted(of[number]))}
            for number, title in self.points.items()
            if number in of
        ]

    def _quantities(self, rows: list[Row]) -> list[dict[str, Any]]:
        """Per task with a target: what was to be reached, what was, and what of it in the quarter."""
        target: dict[int, Decimal] = defaultdict(Decimal)
        done: dict[int, Decimal] = defaultdict(Decimal)
        added: dict[int, Decimal] = defaultdict(Decimal)
        for row in rows:
            if row.pk in self._targets:
                amount = self._amounts.get(row.pk, Amount(NOBODY, NOBODY))
                target[row.task] += self._targets[row.pk]
                done[row.task] += amount.total
                added[row.task] += amount.quarter
        return [
            {
                "task": task.pk, "number": task.number, "title": task.title, "point": task.point, "unit": task.unit,
                "target": _text(target[pk]), "done": _text(done[pk]), "added": _text(added[pk]),
            }
            for pk, task in self.tasks.items()
            if pk in target
        ]  # fmt: skip

    def _overdue(self, rows: list[Row]) -> list[dict[str, Any]]:
        """What was overdue, longest first."""
        late = sorted((row for row in rows if row.part == OVER), key=lambda row: (row.due_on or self.days.last, row.pk))
        return [
            {
                "assignment": row.pk, "number": self.tasks[row.task].number, "title": self.tasks[row.task].title,
                "point": row.point, "due_on": row.due_on.isoformat() if row.due_on else "",
                "days": (self.days.last - row.due_on).days if row.due_on else 0,
            }
            for row in late
        ]  # fmt: skip


def _plain(counts: Counts) -> dict[str, Any]:
    return {"total": counts.total, "quarter": counts.quarter}


def _text(value: Decimal) -> str:
    """A number as JSON keeps it without loss: 450, 0.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
