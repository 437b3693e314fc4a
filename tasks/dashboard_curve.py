"""The curve of completion against the plan's pace, month by month, with today between the months.

Plan pace is the share of all assignments whose deadline has passed; completion the share signed off, by the
day of handing in. Both are of the same total (with those that have no deadline), so they can be compared.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any, NamedTuple

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lib import formats
from lib.periods import last_day

from .counts import NEVER
from .dashboard import Scope, totals
from .dashboard_matrix import CLOSED, Links
from .models import AssignmentCount, Plan

Lot = AssignmentCount.Lot


class Point(NamedTuple):
    """The state at the end of a day; `x` counts months from January, `done` is None in the future."""

    day: datetime.date
    x: float
    is_today: bool
    due: int
    done: int | None
    total: int

    @property
    def plan_percent(self) -> float:
        """Plan pace."""
        return round(100 * self.due / self.total, 1) if self.total else 0.0

    @property
    def real_percent(self) -> float | None:
        """Completion; None in the future."""
        if self.done is None:
            return None
        return round(100 * self.done / self.total, 1) if self.total else 0.0


def curve_of(scope: Scope, plan: Plan, today: datetime.date) -> list[Point]:
    """The points in their order, in one query; empty where nothing is to be done."""
    rows = totals(scope, plan).order_by().values_list("due_on", "done_month").annotate(n=Sum("number"))
    due: Counter[datetime.date] = Counter()
    done: Counter[int] = Counter()
    for due_on, month, number in rows:
        due[due_on] += number
        done[month] += number
    total = due.total()
    if total <= 0:
        return []

    def passed(day: datetime.date) -> int:
        return sum(number for due_on, number in due.items() if due_on <= day and due_on < NEVER)

    def closed(month: int) -> int:
        return sum(number for key, number in done.items() if 0 < key <= month)

    points = []
    for month in range(_first_month(plan), 13):
        day = last_day(plan.year, month) if month else datetime.date(plan.year - 1, 12, 31)
        if day != today:
            points.append(Point(day, month, False, passed(day), closed(month) if day < today else None, total))
    # Today: what is due today is not late yet, so its deadline has not passed.
    now = Point(today, _x(plan, today), True, passed(today - datetime.timedelta(days=1)), total - done[0], total)
    before_start = points and today < points[0].day
    return points if before_start else sorted([*points, now], key=lambda point: (point.x, point.day))


def _first_month(plan: Plan) -> int:
    """The month before the plan's: the curve begins at nought on its last day."""
    return plan.issued_on.month - 1 if plan.issued_on.year == plan.year else 0


def _x(plan: Plan, day: datetime.date) -> float:
    """Months since January; a day after the plan year stands half a month behind its end."""
    if day.year > plan.year:
        return 12.5
    return round(day.month - 1 + day.day / last_day(day.year, day.month).day, 3)


class CurveRow(NamedTuple):
    """One line of the table under the curve. Numbers are words, the rest addresses."""

    day: str
    is_today: bool
    due: str
    due_href: str
    plan: str
    done: str
    done_href: str
    real: str


def curve_rows(points: list[Point], scope: Scope, links: Links, year: int) -> list[CurveRow]:
    """The same figures for reading; every number leads to its rows."""
    found = []
    for point in points:
        passed = point.day - datetime.timedelta(days=1) if point.is_today else point.day
        until: dict[str, object] = {"signal": CLOSED} if point.is_today else {"done_to": point.day}
        known = point.done is not None
        found.append(
            CurveRow(
                formats.short_day(point.day, year),
                point.is_today,
                formats.number(point.due),
                links.ledger(scope.query, due_to=passed),
                f"{formats.number(point.plan_percent)}%",
                formats.number(point.done),
                links.ledger(scope.query, **until) if known else "",
                f"{formats.number(point.real_percent)}%" if known else "",
            )
        )
    return found


def chart_of(points: list[Point], rows: list[CurveRow]) -> dict[str, Any]:
    """What the script draws, without a word of its own."""
    return {
        "points": [
            {"x": p.x, "day": r.day, "plan": p.plan_percent, "real": p.real_percent, "today": p.is_today,
             "due_href": r.due_href, "done_href": r.done_href}
            for p, r in zip(points, rows, strict=True)
        ],
        "months": [formats.month(number) for number in range(1, 13)],
        "words": {"plan": pgettext("pace", "Plan"), "real": _("Done"), "today": _("Today")},
    }  # fmt: skip


def curve_words(rows: list[CurveRow]) -> str:
    """Today's two figures in a sentence; an empty string where today is not on the curve."""
    now = next((row for row in rows if row.is_today), None)
    if now is None:
        return ""
    return _("On %(day)s: plan %(plan)s, done %(real)s") % {"day": now.day, "plan": now.plan, "real": now.real}
