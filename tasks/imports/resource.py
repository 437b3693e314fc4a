"""The task list as django-import-export sees it: a format that reads the workbook, a resource that judges rows.

Its `save` stages: nothing is written to the plan before the preview was confirmed (docs/decisions/0002-import.md).
No row asks the database: units, work points and existing tasks are looked up in what was read beforehand.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import tablib
from import_export import fields, resources, widgets
from import_export.formats.base_formats import Format
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult

from lib.sheets.read import Broken, read_workbook
from organizations.models import Organization
from tasks.models import ImportRow, Plan, Task
from tasks.states import UnitRole

from . import cells
from .deadlines import Deadline, Reader
from .faults import CellError
from .headers import FIELDS
from .layout import Choices, Known, Table, find_table
from .snapshot import Key, Matches, PlanRow, Snapshot, changes, compared_fields, match, target_json
from .units import Named, UnitReader

Verdict = ImportRow.Verdict
LABELS = {
    "number": "序号", "work_point": "工作要点", "title": "重点任务", "amount": "目标数量", "unit": "计量单位",
    "lead": "牵头单位", "responsible": "责任单位", "cooperating": "配合单位", "start": "启动时间",
    "deadline": "完成时限", "note": "备注",
}  # fmt: skip
LIMITS = {"number": 20, "title": 200, "unit": 20, "note": 500}


class TaskListFormat(Format):
    """A workbook with a list of tasks, in whatever layout; one dataset row per task, columns by field.

    What the plan knows helps to understand the sheet: names of units, of work points, and what was said before
    about the columns of this layout.
    """

    def __init__(self, plan: Plan, choices: Choices | None = None) -> None:
        super().__init__()
        self.plan = plan
        self.units = UnitReader.for_city(plan.issuer)
        self.choices = choices or {}

    def get_title(self) -> str:
        return "Excel"

    def is_binary(self) -> bool:
        return True

    def get_extension(self) -> str:
        return "xlsx"

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: Path | str) -> tablib.Dataset:
        """The dataset of a file; its `table` keeps the places. Raises UnreadableFileError."""
        table = find_table(read_workbook(in_stream), self._known())
        return dataset_of(table, self.units)

    def _known(self) -> Known:
        points = {cells.squeezed(point.title): point.number for point in self.plan.work_points.all()}
        return Known(points, self.units.knows, self.choices)


def dataset_of(table: Table, units: UnitReader) -> tablib.Dataset:
    """The rows of a table as the library wants them, with what belongs to them."""
    rows = [(row.number, *(row.cells.get(field) for field in FIELDS)) for row in table.rows]
    dataset = tablib.Dataset(*rows, headers=["row", *FIELDS], title=table.sheet[:31])
    dataset.table, dataset.units = table, units
    return dataset


class Staged(NamedTuple):
    """What a row comes to."""

    row: int
    verdict: str
    task: PlanRow | None
    values: dict[str, Any]
    changes: dict[str, Any]
    errors: list[dict[str, Any]]


class Context:
    """What all rows of one file share: the plan, its tasks, the units, the reader of dates."""

    def __init__(self, plan: Plan, table: Table, units: UnitReader) -> None:
        self.plan = plan
        self.table = table
        self._labels = [part.labels for part in table.parts]
        self._compared = [compared_fields(labels) for labels in self._labels]
        self.place = {row.number: row for row in table.rows}
        self.snapshot = Snapshot(plan)
        self.units = units
        self.days = Reader(plan.year, plan.issued_on)
        self.points = {point.number: point for point in plan.work_points.all()}
        self._titles = {cells.squeezed(point.title): point.number for point in self.points.values()}
        self.point = cache(self._point)
        self.matches = Matches({}, [])
        self.keys: dict[int, Key] = {}
        self.numbers: dict[tuple[Any, ...], int] = {}

    def _point(self, written: str) -> int | None:
        leading = cells.leading_number(written)
        if leading is not None:
            return leading if leading in self.points else None
        return self._titles.get(cells.squeezed(written))

    def labels(self, row: int) -> dict[str, str]:
        """The sheet's own words for the columns above a row."""
        return self._labels[self.place[row].part]

    def compared(self, row: int) -> list[str]:
        """The fields that the columns above a row speak of."""
        return self._compared[self.place[row].part]

    def match(self, dataset: tablib.Dataset) -> None:
        """Finds the tasks that the rows mean, before any row is judged."""
        where = {name: index for index, name in enumerate(dataset.headers)}
        for row in dataset:
            point = self.point(cells.text(row[where["work_point"]]))
            number, title = cells.number(row[where["number"]]), cells.text(row[where["title"]])
            self.keys[row[0]] = Key(row[0], point, number, title)
        self.matches = match(list(self.keys.values()), self.snapshot.rows)


class TextWidget(widgets.Widget):
    """Text within a limit."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        found = cells.number(value) if self.field == "number" else cells.text(value)
        if self.field == "title" and not found:
            raise CellError("title_missing")
        if len(found) > LIMITS[self.field]:
            code = "title_too_long" if self.field == "title" else "text_too_long"
            raise CellError(code, found, length=len(found), limit=LIMITS[self.field])
        return found


class PointWidget(widgets.Widget):
    """The number of a work point of this plan."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        written = cells.text(value)
        if not written:
            raise CellError("work_point_missing")
        found: int | None = kwargs["context"].point(written)
        if found is None:
            raise CellError("work_point_unknown", written)
        return found


class TargetWidget(widgets.Widget):
    """Number and unit, from two columns or from one."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> cells.Target | None:
        found = cells.target(value, row["unit"])
        if found and len(found.unit) > LIMITS["unit"]:
            raise CellError("text_too_long", found.unit, length=len(found.unit), limit=LIMITS["unit"])
        return found


class UnitsWidget(widgets.Widget):
    """Units and collective units of a cell."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Named:
        found: Named = kwargs["context"].units.read(value)
        return found


class DeadlineWidget(widgets.Widget):
    """A deadline in any spelling."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Deadline | None:
        found: Deadline | None = kwargs["context"].days.deadline(value)
        return found


class StartWidget(widgets.Widget):
    """The first day of what is written."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime.date | None:
        found: datetime.date | None = kwargs["context"].days.start(value)
        return found


class Draft:
    """What a row says, cell by cell, before it is a task: the instance that the resource fills."""

    def __init__(self, pk: int | None = None) -> None:
        self.pk = pk
        self.title = ""

    def __str__(self) -> str:
        return self.title


class PlanLoader(BaseInstanceLoader):
    """The task that a row means, from what was matched beforehand."""

    def get_instance(self, row: Any) -> Draft | None:
        found = self.resource.context.matches.found.get(row["row"])
        return Draft(found.pk) if found else None


class TaskResource(resources.ModelResource):
    """Judges each row: new, changed, unchanged or refused, and stages it."""

    number = fields.Field("number", "number", TextWidget("number"))
    point = fields.Field("point", "work_point", PointWidget())
    title = fields.Field("title", "title", TextWidget("title"))
    goal = fields.Field("goal", "amount", TargetWidget())
    lead = fields.Field("lead", "lead", UnitsWidget())
    responsible = fields.Field("responsible", "responsible", UnitsWidget())
    cooperating = fields.Field("cooperating", "cooperating", UnitsWidget())
    start = fields.Field("start", "start", StartWidget())
    deadline = fields.Field("deadline", "deadline", DeadlineWidget())
    note = fields.Field("note", "note", TextWidget("note"))

    class Meta:
        model = Task
        fields = ("number", "point", "title", "goal", "lead", "responsible", "cooperating", "start", "deadline", "note")
        import_id_fields = ("number",)
        instance_loader_class = PlanLoader
        use_bulk = True
        skip_diff = True
        store_row_values = False
        report_skipped = False

    def __init__(self, plan: Plan, table: Table, units: UnitReader) -> None:
        super().__init__()
        self.context = Context(plan, table, units)
        self.staged: list[Staged] = []
        self._faults: list[CellError] = []
        self._values: dict[str, Any] = {}
        self._changes: dict[str, Any] = {}
        self._cleaners = [(f.attribute, f.column_name, f.widget.clean) for f in self.get_import_fields()]

    def init_instance(self, row: Any = None) -> Draft:
        return Draft()

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: Any) -> None:
        """Leaves the sequence of the task table alone (the library would reset it): no task was written, and
        another import may have drawn keys from it that nobody can see yet."""

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        self.context.match(dataset)

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> RowResult:
        """What the library does with a row, less what a staged row has no use for: savepoints, copies, differences,
        a second look at each field. The cells go through the same fields and widgets. Five times as fast."""
        result = RowResult()
        instance = self.init_instance(row)
        self.after_init_instance(instance, True, row)
        self._faults = []
        for attribute, column, clean in self._cleaners:
            written = row[column]
            try:
                if isinstance(written, Broken):
                    raise CellError("formula_unsaved" if written == "=" else "cell_broken", written)
                setattr(instance, attribute, clean(written, row=row, context=self.context))
            except CellError as fault:
                fault.field = fault.field or column
                self._faults.append(fault)
        self._check_together(instance, row)
        if self._faults:
            self.stage_refused(instance)
            result.import_type = RowResult.IMPORT_TYPE_INVALID
            return result
        self._values = row_values(instance, row["row"])
        if self.skip_row(instance, None, row):
            result.import_type = RowResult.IMPORT_TYPE_SKIP
        else:
            known = row["row"] in self.context.matches.found
            self.save_instance(instance, not known, row)
            result.import_type = RowResult.IMPORT_TYPE_UPDATE if known else RowResult.IMPORT_TYPE_NEW
        return result

    def _check_together(self, instance: Any, row: Any) -> None:
        faulty = {fault.field for fault in self._faults}
        if not faulty & {"number", "title", "work_point"}:
            run = self.context.place[row["row"]].run
            key = (run, instance.number) if instance.number else (instance.point, cells.squeezed(instance.title))
            first = self.context.numbers.setdefault(key, row["row"])
            if first != row["row"]:
                code, field = ("number_duplicate", "number") if instance.number else ("title_duplicate", "title")
                self._faults.append(CellError(code, getattr(instance, field), field, row=first))
        if not faulty & {"start", "deadline"}:
            self._check_days(instance, row)
        if not faulty & {"lead", "responsible", "cooperating"}:
            labels = self.context.labels(row["row"])
            instance.leads, instance.cooperates = divided(instance, labels)
            if not instance.leads:
                field = "lead" if "lead" in labels else "responsible"
                self._faults.append(CellError("lead_missing", None, field))

    def _check_days(self, instance: Any, row: Any) -> None:
        """The start that will hold: the sheet's, the beginning of a range, or the one the task has already."""
        deadline = instance.deadline
        start = instance.start or (deadline.starts_on if deadline else None)
        known = self.context.matches.found.get(row["row"])
        if start is None and known and "start" not in self.context.labels(row["row"]) and known.fields["starts_on"]:
            start = datetime.date.fromisoformat(known.fields["starts_on"])
        instance.starts_on = start
        if start and deadline and deadline.due_on and deadline.due_on < start:
            written = cells.text(row["deadline"])
            self._faults.append(CellError("deadline_before_start", written, "deadline", start=start.isoformat()))

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """True for a task that the sheet leaves as it is, in whatever spelling."""
        known = self.context.matches.found.get(row["row"])
        if import_validation_errors:
            return False
        self._changes = {}
        if known is not None:
            self._changes = changes(known, self._values, self.context.compared(row["row"]))
            if not self._changes:
                self.staged.append(Staged(row["row"], Verdict.UNCHANGED, known, self._values, {}, []))
                return True
        return False

    def stage_refused(self, instance: Any) -> None:
        """A row with a fault is staged with its cells as they stand, so that it can be shown and sent back."""
        known = self.context.matches.found.get(row_number := instance.sheet_row)
        errors = [fault_json(fault, self.context.labels(row_number)) for fault in self._faults]
        shown = {field: cells.text(value) for field, value in instance.sheet_cells.items() if field != "row"}
        key = self.context.keys[row_number]
        values = {"cells": shown, "key": [key.point, key.number, key.title]}
        self.staged.append(Staged(row_number, Verdict.REFUSED, known, values, {}, errors))

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        instance.sheet_row, instance.sheet_cells = row["row"], row

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Stages; the plan is written when the preview is confirmed."""
        known = self.context.matches.found.get(row["row"])
        verdict = Verdict.CHANGED if known else Verdict.NEW
        self.staged.append(Staged(row["row"], verdict, known, self._values, self._changes, []))


def divided(instance: Any, labels: Collection[str]) -> tuple[list[Any], list[Any]]:
    """Who leads and who cooperates, by the columns that the sheet has; a unit that leads is not repeated."""
    lead, responsible, cooperating = instance.lead, instance.responsible, instance.cooperating
    if "lead" in labels:
        leads, others = list(lead.units), [*responsible.units, *cooperating.units]
    elif "cooperating" in labels:
        leads, others = list(responsible.units), list(cooperating.units)
    else:
        leads = list(responsible.marked or responsible.units[:1])
        others = list(responsible.units)
    leads = list(dict.fromkeys(leads))
    return leads, [unit for unit in dict.fromkeys(others) if unit not in leads]


def row_values(instance: Any, row: int) -> dict[str, Any]:
    """The row as the commands print it, and under `_` what is needed to write it."""
    units = [(UnitRole.LEAD, unit) for unit in instance.leads]
    units += [(UnitRole.COOPERATING, unit) for unit in instance.cooperates]

    def names(role: str) -> list[str]:
        return [unit.name for its, unit in units if isinstance(unit, Organization) and its == role]

    groups = [unit.name for _role, unit in units if not isinstance(unit, Organization)]
    lead_groups = [unit.name for unit in instance.leads if not isinstance(unit, Organization)]
    deadline = instance.deadline
    return {
        "row": row,
        "number": instance.number or None,
        "work_point": instance.point,
        "title": instance.title,
        "target": target_json(instance.goal),
        "lead": names(UnitRole.LEAD),
        "cooperating": names(UnitRole.COOPERATING),
        "groups": groups,
        "lead_groups": lead_groups,
        "starts_on": instance.starts_on.isoformat() if instance.starts_on else None,
        "deadline": deadline.as_json() if deadline else None,
        "note": instance.note or None,
        "_": {
            "units": [[role, "o" if isinstance(unit, Organization) else "g", unit.pk] for role, unit in units],
            "rule": [deadline.due_day, deadline.due_month] if deadline else [None, None],
        },
    }


def fault_json(fault: CellError, labels: Mapping[str, str]) -> dict[str, Any]:
    """A fault as the commands print it, and its field and details under `_`."""
    field = fault.field or "title"
    label = labels.get(field) or LABELS.get(field, field)
    return {"column": label, "code": fault.code, "value": fault.value, "_": {"field": field, **fault.details}}


def judge(plan: Plan, dataset: tablib.Dataset) -> TaskResource:
    """Runs a dataset through the resource; its `staged` holds a verdict per row. Writes nothing."""
    resource = TaskResource(plan, dataset.table, dataset.units)
    result = resource.import_data(dataset, dry_run=False, use_transactions=False, raise_errors=False)
    for row in result.rows:
        for problem in row.errors:  # a fault of ours, not of the sheet: those are staged as refused
            raise problem.error
    for problem in result.base_errors:
        raise problem.error
    resource.staged.sort(key=lambda staged: staged.row)
    return resource
