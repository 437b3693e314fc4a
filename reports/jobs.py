"""What the background processes call on this floor."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext_noop

from background.said import Said
from background.schedule import Missed, job
from background.work import Run, work
from lib import clock
from lib.workdays import NoCalendarError
from notifications.calendar import calendar
from tasks.models import Plan

from .actions import orders


@work(orders.KIND)
def compile_ordered(run: Run) -> dict[str, Any]:
    """The reports of a quarter, as somebody or the calendar ordered them."""
    return orders.carry_out(run.payload, by=run.row.by, at=clock.now(), tell=run.tell)


def is_working_day(day: datetime.date) -> bool:
    """Whether offices work; a year without a calendar does not keep drafts from being made."""
    try:
        return calendar().works(day)
    except NoCalendarError:
        return True


@job("reports.compile", at="20 6 1-12 1,4,7,10 *", missed=Missed.LATEST)
def compile_reports(*, slot: datetime.datetime) -> str:
    """On the first working day after a quarter: orders its reports, for every plan that has such a quarter."""
    if not is_working_day(clock.today()):
        return Said(gettext_noop("no working day"))
    made = orders.order_due(plans=Plan.objects.select_related("issuer"), at=clock.now(), today=clock.today())
    return Said(gettext_noop("%(n)s compilations ordered"), n=made)
