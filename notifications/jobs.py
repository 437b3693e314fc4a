"""What runs by itself: the daily planning, and the delivery of what waits."""

from __future__ import annotations

import datetime
import logging

from celery import shared_task

from background.said import Part, Said
from background.schedule import Missed, job
from lib import clock

from . import delivery, planner
from .bell import DELIVER
from .calendar import calendar

log = logging.getLogger(__name__)


@shared_task(name=DELIVER)
def deliver() -> None:
    """Rung after a commit that left mail waiting."""
    log.info("mail: %s", delivery.deliver_waiting())


@job("notifications.remind", at="30 7 * * *", missed=Missed.LATEST)
def remind(*, slot: datetime.datetime) -> str:
    """The ladder of the day, with what was missed before it."""
    done = planner.plan_all(on=clock.pinned() or slot.date(), at=clock.now(), calendar=calendar())
    parts: list[Part] = []
    for city, planned in done.items():
        parts += [(f"; {city}: " if parts else f"{city}: ", None), *planned.parts]
    return Said.of(parts)


@job("notifications.sweep", at="* * * * *", missed=Missed.LATEST, lease=datetime.timedelta(minutes=6))
def sweep(*, slot: datetime.datetime) -> str:
    """Sends what waits, also where no ring was heard."""
    done = delivery.deliver_waiting()
    return Said(delivery.SUM, **done._asdict())
