"""The task list as django-import-export sees it: a format that reads the workbook, a resource that judges rows.

Its `save` stages: nothing is written to the plan before the preview was confirmed (docs/decisions/0002-import.md).
`TaskResource.judged` goes through a long list row by row and keeps none; `import_data`, the library's own way, takes
each row through the same judgement and collects what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tablib
from import_export import fields, resources
from import_export.formats.base_formats import Format
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult

from lib.sheets.read import read_workbook
from tasks.models import Plan, Task

from . import cells
from .headers import FIELDS
from .judging import LABELS, Cleaner, Context, Judge, Staged, Verdict
from .layout import Choices, Known, Table, find_table
from .snapshot import PlanRow
from .table import Row
from .units import UnitReader
from .widgets import DeadlineWidget, PointWidget, StartWidget, TargetWidget, TextWidget, UnitsWidget

__all__ = ["LABELS", "Staged", "TaskListFormat", "TaskResource", "Verdict", "dataset_of", "judge"]
_RESULTS = {
    Verdict.NEW.value: RowResult.IMPORT_TYPE_NEW,
    Verdict.CHANGED.value: RowResult.IMPORT_TYPE_UPDATE,
    Verdict.UNCHANGED.value: RowResult.IMPORT_TYPE_SKIP,
    Verdict.REFUSED.value: RowResult.IMPORT_TYPE_INVALID,
}


class TaskListFormat(Format):
    """A workbook with a list of tasks, in whatever layout; one dataset row per task, columns by field.

    What the plan knows helps to understand the sheet: names of units, of work points, and what was said before
    about the columns of this layout and about names in this file.
    """

    def __init__(self, plan: Plan, choices: Choices | None = None, names: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.plan = plan
        self.units = UnitReader.for_city(plan.issuer, names)
        self.choices = choices or {}

    def get_title(self) -> str:
        return "Excel"

    def is_binary(self) -> bool:
        return True

    def get_extension(self) -> str:
        return "xlsx"

    def can_import(self) -> bool:
        return True

    def read_table(self, path: Path | str) -> Table:
        """The list of a file. Raises UnreadableFileError."""
        return find_table(read_workbook(path), self._known())

    def create_dataset(self, in_stream: Path | str) -> tablib.Dataset:
        """The dataset of a file; its `table` keeps the places. Raises UnreadableFileError."""
        return dataset_of(self.read_table(in_stream), self.units)

    def _known(self) -> Known:
        points = {cells.squeezed(point.title): point.number for point in self.plan.work_points.all()}
        return Known(points, self.units.knows, self.choices)


def dataset_of(table: Table, units: UnitReader) -> tablib.Dataset:
    """The rows of a table as the library wants them, with what belongs to them."""
    rows = []
    for row in table.rows:
        found = row.cells
        rows.append((row.number, *(found.get(field) for field in FIELDS)))
    dataset = tablib.Dataset(*rows, headers=["row", *FIELDS], title=table.sheet[:31])
    dataset.table, dataset.units = table, units
    return dataset


class Draft:
    """What the library takes for a task while a row is judged."""

    def __init__(self, pk: int | None = None) -> None:
        self.pk = pk


class PlanLoader(BaseInstanceLoader):
    """The task that a row means, from what was matched beforehand."""

    def get_instance(self, row: Any) -> Draft | None:
        found = self.resource.context.matches.found.get(row["row"])
        return Draft(found) if found else None


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
        self._judge = Judge(self.context, map(_cleaner, self.get_import_fields()))
        self._places: dict[int, Row] = {}
        self._known: dict[int, PlanRow] = {}

    def judged(self) -> Iterator[Staged]:
        """The verdict on each row of the table, in their order; none is kept."""
        self.context.match()
        return self._judge.rows(self.context.table.rows)

    def init_instance(self, row: Any = None) -> Draft:
        return Draft()

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: Any) -> None:
        """Leaves the sequence of the task table alone (the library would reset it): no task was written, and
        another import may have drawn keys from it that nobody can see yet."""

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        self.context.match()
        self._places = {row.number: row for row in self.context.table.rows}
        self._known = self.context.snapshot.rows(list(self.context.matches.found.values()))

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> RowResult:
        """What the library does with a row, less what a staged row has no use for: savepoints, copies, differences,
        a second look at each field. The cells go through the same fields and widgets."""
        task = self.context.matches.found.get(row["row"])
        known = self._known.get(task) if task else None
        staged = self._judge.row(self._places[row["row"]], known, row)
        self.staged.append(staged)
        result = RowResult()
        result.import_type = _RESULTS[staged.verdict]
        return result


def _cleaner(field: fields.Field) -> Cleaner:
    widget = field.widget
    return Cleaner(field.attribute, field.column_name, widget.clean, widget.beside, widget.repeats)


def judge(plan: Plan, dataset: tablib.Dataset) -> TaskResource:
    """Runs a dataset through the resource; its `staged` holds a verdict per row. Writes nothing."""
    resource = TaskResource(plan, dataset.table, dataset.units)
    result = resource.import_data(dataset, dry_run=False, use_transactions=False, raise_errors=False)
    for row in result.rows:
        for problem in row.errors:  # a fault of ours, not of the sheet: those are staged as refused
            raise problem.error
    for problem in result.base_errors:
        raise problem.error
    return resource
