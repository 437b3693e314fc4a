"""What Celery calls, and this floor's own housekeeping."""

from __future__ import annotations

import datetime
import logging

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from . import runner
from .models import ScheduledSlot
from .schedule import Missed, discover, job

log = logging.getLogger(__name__)
KEPT = datetime.timedelta(days=60)


@shared_task(name="background.sweep")
def sweep() -> None:
    """Rings for every slot that is due or was forgotten; a ring that came to nothing is repeated next minute."""
    waiting = runner.plan_due(discover(), timezone.now())
    for slot in waiting:
        run_slot.apply_async((slot.pk,), expires=50)
    log.info("rang for %s slots", len(waiting))


@shared_task(name="background.run_slot")
def run_slot(pk: int) -> None:
    """Runs one slot, unless somebody has it already."""
    slot = ScheduledSlot.objects.get(pk=pk)
    ran = runner.run(discover().jobs[slot.job], slot, timezone.now())
    log.info("slot %s: %s", slot, "ran here" if ran else "is taken")


@job("background.housekeeping", at="10 3 * * *", missed=Missed.LATEST)
def housekeeping(*, slot: datetime.datetime) -> str:
    """Removes ended sessions and slots that nobody will ask about any more."""
    call_command("clearsessions")
    removed, _ = ScheduledSlot.objects.filter(slot__lt=slot - KEPT, finished_at__isnull=False).delete()
    return f"sessions cleared, {removed} old slots removed"
