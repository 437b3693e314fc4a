"""What the calendar orders by itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from reports.models import CompileRun, QuarterlyReport
from reports.quarters import latest_ended
from reports.states import RunState
from tasks.models import Plan

from . import runs

FRESH = datetime.timedelta(days=20)  # later than this after its end, a quarter is no longer drafted by itself


def order_due(*, plans: Iterable[Plan], at: datetime.datetime, today: datetime.date) -> int:
    """Orders the reports of the quarter that ended lately, once; returns how many orders were given.

    A quarter that somebody compiled already is left alone, and so is one whose compilation was stopped by hand.
    """
    number = 0
    for plan in plans:
        quarter = latest_ended(plan, today)
        if quarter is None or today - quarter.ends_on > FRESH:
            continue
        tried = CompileRun.objects.filter(plan=plan, quarter=quarter.number).exclude(state=RunState.FAILED)
        drafted = QuarterlyReport.objects.of_plan(plan).of_city().filter(quarter=quarter.number)
        if not tried.exists() and not drafted.exists():
            number += runs.order(plan=plan, quarter=quarter, by=None, at=at, today=today)[1]
    return number
