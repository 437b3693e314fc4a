"""The assignments behind a figure, as they stood at the close of the quarter: counted anew by the same rule."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lib import formats
from lib.listing import page_of
from lib.sheets.write import Column, Sheet
from tasks.models import Assignment

from . import figure_words
from .asof import Snapshot
from .figures import KEYS, Row, selects
from .models import QuarterlyReport
from .report_page import title_of

if TYPE_CHECKING:
    from organizations.models import User


class Line(NamedTuple):
    """An assignment as it was counted."""

    number: str
    title: str
    href: str
    unit: str
    role: str
    due: str
    signal: str
    state: str


class RowsPage:
    """key, span, point of the address; nonsense shows everything that was counted.

    The report can be seen, so its figures can; an assignment's page opens only where the person may see that too.
    """

    def __init__(self, request: HttpRequest, report: QuarterlyReport, user: User) -> None:
        self.report, self.user = report, user
        asked = request.GET
        span, key, point = asked.get("span", ""), asked.get("key", ""), asked.get("point", "")
        self.span = span if span in ("total", "quarter") else "total"
        self.key = key if key in KEYS else "total"
        self.point = int(point) if point.isascii() and point.isdigit() and len(point) < 4 else 0
        self.title = title_of(report)
        self.page = page_of(request, self._found)
        self.base = reverse("report", kwargs={"pk": report.pk})

    @cached_property
    def _found(self) -> list[Row]:
        report = self.report
        only = None if report.is_city else [report.organization_id]
        rows = Snapshot(report.plan, report.period, only).rows
        found = [
            row for row in rows
            if selects(row, self.key, self.span) and (not self.point or row.point == self.point)
        ]  # fmt: skip
        return sorted(found, key=lambda row: (row.due_on or datetime.date.max, row.pk))

    @property
    def heading(self) -> str:
        """What is listed."""
        names = figure_words.names()
        span = self.report.period.label if self.span == "quarter" else _("since the plan began")
        parts = [names[self.key], span]
        if self.point:
            parts.append(_("work point %(number)s") % {"number": formats.ordinal(self.point)})
        return _(" · ").join(parts)

    @property
    def frozen(self) -> int:
        """What the report says."""
        figures = self.report.figures
        if self.point:
            points = [one for one in figures["points"] if one["number"] == self.point]
            counts: dict[str, Any] = points[0][self.span] if points else {}
        else:
            counts = figures[self.span]
        return int(counts.get(self.key, len(self._found)))

    @property
    def differs(self) -> bool:
        """Whether the count is another one by now: the plan itself was changed."""
        return self.frozen != len(self._found)

    @cached_property
    def lines(self) -> list[Line]:
        """The rows of this page."""
        rows: list[Row] = list(self.page.object_list)
        known = self._seen(rows)
        return [self._line(row, known[row.pk]) for row in rows if row.pk in known]

    @property
    def query(self) -> str:
        """The address's query of the rows that are shown."""
        return "?" + urlencode({"key": self.key, "span": self.span, "point": self.point or ""})

    def sheet(self) -> Sheet:
        """All rows that are shown, as a sheet."""
        heads = [(_("No."), 8), (_("Task"), 48), (_("Unit"), 28), (_("Role"), 12), (_("Deadline then"), 14),
                 (_("State then"), 16)]  # fmt: skip
        known = self._seen(self._found)
        lines = (self._line(row, known[row.pk]) for row in self._found if row.pk in known)
        cells = [(line.number, line.title, line.unit, line.role, line.due, line.state) for line in lines]
        return Sheet(self.heading, [Column(*head) for head in heads], cells, self.title)

    def _seen(self, rows: list[Row]) -> dict[int, Assignment]:
        seen = Assignment.objects.visible_to(self.user).filter(pk__in=[row.pk for row in rows]).for_list()
        return {one.pk: one for one in seen}

    def _line(self, row: Row, one: Assignment) -> Line:
        label = figure_words.names()[row.part]
        return Line(
            one.task.number, one.task.title, reverse("assignment", kwargs={"pk": row.pk}), one.organization.label,
            str(one.get_role_display()), formats.short_day(row.due_on, self.report.plan.year) or "–",
            figure_words.SIGNALS[row.part], label,
        )  # fmt: skip
