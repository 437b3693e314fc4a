"""What a unit's return says, row by row, and what it would log; nothing is written here."""

from __future__ import annotations

import datetime
import difflib
import hashlib
import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce

from lib import periods
from lib.sheets.read import Cell, read_workbook
from organizations.models import Organization
from tasks import entry_rules
from tasks.models import Assignment, ImportBatch, Plan, ProgressEntry, Task
from tasks.states import UNIT_ACTS

from . import cells
from .faults import CellError
from .layout import Choices, Known, Table, find_table
from .return_keys import entry_key
from .return_layout import RETURN, Paper, paper_of
from .return_values import read_values

_ALIKE = 0.5  # wordings that have less in common than this are two tasks
NEW, REPEATED, BLANK, REFUSED = "new", "repeated", "blank", "refused"


class Line(NamedTuple):
    """A row of the return: its values as the command prints them, and what it comes to.

    verdict: new (an entry would be logged), repeated (this very row was logged before), blank (nothing filled in),
    refused. `added` is what the entry adds to the sum, `percent` None where the rate follows from the target.
    """

    row: int
    verdict: str
    values: dict[str, Any]
    errors: list[CellError]
    assignment: Assignment | None = None
    added: Decimal = Decimal(0)
    percent: int | None = None
    key: uuid.UUID | None = None

    @property
    def taken(self) -> bool:
        """False where the row as a whole was refused; a wrong rate alone leaves the rest."""
        return self.verdict != REFUSED


class Return(NamedTuple):
    """A return as read, ready to be shown and to be written by actions.returns."""

    name: str
    sha256: str
    plan: Plan
    organization: Organization
    quarter: str
    happened_on: datetime.date
    table: Table
    paper: Paper
    lines: list[Line]
    base: str | None

    @property
    def errors(self) -> list[tuple[Line, CellError]]:
        return [(line, error) for line in self.lines for error in line.errors]

    def as_json(self) -> dict[str, Any]:
        """In the format of samples/README.md."""
        labels = self.table.labels
        return {
            "file": self.name,
            "sheet": self.table.sheet or None,
            "header_rows": self.table.header_rows,
            "rows": [{"row": line.row, **line.values} for line in self.lines if line.taken],
            "skipped_rows": self.table.skipped,
            "errors": [
                {"row": line.row, "column": labels.get(e.field or "", e.field), "code": e.code, "value": e.value}
                for line, e in self.errors
            ],
            "base": self.base,
            "period": self.quarter,
            "department": self.organization.name,
        }


def quarter_days(quarter: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of 2017Q2; ValueError for anything else."""
    found = re.fullmatch(r"(20\d\d)[Qq]([1-4])", quarter)
    if found is None:
        raise ValueError(quarter)
    year, number = int(found[1]), int(found[2])
    return datetime.date(year, 3 * number - 2, 1), periods.last_day(year, 3 * number)


def read_return(
    path: Path, *, name: str, plan: Plan, organization: Organization, quarter: str, today: datetime.date,
    choices: Choices | None = None,
) -> Return:  # fmt: skip
    """Reads a file against the plan; raises UnreadableFileError. The same file gives the same keys every time."""
    sheets = read_workbook(path)
    table = find_table(sheets, Known(choices=choices or {}), RETURN)
    sheet = next(sheet for sheet in sheets if sheet.name == table.sheet)
    last = quarter_days(quarter)[1]
    judge = _Judge(plan, organization, quarter, min(last, today), today)
    lines = judge.lines(table)
    base = ImportBatch.objects.filter(pk=judge.origin).values_list("name", flat=True).first() if judge.origin else None
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    paper = paper_of(sheet, table.header_rows, table.skipped)
    return Return(name, digest, plan, organization, quarter, min(last, today), table, paper, lines, base)


class _Judge:
    """Finds the task and the assignment that a row means, and says what the row would do to it."""

    def __init__(
        self, plan: Plan, organization: Organization, quarter: str, day: datetime.date, today: datetime.date
    ) -> None:
        self.plan, self.organization, self.quarter, self.day, self.today = plan, organization, quarter, day, today
        self.origin: int | None = None
        self._tasks: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._owed: dict[int, list[Assignment]] = defaultdict(list)
        self._logged: set[tuple[int, uuid.UUID]] = set()
        self._first: dict[int, int] = {}

    def lines(self, table: Table) -> list[Line]:
        self._load([cells.number(row.cells.get("number")) for row in table.rows], table)
        return [self._line(row.number, row.cells) for row in table.rows]

    def _load(self, numbers: list[str], table: Table) -> None:
        """Everything the rows may mean, in four queries."""
        origin = Coalesce("origin__base", F("origin"))
        for task in (
            Task.objects.filter(plan=self.plan)
            .current()
            .annotate(list=origin)
            .order_by("position", "pk")
            .values("pk", "number", "title", "list")
        ):
            self._tasks[task["number"]].append(dict(task))
        owed = Assignment.objects.filter(plan=self.plan, organization=self.organization)
        for assignment in owed.select_related("task", "plan").order_by("starts_on", "due_on", "pk"):
            self._owed[assignment.task_id].append(assignment)
        keys = ProgressEntry.objects.filter(plan=self.plan, assignment__organization=self.organization)
        self._logged = set(keys.values_list("assignment", "request_key"))
        hits: Counter[int] = Counter()
        for row in table.rows:
            title = cells.squeezed(cells.text(row.cells.get("title")))
            for known in self._tasks.get(cells.number(row.cells.get("number")), ()):
                if known["list"]:
                    hits[known["list"]] += 2 if cells.squeezed(known["title"]) == title else known["pk"] in self._owed
        self.origin = hits.most_common(1)[0][0] if hits else None

    def _line(self, row: int, found: Mapping[str, Cell]) -> Line:
        values, errors = read_values(found)
        try:
            task = self._task(values["number"] or "", cells.text(found.get("title")))
            self._once(task, row, values["number"])
        except CellError as error:
            return Line(row, REFUSED, values, [error])
        filled = [values[field] for field in ("progress", "completed", "rate", "problems", "next_steps", "done")]
        if all(value is None for value in filled):
            return Line(row, BLANK, values, errors)
        owed = self._owed.get(task["pk"], [])
        if not owed:
            return Line(row, REFUSED, values, [*errors, CellError("not_assigned", values["number"], "number")])
        try:
            one = self._period(owed)
        except CellError as error:
            return Line(row, REFUSED, values, [*errors, error])
        return self._entry(row, values, errors, one)

    def _once(self, task: dict[str, Any], row: int, number: str | None) -> None:
        first = self._first.setdefault(task["pk"], row)
        if first != row:
            raise CellError("number_duplicate", number, "number", row=first)

    def _task(self, number: str, title: str) -> dict[str, Any]:
        """By number, among several lists by wording; a number whose task reads quite differently is refused."""
        wanted = cells.squeezed(title)
        if not number:
            every = [task for tasks in self._tasks.values() for task in tasks]
            same = [task for task in every if cells.squeezed(task["title"]) == wanted]
            if len(same) == 1:
                return same[0]
            raise CellError("number_missing", None, "number")
        candidates = self._tasks.get(number, [])
        if not candidates:
            raise CellError("number_unknown", number, "number")

        def rank(task: dict[str, Any]) -> tuple[bool, bool, bool]:
            return cells.squeezed(task["title"]) == wanted, task["pk"] in self._owed, task["list"] == self.origin

        best = max(candidates, key=rank)
        alike = difflib.SequenceMatcher(None, cells.squeezed(best["title"]), wanted, False).ratio() if wanted else 1.0
        if alike < _ALIKE:
            raise CellError("title_differs", title[:80], "title", number=number, title=best["title"])
        return best

    def _period(self, owed: list[Assignment]) -> Assignment:
        """The assignment of the quarter: its own period, the last month in it, otherwise the one of the year."""
        first, last = quarter_days(self.quarter)
        months = {f"{first.year}-{month:02}" for month in range(first.month, last.month + 1)}
        within = [one for one in owed if one.period == self.quarter or one.period in months]
        whole = [one for one in owed if one.period == str(first.year)]
        if not within and not whole:
            raise CellError("not_assigned", owed[0].task.number, "number")
        return (within or whole)[-1]

    def _entry(self, row: int, values: dict[str, Any], errors: list[CellError], one: Assignment) -> Line:
        key = entry_key(one.pk, self.quarter, values)
        if (one.pk, key) in self._logged:
            return Line(row, REPEATED, values, errors, one, key=key)
        refused = self._refusals(values, one)
        if refused:
            return Line(row, REFUSED, values, [*errors, *refused], one)
        added = Decimal(0) if values["completed"] is None else Decimal(str(values["completed"])) - one.quantity
        return Line(row, NEW, values, errors, one, added, _percent(values["rate"]), key)

    def _refusals(self, values: dict[str, Any], one: Assignment) -> list[CellError]:
        """What the rules of an entry say against the row, each at its column."""
        if one.state not in UNIT_ACTS:
            return [CellError("not_open", str(one.get_state_display()), "number")]
        if not values["progress"]:
            return [CellError("progress_missing", None, "progress")]
        completed = values["completed"]
        if completed is not None and Decimal(str(completed)) < one.quantity:
            return [CellError("completed_decreases", str(completed), "completed", known=str(cells.plain(one.quantity)))]
        added = Decimal(0) if completed is None else Decimal(str(completed)) - one.quantity
        percent = entry_rules.percent_after(one, added, _percent(values["rate"]))
        faults = entry_rules.faults(one, today=self.today, happened_on=self.day, quantity=added, percent=percent)
        fields = {"quantity": "completed", "percent": "rate", "happened_on": "number"}
        shown = {"quantity": completed, "percent": values["rate"], "happened_on": self.day.isoformat()}
        return [
            CellError("rule", "" if shown[name] is None else str(shown[name]), fields[name], said=said)
            for name, said in faults.items()
        ]


def _percent(rate: float | None) -> int | None:
    """A whole percentage; only a full hundred becomes 100."""
    if rate is None:
        return None
    return 100 if rate >= 100 else min(99, max(0, int(Decimal(str(rate)).quantize(Decimal(1), "ROUND_HALF_UP"))))
