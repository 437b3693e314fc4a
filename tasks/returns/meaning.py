"""Which assignment a row of a return means: by the signed identification where it holds, by number and period
otherwise. A row that could mean two is asked back, never guessed."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from typing import NamedTuple

from organizations.models import Organization
from tasks.imports.cells import squeezed
from tasks.models import Assignment, Plan, Task
from tasks.workbooks import phrases
from tasks.workbooks.identity import Identity

from .read import Fault, Line

_ALIKE = 0.5  # titles less alike than this are two tasks


class Meant(NamedTuple):
    """The assignment, or why none."""

    assignment: Assignment | None
    faults: list[Fault]


class Meanings:
    """The assignments of one unit under one plan, to be found by the rows of its return. Two queries."""

    def __init__(self, plan: Plan, organization: Organization, quarter: str, identity: Identity | None) -> None:
        self.quarter = quarter
        rows = Assignment.objects.of_plan(plan).owed_by(organization).standing()
        self._by_key = {
            one.pk: one for one in rows.select_related("task__origin", "organization", "work_point", "plan")
        }
        self._by_number: dict[str, list[Assignment]] = defaultdict(list)
        for one in self._by_key.values():
            self._by_number[one.task.number].append(one)
        self._numbers = set(Task.objects.filter(plan=plan).current().order_by().values_list("number", flat=True))
        self._told: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        if identity and identity.plan == plan.pk and identity.organization == organization.pk:
            for row, key, number, period in identity.rows:
                self._told[number].append((row, key, period))

    def of(self, line: Line) -> Meant:
        """What the row means."""
        found = self._identified(line) or self._by_words(line)
        if isinstance(found, Fault):
            return Meant(None, [found])
        title = found.task.title
        if line.title and not _alike(line.title, title):
            return Meant(None, [Fault("title_differs", "title", line.title, {"title": title})])
        return Meant(found, [])

    def _identified(self, line: Line) -> Assignment | None:
        told = self._told.get(line.number, [])
        if len(told) > 1:
            told = [one for one in told if phrases.period(one[2]) == line.period] or told
        if len(told) > 1:
            told = [one for one in told if one[0] == line.row]
        return self._by_key.get(told[0][1]) if len(told) == 1 else None

    def _by_words(self, line: Line) -> Assignment | Fault:
        if not line.number:
            return Fault("number_missing", "number", None)
        rows = self._by_number.get(line.number, [])
        if not rows:
            code = "not_assigned" if line.number in self._numbers else "number_unknown"
            return Fault(code, "number", line.number)
        if len({one.task_id for one in rows}) > 1 and line.title:
            rows = [one for one in rows if squeezed(one.task.title) == squeezed(line.title)] or [
                one for one in rows if _alike(line.title, one.task.title)
            ]
        if len({one.task_id for one in rows}) != 1:
            return Fault("number_ambiguous", "number", line.number)
        return self._of_period(rows, line)

    def _of_period(self, rows: list[Assignment], line: Line) -> Assignment | Fault:
        """The one of the period that the row names, or that the return is about: of months the last in the quarter."""
        if line.period:
            named = [one for one in rows if phrases.period(one.period) == re.sub(r"\s", "", line.period)]
            if named:
                return named[0]
        if len(rows) == 1:
            return rows[0]
        inside = [one for one in rows if _within(one.period, self.quarter)]
        if inside:
            return max(inside, key=lambda one: one.period)
        return Fault("period_missing", "number", line.number, {"quarter": self.quarter})


def _within(period: str, quarter: str) -> bool:
    """Whether a period is the quarter, or a month in it."""
    if "-" in period and quarter:
        year, month = period.split("-")
        return quarter == f"{year}Q{(int(month) - 1) // 3 + 1}"
    return bool(quarter) and period == quarter


def _alike(left: str, right: str) -> bool:
    a, b = squeezed(left), squeezed(right)
    return a in b or b in a or difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE
