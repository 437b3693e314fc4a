"""Which assignment a row of a return means: by the signed identification where it holds, by number, wording and
period otherwise. A row that could mean two is asked back, never guessed."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce

from organizations.models import Organization
from tasks.imports.cells import squeezed
from tasks.imports.faults import CellError
from tasks.models import Assignment, ImportBatch, Plan, Task
from tasks.workbooks import phrases
from tasks.workbooks.identity import Identity

from .read import Line

_ALIKE = 0.5  # titles less alike than this are two tasks


class _Known(NamedTuple):
    """A task of the plan: `list` is the import by which its list came in."""

    pk: int
    title: str
    list: int | None


class Meanings:
    """The assignments of one unit under one plan, to be found by the rows of its return. Two queries.

    A plan may hold several lists that number their tasks independently; `origin` is the list (its first import)
    that most of the rows are about.
    """

    def __init__(
        self, plan: Plan, organization: Organization, quarter: str, identity: Identity | None, lines: Iterable[Line]
    ) -> None:
        self.quarter = quarter
        rows = Assignment.objects.of_plan(plan).owed_by(organization).standing().order_by("due_on", "pk")
        self._by_key = {
            one.pk: one for one in rows.select_related("task__origin", "organization", "work_point", "plan")
        }
        self._owed: dict[int, list[Assignment]] = defaultdict(list)
        for one in self._by_key.values():
            self._owed[one.task_id].append(one)
        self._tasks: dict[str, list[_Known]] = defaultdict(list)
        known = Task.objects.filter(plan=plan).current().annotate(list=Coalesce("origin__base", F("origin")))
        for number, *task in known.order_by("position", "pk").values_list("number", "pk", "title", "list"):
            self._tasks[number].append(_Known(*task))
        self._told: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        self.identified = bool(identity and identity.plan == plan.pk and identity.organization == organization.pk)
        for row, key, number, period in identity.rows if identity and self.identified else ():
            self._told[number].append((row, key, period))
        self.origin = self._list_of(lines)

    def lock(self) -> None:
        """Locks the unit's assignments in one order, so that two returns with their rows in another order wait for
        each other instead of both failing."""
        rows = Assignment.objects.filter(pk__in=list(self._by_key)).order_by("pk").select_for_update()
        list(rows.values_list("pk"))

    def _list_of(self, lines: Iterable[Line]) -> int | None:
        """By the same wording first, then by what the unit owes."""
        hits: Counter[int] = Counter()
        for line in lines:
            for task in self._tasks.get(line.number, ()):
                if task.list is not None:
                    hits[task.list] += 2 if squeezed(task.title) == squeezed(line.title) else task.pk in self._owed
        return hits.most_common(1)[0][0] if hits else None

    def base(self) -> str | None:
        """The file by which that list came in."""
        if self.origin is None:
            return None
        return ImportBatch.objects.filter(pk=self.origin).values_list("name", flat=True).first()

    def of(self, line: Line) -> Assignment:
        """What the row means; raises CellError."""
        found = self._identified(line)
        if found is None:
            task = self._task(line)
            if task.pk not in self._owed:
                raise CellError("not_assigned", line.number, "number")
            return self._of_period(self._owed[task.pk], line)
        _same(line, found.task.title)
        return found

    def check_number(self, line: Line) -> None:
        """Of a row that was left blank: whether there is such a task at all; raises CellError."""
        if not self._identified(line):
            self._task(line)

    def _identified(self, line: Line) -> Assignment | None:
        told = self._told.get(line.number, [])
        if len(told) > 1:
            told = [one for one in told if phrases.period(one[2]) == line.period] or told
        if len(told) > 1:
            told = [one for one in told if one[0] == line.row]
        return self._by_key.get(told[0][1]) if len(told) == 1 else None

    def _task(self, line: Line) -> _Known:
        """By number, among several lists by wording; without a number by the wording alone."""
        wanted = squeezed(line.title)
        if not line.number:
            every = (task for tasks in self._tasks.values() for task in tasks)
            same = [task for task in every if wanted and squeezed(task.title) == wanted]
            if len(same) == 1:
                return same[0]
            raise CellError("number_missing", None, "number")
        named = self._tasks.get(line.number, [])
        if not named:
            raise CellError("number_unknown", line.number, "number")
        for narrower in (
            lambda task: squeezed(task.title) == wanted,
            lambda task: not wanted or _alike(wanted, squeezed(task.title)),
            lambda task: task.pk in self._owed,
            lambda task: task.list == self.origin,
        ):
            named = [task for task in named if narrower(task)] or named
        _same(line, named[0].title)
        if len(named) > 1:
            raise CellError("number_ambiguous", line.number, "number")
        return named[0]

    def _of_period(self, rows: list[Assignment], line: Line) -> Assignment:
        """The one of the period that the row names, or that the return is about: of months the last in the quarter,
        otherwise that of the whole year."""
        if line.period:
            named = [one for one in rows if phrases.period(one.period) == re.sub(r"\s", "", line.period)]
            if named:
                return named[0]
        if not self.quarter:
            if len(rows) == 1:
                return rows[0]
            raise CellError("period_missing", line.number, "number")
        inside = [one for one in rows if _within(one.period, self.quarter)]
        whole = [one for one in rows if one.period == self.quarter[:4]]
        if not inside and not whole:
            raise CellError("not_in_quarter", line.number, "number")
        return max(inside or whole, key=lambda one: one.period)


def _same(line: Line, title: str) -> None:
    """Raises CellError where the row's wording is that of another task."""
    if line.title and not _alike(squeezed(line.title), squeezed(title)):
        raise CellError("title_differs", line.title[:80], "title", title=title)


def _within(period: str, quarter: str) -> bool:
    """Whether a period is the quarter, or a month in it."""
    if "-" in period:
        year, month = period.split("-")
        return quarter == f"{year}Q{(int(month) - 1) // 3 + 1}"
    return period == quarter


def _alike(a: str, b: str) -> bool:
    return a in b or b in a or difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE
