"""Does ordered work. The same for `run_jobs`, for Celery, and for a request that does a small piece itself."""

from __future__ import annotations

import datetime
import logging
import traceback

from django.utils import timezone

from .models import Work
from .work import Kind, Kinds, Run, StoppedError, TakenOverError

log = logging.getLogger(__name__)
PAUSE = datetime.timedelta(seconds=30)  # before a failed attempt is repeated, times the attempts so far
State = Work.State


def waiting(at: datetime.datetime) -> list[Work]:
    """What is to be done and held by nobody, oldest first."""
    return list(Work.objects.free(at).order_by("id"))


def sweep(kinds: Kinds, at: datetime.datetime) -> int:
    """Does everything that waits, one after the other; returns how many were done here."""
    return sum(run(kinds, row, at) for row in waiting(at))


def run(kinds: Kinds, row: Work, at: datetime.datetime) -> bool:
    """Claims and does one piece. False where another process has it; an error is recorded, never raised."""
    kind = kinds.by_name.get(row.kind)
    if kind is None:
        log.error("nothing here does work of the kind %s", row.kind)
        return False
    if not row.claim(at=at, lease=kind.lease):
        return False
    if row.attempts > kind.attempts:
        _settle(row, kind, State.FAILED, error=row.error or "the process ended in mid-work, each time")
        return True
    if row.stop_asked:
        _settle(row, kind, State.STOPPED)
        return True
    try:
        result = kind.function(Run(row, kind.lease)) or {}
    except StoppedError:
        _settle(row, kind, State.STOPPED)
    except TakenOverError:
        log.warning("work %s was taken over by another process", row)
    except Exception as error:
        log.exception("work failed: %s (attempt %s of %s)", row, row.attempts, kind.attempts)
        _fail(row, kind, error)
    else:
        now = timezone.now()
        done = {"done": row.total} if row.total else {}
        if not row.settle(state=State.DONE, finished_at=now, result=result, lease_until=None, **done):
            log.warning("work %s ended after its lease; another process has taken it over", row)
    return True


def _fail(row: Work, kind: Kind, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}\n\n{traceback.format_exc(limit=-8)}"[:8000]
    if row.attempts < kind.attempts:
        row.settle(error=text, state=State.QUEUED, lease_until=timezone.now() + PAUSE * row.attempts)
    else:
        _settle(row, kind, State.FAILED, error=text)


def _settle(row: Work, kind: Kind, state: str, **values: str) -> None:
    """The end without a result."""
    if row.settle(state=state, finished_at=timezone.now(), lease_until=None, **values) and kind.ended:
        kind.ended(row)
