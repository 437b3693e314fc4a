"""Compiling in the background: order it, do it piece by piece, stop it."""

from __future__ import annotations

import datetime
import logging
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit.record import record
from background import bell
from reports.models import CompileRun
from reports.quarters import Quarter, refuse_unready
from reports.states import RunState
from tasks.models import Plan

from .compile import Outcome, compile_quarter

if TYPE_CHECKING:
    from organizations.models import User

log = logging.getLogger(__name__)
LEASE = datetime.timedelta(minutes=3)  # of silence, then another process may take over
ATTEMPTS = 3


class _StoppedError(Exception):
    """Somebody asked for it, or another process has taken over."""


def order(
    *, plan: Plan, quarter: Quarter, by: User | None, at: datetime.datetime, today: datetime.date
) -> tuple[CompileRun, bool]:
    """The order to compile a quarter and whether it is new: while one is under way there is no second.

    Raises ValidationError for a quarter that cannot be reported.
    """
    refuse_unready(plan, quarter, today)
    running = CompileRun.objects.unfinished().filter(plan=plan, quarter=quarter.number)
    found = running.first()
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            made = CompileRun.objects.create(plan=plan, quarter=quarter.number, by=by, at=at, today=today)
            record("report.compile", made, by=by, at=at, scope_id=plan.issuer_id, after={"quarter": quarter.key})
            bell.ring("reports.compile_ordered")
    except IntegrityError:
        return running.get(), False
    return made, True


def work(run: CompileRun, *, now: Callable[[], datetime.datetime], at: Callable[[], datetime.datetime]) -> bool:
    """Claims the order and does it; False where another process has it. `now` is the wall's time, `at` the record's."""
    if not run.claim(at=now(), lease=LEASE):
        return False

    def watch(done: int, total: int, outcome: Outcome) -> bool:
        if not run.settle(done=done, total=total, lease_until=now() + LEASE, **outcome._asdict()):
            raise _StoppedError
        if done < total and CompileRun.objects.filter(pk=run.pk, stop_asked=True).exists():
            run.settle(state=RunState.CANCELLED, finished_at=now())
            raise _StoppedError
        return True

    try:
        compile_quarter(plan=run.plan, quarter=run.period, by=run.by, at=at(), today=run.today, watch=watch)
    except _StoppedError:
        return True
    except ValidationError as error:
        run.settle(state=RunState.FAILED, finished_at=now(), error=" ".join(error.messages))
        return True
    except Exception as error:
        log.exception("compilation failed: %s (attempt %s of %s)", run, run.attempts, ATTEMPTS)
        text = f"{type(error).__name__}: {error}\n\n{traceback.format_exc(limit=-6)}"[:8000]
        if run.attempts >= ATTEMPTS:
            run.settle(state=RunState.FAILED, finished_at=now(), error=text)
        else:
            run.settle(lease_until=now(), error=text)
        return True
    run.settle(state=RunState.DONE, finished_at=now())
    return True


def sweep(*, now: Callable[[], datetime.datetime], at: Callable[[], datetime.datetime]) -> int:
    """Does whatever was ordered and waits; returns how many ran here."""
    dead = CompileRun.objects.free(now()).filter(attempts__gte=ATTEMPTS)
    dead.update(state=RunState.FAILED, finished_at=now(), error="the process ended in mid-job")
    waiting = CompileRun.objects.free(now()).select_related("plan__issuer", "by").order_by("at", "id")
    return sum(work(run, now=now, at=at) for run in waiting)


@transaction.atomic
def stop(*, run: CompileRun, by: User, at: datetime.datetime, now: datetime.datetime) -> bool:
    """Asks for the end: at once where nobody holds it, otherwise after the chunk in hand. False if it has ended.

    What was written so far stays: each report is whole.
    """
    asked = CompileRun.objects.unfinished().filter(pk=run.pk).update(stop_asked=True)
    if not asked:
        return False
    CompileRun.objects.free(now).filter(pk=run.pk).update(state=RunState.CANCELLED, finished_at=now)
    record("report.compile_stop", run, by=by, at=at, scope_id=run.plan.issuer_id)
    return True
