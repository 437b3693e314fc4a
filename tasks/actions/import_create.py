"""The new tasks of a confirmed import, with their units, milestones and assignments, a portion at a time.

Nothing is loaded and no object is made: the staged values become the rows of five tables, and the record has one
entry per task, which also says how many assignments were made.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Max

from audit.record import Act, Made, record_many
from lib import bulk
from tasks.imports.snapshot import CADENCE_OF
from tasks.models import Assignment, ImportBatch, ImportRow, Milestone, Plan, Task, TaskUnit
from tasks.states import Cadence

from . import fanout

if TYPE_CHECKING:
    from organizations.models import User

PORTION = 2000  # rows
UNIT_COLUMNS = ("task_id", "role", "organization_id", "group_id", "position")
TASK_COLUMNS = (
    "id", "plan_id", "origin_id", "origin_row", "position", "work_point_id", "number", "title", "note", "target",
    "unit", "starts_on", "due_on", "cadence", "due_day", "due_month",
)  # fmt: skip
MADE = Task._meta.label_lower
Values = dict[str, Any]


class Period(NamedTuple):
    """A period of a task."""

    key: str
    starts_on: str
    due_on: str | None


class Due(NamedTuple):
    """When a task falls due: what a staged deadline comes to on a task. Days are ISO."""

    cadence: str = Cadence.ONCE.value
    due_on: str | None = None
    due_day: int | None = None
    due_month: int | None = None


def due_of(values: Values) -> Due:
    """The deadline of staged values."""
    deadline = values["deadline"]
    if not deadline:
        return Due(due_day=values["_"]["rule"][0], due_month=values["_"]["rule"][1])
    cadence = str(CADENCE_OF[deadline["kind"]])
    single = cadence in (Cadence.ONCE, Cadence.YEARLONG)
    return Due(cadence, deadline["due_on"] if single else None, *values["_"]["rule"])


def early_days(values: Values) -> list[str]:
    """The dates before the last of a single deadline: its milestones."""
    deadline = values["deadline"]
    return deadline["dates"][:-1] if deadline and deadline["kind"] == "date" else []


def unit_rows(task: int, values: Values) -> Iterator[tuple[Any, ...]]:
    """The units that a task names, as rows of UNIT_COLUMNS."""
    for position, (role, kind, key) in enumerate(values["_"]["units"]):
        yield task, role, key if kind == "o" else None, key if kind == "g" else None, position


class Creator:
    """Makes the new tasks of one import, at the end of their work points, in the order of the sheet."""

    def __init__(self, batch: ImportBatch, today: datetime.date) -> None:
        self.batch, self.plan = batch, batch.plan
        self._added_on = today if fanout.working_on([self.plan]) else None
        self._points = dict(self.plan.work_points.values_list("number", "pk"))
        self._position = self.plan.tasks.aggregate(last=Max("position"))["last"] or 0
        self._expander = fanout.Expander()
        self._periods: dict[tuple[Due, str | None], list[Period]] = {}

    def create(self, rows: Sequence[tuple[int, Values]], *, by: User | None, at: datetime.datetime) -> int:
        """Writes a portion of staged rows (row, values); how many assignments were made."""
        keys = bulk.draw_keys(Task, len(rows))
        tasks = [self._task(key, row, values) for key, (row, values) in zip(keys, rows, strict=True)]
        bulk.insert_values(Task, TASK_COLUMNS, tasks)
        told = list(zip(keys, rows, strict=True))
        bulk.insert_values(TaskUnit, UNIT_COLUMNS, chain(*(unit_rows(key, values) for key, (_row, values) in told)))
        days = [(key, day) for key, (_row, values) in told for day in early_days(values)]
        bulk.insert_values(Milestone, ("task_id", "due_on"), days)
        owed = [list(self._assignments(key, values)) for key, (_row, values) in told]
        bulk.insert_values(Assignment, fanout.NEW_COLUMNS, chain(*owed))
        acts = [self._act(key, row, values, len(made)) for (key, (row, values)), made in zip(told, owed, strict=True)]
        record_many(acts, by=by, at=at, scope_id=self.plan.issuer_id)
        return sum(map(len, owed))

    def _task(self, key: int, row: int, values: Values) -> tuple[Any, ...]:
        self._position += 1
        target = values["target"] or {"value": None, "unit": ""}
        due = due_of(values)
        return (
            key, self.plan.pk, self.batch.pk, row, self._position, self._points[values["work_point"]],
            values["number"] or "", values["title"], values["note"] or "", target["value"], target["unit"],
            values["starts_on"], due.due_on, due.cadence, due.due_day, due.due_month,
        )  # fmt: skip

    def _assignments(self, key: int, values: Values) -> Iterator[tuple[Any, ...]]:
        named = tuple(
            (role, unit if kind == "o" else None, True, unit if kind == "g" else None)
            for role, kind, unit in values["_"]["units"]
        )
        point = self._points[values["work_point"]]
        target = values["target"]["value"] if values["target"] else None
        periods = self._periods_of(due_of(values), values["starts_on"])
        for slot, want in fanout.wanted(self._expander.owing(named), periods, target):
            yield self.plan.pk, point, key, self._added_on, *slot, want.due_on, *want

    def _periods_of(self, due: Due, starts_on: str | None) -> list[Period]:
        """The periods of a task; a list has few different deadlines."""
        found = self._periods.get((due, starts_on))
        if found is None:
            found = self._periods[due, starts_on] = periods_of(self.plan, due, starts_on)
        return found

    def _act(self, key: int, row: int, values: Values, assignments: int) -> Act:
        number, deadline = values["number"] or "", values["deadline"]
        target = values["target"] or {"value": None, "unit": ""}
        others = [name for name in values["groups"] if name not in values["lead_groups"]]
        after = {
            "row": row,
            "import": self.batch.pk,
            "number": number,
            "deadline": deadline and deadline["due_on"],
            "created": assignments,
        }
        said = {
            "target": target["value"],
            "unit": target["unit"],
            "lead": [*values["lead"], *values["lead_groups"]],
            "cooperating": [*values["cooperating"], *others],
            "note": values["note"],
        }
        after |= {name: value for name, value in said.items() if value}
        return Act("task.create", Made(MADE, key, f"{number} {values['title']}".strip()), None, after)


def periods_of(plan: Plan, due: Due, starts_on: str | None) -> list[Period]:
    """As a task with this deadline says it, with days in ISO form, which compare in the same way."""
    task = Task(
        plan=plan,
        cadence=due.cadence,
        starts_on=starts_on and datetime.date.fromisoformat(starts_on),
        due_on=due.due_on and datetime.date.fromisoformat(due.due_on),
        due_day=due.due_day,
        due_month=due.due_month,
    )
    return [
        Period(period.key, period.starts_on.isoformat(), period.due_on.isoformat() if period.due_on else None)
        for period in task.periods()
    ]


def staged_in_portions(batch: ImportBatch, verdict: str) -> Iterable[list[tuple[int, Values]]]:
    """(row, values) of the staged rows of one verdict, in their order."""
    last = -1
    rows = ImportRow.objects.filter(batch=batch, verdict=verdict).order_by("row").values_list("row", "values")
    while portion := [(row or 0, values) for row, values in rows.filter(row__gt=last)[:PORTION]]:
        yield portion
        last = portion[-1][0]
