"""From a row of a sheet to its verdict: new, changed, unchanged or refused, with values, differences and faults.

Rows come and go one at a time. No row asks the database: units and work points are known, the tasks that the rows
mean are matched beforehand, and what these tasks say is read for a portion of rows. A list repeats few deadlines,
units and targets, so each spelling is read once.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from lib.sheets.read import Broken, Cell
from organizations.models import Organization
from tasks.models import ImportRow, Plan
from tasks.states import UnitRole

from . import cells
from .deadlines import Deadline, Reader
from .faults import CellError
from .snapshot import Key, Matches, PlanRow, Snapshot, changes, compared_fields, match, target_json
from .table import Row, Table
from .units import Named, UnitReader

Verdict = ImportRow.Verdict
LABELS = {
    "number": "序号", "work_point": "工作要点", "title": "重点任务", "amount": "目标数量", "unit": "计量单位",
    "lead": "牵头单位", "responsible": "责任单位", "cooperating": "配合单位", "start": "启动时间",
    "deadline": "完成时限", "note": "备注",
}  # fmt: skip
PORTION = 1000  # rows whose tasks are read together
KEPT = 5000  # spellings of a column that are remembered
_REPEATED = {str, float, type(None)}  # what may be remembered; 1, True and 1.0 are the same key, so not all
Clean = Callable[..., Any]


class Cleaner(NamedTuple):
    """How one column is read. `beside` is another column on which the value depends, "" for none."""

    attribute: str
    column: str
    clean: Clean
    beside: str
    repeats: bool


class Staged(NamedTuple):
    """What a row comes to; `task` is the key of the task it means."""

    row: int
    verdict: str
    task: int | None
    values: dict[str, Any]
    changes: dict[str, Any]
    errors: list[dict[str, Any]]


class Context:
    """What all rows of one file share: the plan, its tasks, the units, the reader of dates."""

    def __init__(self, plan: Plan, table: Table, units: UnitReader) -> None:
        self.plan = plan
        self.table = table
        self.labels = [part.labels for part in table.parts]
        self.compared = [compared_fields(labels) for labels in self.labels]
        self.snapshot = Snapshot(plan)
        self.units = units
        self.days = Reader(plan.year, plan.issued_on)
        self.points = {point.number: point for point in plan.work_points.all()}
        self._titles = {cells.squeezed(point.title): point.number for point in self.points.values()}
        self.point = cache(self._point)
        self.matches = Matches({}, [])

    def _point(self, written: str) -> int | None:
        leading = cells.leading_number(written)
        if leading is not None:
            return leading if leading in self.points else None
        return self._titles.get(cells.squeezed(written))

    def key(self, row: int, found: Mapping[str, Cell]) -> Key:
        """What a row is found by."""
        point = self.point(cells.text(found.get("work_point")))
        return Key(row, point, cells.number(found.get("number")), cells.text(found.get("title")))

    def match(self) -> None:
        """Finds the tasks that the rows mean, before any row is judged."""
        self.matches = match([self.key(row.number, row.cells) for row in self.table.rows], self.snapshot.tasks())


class Judge:
    """Judges the rows of one table in their order."""

    def __init__(self, context: Context, cleaners: Iterable[Cleaner]) -> None:
        self.context = context
        self._cleaners: list[tuple[Cleaner, dict[Any, tuple[Any, CellError | None]]]] = [
            (cleaner, {}) for cleaner in cleaners
        ]
        self._shared: dict[Any, dict[str, Any] | CellError] = {}
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._deadline_json = cache(Deadline.as_json)

    def rows(self, rows: Iterable[Row]) -> Iterator[Staged]:
        """The verdicts, in the order of the rows."""
        found = self.context.matches.found
        rest = iter(rows)
        while portion := list(islice(rest, PORTION)):
            meant = [found[row.number] for row in portion if row.number in found]
            known = self.context.snapshot.rows(meant) if meant else {}
            for row in portion:
                yield self.row(row, known.get(found.get(row.number, 0)))

    def row(self, row: Row, known: PlanRow | None, cells_by_field: Mapping[str, Cell] | None = None) -> Staged:
        """The verdict on one row; `known` is the task that it means. The cells may be given by whoever changed them."""
        found = row.cells if cells_by_field is None else cells_by_field
        values, faults = self._read(found)
        faulty = {fault.field for fault in faults}
        if not faulty & {"number", "title", "work_point"}:
            self._check_number(row, values, faults)
        if not faulty & {"start", "deadline"}:
            self._check_days(row, found, values, known, faults)
        units: dict[str, Any] | None = None
        if not faulty & {"lead", "responsible", "cooperating"}:
            shared = self._units_of(row, found, values)
            if isinstance(shared, CellError):
                faults.append(shared)
            else:
                units = shared
        task = known.pk if known else None
        if faults or units is None:
            return Staged(row.number, Verdict.REFUSED.value, task, *self._refused(row, found, faults))
        read = self._values(row.number, values, units)
        if known is None:
            return Staged(row.number, Verdict.NEW.value, None, read, {}, [])
        differs = changes(known, read, self.context.compared[row.part])
        verdict = Verdict.CHANGED if differs else Verdict.UNCHANGED
        return Staged(row.number, verdict.value, task, read, differs, [])

    def _read(self, found: Mapping[str, Cell]) -> tuple[dict[str, Any], list[CellError]]:
        """Each column's value, and what is wrong with some."""
        values: dict[str, Any] = {}
        faults: list[CellError] = []
        for (attribute, column, clean, beside, repeats), known in self._cleaners:
            written = found.get(column)
            other = found.get(beside) if beside else None
            keep = repeats and type(written) in _REPEATED and type(other) in _REPEATED
            key = (written, other) if beside else written
            came_to = known.get(key) if keep else None
            if came_to is None:
                came_to = self._clean(column, clean, written, found)
                if keep and len(known) < KEPT:
                    known[key] = came_to
            value, fault = came_to
            if fault is None:
                values[attribute] = value
            else:
                faults.append(fault)
        return values, faults

    def _clean(
        self, column: str, clean: Clean, written: Cell, found: Mapping[str, Cell]
    ) -> tuple[Any, CellError | None]:
        try:
            if isinstance(written, Broken):
                raise CellError("formula_unsaved" if written == "=" else "cell_broken", written)
            return clean(written, row=found, context=self.context), None
        except CellError as fault:
            fault.field = fault.field or column
            return None, fault

    def _check_number(self, row: Row, values: Mapping[str, Any], faults: list[CellError]) -> None:
        number, title = values["number"], values["title"]
        key = (row.run, number) if number else (values["point"], cells.squeezed(title))
        first = self._numbers.setdefault(key, row.number)
        if first != row.number:
            code, field = ("number_duplicate", "number") if number else ("title_duplicate", "title")
            faults.append(CellError(code, number or title, field, row=first))

    def _check_days(
        self,
        row: Row,
        found: Mapping[str, Cell],
        values: dict[str, Any],
        known: PlanRow | None,
        faults: list[CellError],
    ) -> None:
        """The start that will hold: the sheet's, the beginning of a range, or the one the task has already."""
        deadline: Deadline | None = values["deadline"]
        start: datetime.date | None = values["start"] or (deadline.starts_on if deadline else None)
        if start is None and known and known.fields["starts_on"] and "start" not in self.context.labels[row.part]:
            start = datetime.date.fromisoformat(known.fields["starts_on"])
        values["starts_on"] = start
        if start and deadline and deadline.due_on and deadline.due_on < start:
            written = cells.text(found.get("deadline"))
            faults.append(CellError("deadline_before_start", written, "deadline", start=start.isoformat()))

    def _units_of(self, row: Row, found: Mapping[str, Cell], values: Mapping[str, Any]) -> dict[str, Any] | CellError:
        """Who leads and who cooperates; the same cells below the same header mean the same units."""
        key = (row.part, found.get("lead"), found.get("responsible"), found.get("cooperating"))
        shared = self._shared.get(key)
        if shared is None:
            labels = self.context.labels[row.part]
            leads, others = divided(values["lead"], values["responsible"], values["cooperating"], labels)
            field = "lead" if "lead" in labels else "responsible"
            shared = units_json(leads, others) if leads else CellError("lead_missing", None, field)
            if len(self._shared) < KEPT:
                self._shared[key] = shared
        return shared

    def _values(self, row: int, values: Mapping[str, Any], units: Mapping[str, Any]) -> dict[str, Any]:
        """The row as the commands print it, and under `_` what is needed to write it."""
        deadline: Deadline | None = values["deadline"]
        starts_on: datetime.date | None = values["starts_on"]
        return {
            "row": row,
            "number": values["number"] or None,
            "work_point": values["point"],
            "title": values["title"],
            "target": target_json(values["goal"]),
            "lead": units["lead"],
            "cooperating": units["cooperating"],
            "groups": units["groups"],
            "lead_groups": units["lead_groups"],
            "starts_on": starts_on.isoformat() if starts_on else None,
            "deadline": self._deadline_json(deadline) if deadline else None,
            "note": values["note"] or None,
            "_": {
                "units": units["units"],
                "rule": [deadline.due_day, deadline.due_month] if deadline else [None, None],
            },
        }

    def _refused(
        self, row: Row, found: Mapping[str, Cell], faults: Iterable[CellError]
    ) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
        """A row with a fault is staged with its cells as they stand, so that it can be shown and sent back."""
        key = self.context.key(row.number, found)
        shown = {field: cells.text(found.get(field)) for field in LABELS}
        errors = [fault_json(fault, self.context.labels[row.part]) for fault in faults]
        return {"cells": shown, "key": [key.point, key.number, key.title]}, {}, errors


def divided(
    lead: Named, responsible: Named, cooperating: Named, labels: Collection[str]
) -> tuple[list[Any], list[Any]]:
    """Who leads and who cooperates, by the columns that the sheet has; a unit that leads is not repeated."""
    if "lead" in labels:
        leads, others = list(lead.units), [*responsible.units, *cooperating.units]
    elif "cooperating" in labels:
        leads, others = list(responsible.units), list(cooperating.units)
    else:
        leads = list(responsible.marked or responsible.units[:1])
        others = list(responsible.units)
    leads = list(dict.fromkeys(leads))
    return leads, [unit for unit in dict.fromkeys(others) if unit not in leads]


def units_json(leads: Sequence[Any], others: Sequence[Any]) -> dict[str, Any]:
    """Units by name, and under `units` as they are written: role, o(rganization) or g(roup), key."""
    units = [(UnitRole.LEAD, unit) for unit in leads] + [(UnitRole.COOPERATING, unit) for unit in others]
    return {
        "lead": [unit.name for unit in leads if isinstance(unit, Organization)],
        "cooperating": [unit.name for unit in others if isinstance(unit, Organization)],
        "groups": [unit.name for _role, unit in units if not isinstance(unit, Organization)],
        "lead_groups": [unit.name for unit in leads if not isinstance(unit, Organization)],
        "units": [[role.value, "o" if isinstance(unit, Organization) else "g", unit.pk] for role, unit in units],
    }


def fault_json(fault: CellError, labels: Mapping[str, str]) -> dict[str, Any]:
    """A fault as the commands print it, and its field and details under `_`."""
    field = fault.field or "title"
    label = labels.get(field) or LABELS.get(field, field)
    return {"column": label, "code": fault.code, "value": fault.value, "_": {"field": field, **fault.details}}
