"""What Celery and run_jobs call on this floor."""

from __future__ import annotations

import datetime

from celery import shared_task
from django.utils import timezone

from background.schedule import Missed, errand, job
from lib import clock
from tasks.models import Plan

from .actions import runs, scheduled


@shared_task(name="reports.compile_ordered")
def compile_ordered() -> None:
    """Rung by an order; the row in the database decides who does it."""
    do_orders()


@errand("reports.compile_ordered")
def do_orders() -> int:
    """Does what was ordered and waits."""
    return runs.sweep(now=timezone.now, at=clock.now)


@job("reports.sweep", at="* * * * *", missed=Missed.SKIP)
def sweep(*, slot: datetime.datetime) -> str:
    """Finds orders whose ring was lost or whose process died."""
    return f"{do_orders()} compilations"


@job("reports.compile", at="20 6 1-10 1,4,7,10 *", missed=Missed.LATEST)
def compile_reports(*, slot: datetime.datetime) -> str:
    """On the first working days after a quarter: orders its reports, for every plan that has such a quarter."""
    made = scheduled.order_due(plans=Plan.objects.select_related("issuer"), at=clock.now(), today=clock.today())
    return f"{made} compilations ordered"
