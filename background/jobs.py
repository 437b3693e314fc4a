"""What Celery calls, and this floor's own housekeeping."""

from __future__ import annotations

import datetime
import logging

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext_noop

from audit import seals
from audit.models import Verification
from audit.verify import verify

from . import runner, work_runner
from .models import ScheduledSlot, Work
from .said import Said
from .schedule import Missed, discover, job
from .work import discover as discover_work
from .work import ring

log = logging.getLogger(__name__)
KEPT = datetime.timedelta(days=60)
KEPT_OF_BUSY = datetime.timedelta(days=1)


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
    ended = ScheduledSlot.objects.filter(finished_at__isnull=False)
    removed, _ = ended.filter(slot__lt=slot - KEPT).delete()
    usual = ended.filter(job__in=_busy(slot), error="").exclude(outcome=ScheduledSlot.Outcome.FAILED)
    removed += usual.filter(slot__lt=slot - KEPT_OF_BUSY).delete()[0]
    works, _ = Work.objects.filter(finished_at__lt=slot - KEPT).delete()
    text = gettext_noop("sessions cleared, %(slots)s old slots and %(works)s finished pieces of work removed")
    return Said(text, slots=removed, works=works)


def _busy(at: datetime.datetime) -> list[str]:
    """The jobs that run several times an hour: nobody asks about yesterday's rounds, unless one went wrong."""
    hour = at + datetime.timedelta(hours=1)
    return [name for name, one in discover().jobs.items() if len(list(one.at.between(at, hour, runner.zone()))) > 1]


@job("audit.seal", at="*/10 * * * *", missed=Missed.LATEST)
def seal_record(*, slot: datetime.datetime) -> str:
    """Seals what was recorded since the last seal."""
    return Said(gettext_noop("%(n)s entries sealed"), n=seals.seal_all(at=timezone.now()))


@job("audit.verify", at="40 3 * * *", missed=Missed.LATEST, lease=datetime.timedelta(hours=2))
def verify_record(*, slot: datetime.datetime) -> str:
    """Seals, then walks the whole record; a broken one is an error in the log and stands on the record's page."""
    seals.seal_all(at=timezone.now())
    outcome = verify()
    Verification.keep(outcome, timezone.now())
    if not outcome.intact:
        log.error("the audit record is broken in %s places, the first: %s", outcome.number, outcome.findings[0])
    text = gettext_noop("%(entries)s entries, %(broken)s broken, seal %(seals)s %(last)s")
    numbers = {"entries": outcome.entries, "broken": outcome.number, "seals": outcome.seals}
    return Said(text, **numbers, last=outcome.last_seal)
