"""What Celery calls, and this floor's own housekeeping."""

from __future__ import annotations

import datetime
import logging

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from audit import seals
from audit.models import Verification
from audit.verify import verify

from . import runner, work_runner
from .models import ScheduledSlot, Work
from .schedule import Missed, discover, job
from .work import discover as discover_work
from .work import ring

log = logging.getLogger(__name__)
KEPT = datetime.timedelta(days=60)


@shared_task(name="background.sweep")
def sweep() -> None:
    """Rings for every slot that is due or was forgotten; a ring that came to nothing is repeated next minute."""
    waiting = runner.plan_due(discover(), timezone.now())
    for slot in waiting:
        run_slot.apply_async((slot.pk,), expires=50)
    ordered = work_runner.waiting(timezone.now())
    for row in ordered:
        ring(row.pk)
    log.info("rang for %s slots and %s pieces of work", len(waiting), len(ordered))


@shared_task(name="background.run_slot")
def run_slot(pk: int) -> None:
    """Runs one slot, unless somebody has it already."""
    slot = ScheduledSlot.objects.get(pk=pk)
    ran = runner.run(discover().jobs[slot.job], slot, timezone.now())
    log.info("slot %s: %s", slot, "ran here" if ran else "is taken")


@shared_task(name="background.run_work")
def run_work(pk: int) -> None:
    """Does one piece of ordered work, unless somebody has it already."""
    row = Work.objects.get(pk=pk)
    ran = work_runner.run(discover_work(), row, timezone.now())
    log.info("work %s: %s", row, "ran here" if ran else "is taken")


@job("background.housekeeping", at="10 3 * * *", missed=Missed.LATEST)
def housekeeping(*, slot: datetime.datetime) -> str:
    """Removes ended sessions and slots that nobody will ask about any more."""
    call_command("clearsessions")
    removed, _ = ScheduledSlot.objects.filter(slot__lt=slot - KEPT, finished_at__isnull=False).delete()
    works, _ = Work.objects.filter(finished_at__lt=slot - KEPT).delete()
    return f"sessions cleared, {removed} old slots and {works} finished pieces of work removed"


@job("audit.seal", at="*/10 * * * *", missed=Missed.LATEST)
def seal_record(*, slot: datetime.datetime) -> str:
    """Seals what was recorded since the last seal."""
    return f"{seals.seal_all(at=timezone.now())} entries sealed"


@job("audit.verify", at="40 3 * * *", missed=Missed.LATEST, lease=datetime.timedelta(hours=2))
def verify_record(*, slot: datetime.datetime) -> str:
    """Seals, then walks the whole record; a broken one is an error in the log and stands on the record's page."""
    seals.seal_all(at=timezone.now())
    outcome = verify()
    Verification.keep(outcome, timezone.now())
    if not outcome.intact:
        log.error("the audit record is broken in %s places, the first: %s", outcome.number, outcome.findings[0])
    return f"{outcome.entries} entries, {outcome.number} broken, seal {outcome.seals} {outcome.last_seal}"
