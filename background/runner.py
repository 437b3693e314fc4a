"""Plans the slots that are due, claims them, runs them. The same for `run_jobs` and for Celery.

The database is the truth: a slot is a row before anybody rings for it, so a lost message or a killed
process only means that the next sweep finds the row still unfinished.
"""

from __future__ import annotations

import datetime
import logging
import traceback
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from .models import ScheduledSlot
from .said import Said
from .schedule import Job, Missed, Schedule

log = logging.getLogger(__name__)
LOOK_BACK = datetime.timedelta(days=31)  # older than this is not made up for
GRACE = datetime.timedelta(minutes=5)  # so late is not missed yet
PAUSE = datetime.timedelta(minutes=5)  # before a failed attempt is repeated, times the attempts so far
Outcome = ScheduledSlot.Outcome
Moment = datetime.datetime


def zone() -> ZoneInfo:
    """The zone in which the schedule is written."""
    return ZoneInfo(settings.TIME_ZONE)


def plan_due(schedule: Schedule, at: datetime.datetime) -> list[ScheduledSlot]:
    """Makes rows of what fell due since the last sweep; returns all that wait for somebody, oldest first."""
    for job in schedule.jobs.values():
        _plan(job, at)
    return list(ScheduledSlot.objects.free(at).filter(slot__lte=at, job__in=schedule.jobs))


def _plan(job: Job, at: datetime.datetime) -> None:
    # Claimed as often as allowed and free again: each attempt took its process down with it.
    dead = ScheduledSlot.objects.of(job.name).free(at).filter(attempts__gte=job.attempts)
    dead.update(finished_at=at, outcome=Outcome.FAILED, result="the process ended in mid-job")
    latest = job.at.latest(at, zone())
    if latest is None:
        return
    slots = ScheduledSlot.objects.of(job.name)
    last = slots.order_by("-slot").values_list("slot", flat=True).first()
    if last is not None and last >= latest:
        return
    if last is None:
        # First seen: what lies before the job existed was not missed.
        _add(job, [latest], skipped_at=None if at - latest <= GRACE else at, why="the job was new")
    elif job.missed is Missed.ALL:
        _add(job, list(job.at.between(max(last, at - LOOK_BACK), at, zone())))
    elif job.missed is Missed.SKIP and at - latest > GRACE:
        _add(job, [latest], skipped_at=at, why="missed")
    else:
        _add(job, [latest])
    if job.missed is not Missed.ALL:
        overtaken = slots.free(at).filter(slot__lt=latest)
        overtaken.update(finished_at=at, outcome=Outcome.SKIPPED, result="a later slot was due")


def _add(
    job: Job, moments: list[datetime.datetime], skipped_at: datetime.datetime | None = None, why: str = ""
) -> None:
    """Adds rows; those that another process has added meanwhile stay as they are."""
    ended = {"finished_at": skipped_at, "outcome": Outcome.SKIPPED, "result": why} if skipped_at else {}
    rows = [ScheduledSlot(job=job.name, slot=moment, **ended) for moment in moments]
    ScheduledSlot.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def run(job: Job, slot: ScheduledSlot, at: datetime.datetime) -> bool:
    """Claims and runs one slot. False where another process has it; an error is recorded, never raised."""
    if not slot.claim(at=at, lease=job.lease):
        return False
    try:
        result = job.work(slot=slot.slot.astimezone(zone())) or ""
    except Exception as error:
        log.exception("job failed: %s (attempt %s of %s)", slot, slot.attempts, job.attempts)
        text = f"{type(error).__name__}: {error}\n\n{traceback.format_exc(limit=-8)}"[:8000]
        if slot.attempts < job.attempts:
            slot.settle(error=text, lease_until=timezone.now() + PAUSE * slot.attempts)
        else:
            slot.settle(error=text, finished_at=timezone.now(), outcome=Outcome.FAILED)
        return True
    kept = result.kept if isinstance(result, Said) else result
    if not slot.settle(finished_at=timezone.now(), outcome=Outcome.DONE, result=kept):
        log.warning("job %s ended after its lease; another process has taken it over", slot)
    else:
        log.info("job %s: %s", slot, result or "done")
    return True


def sweep(schedule: Schedule, at: datetime.datetime) -> int:
    """Runs everything that is due, one after the other; returns how many ran here."""
    return sum(run(schedule.jobs[slot.job], slot, at) for slot in plan_due(schedule, at))
