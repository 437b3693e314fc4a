"""Ordering the reports of a quarter, to be compiled in the background (background.work)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction

from audit.record import record
from background.models import Work
from background.work import ask_to_stop
from background.work import order as order_work
from reports.models import QuarterlyReport
from reports.quarters import Quarter, latest_ended, refuse_unready
from tasks.models import Plan

from .compile import Tell, compile_quarter

if TYPE_CHECKING:
    from organizations.models import User

KIND = "reports.compile"
FRESH = datetime.timedelta(days=20)  # later than this after its end, a quarter is no longer drafted by itself


def orders_of(plan: Plan) -> Any:
    """The orders of a plan's quarters, latest first, as a queryset."""
    return Work.objects.filter(kind=KIND, payload__plan=plan.pk)


@transaction.atomic
def order(
    *, plan: Plan, quarter: Quarter, by: User | None, at: datetime.datetime, today: datetime.date
) -> tuple[Work, bool]:
    """The order to compile a quarter and whether it is new: while one is under way there is no second.

    Raises ValidationError for a quarter that cannot be reported.
    """
    refuse_unready(plan, quarter, today)
    key = f"{KIND}:{plan.pk}:{quarter.key}"
    running = Work.objects.unfinished().filter(key=key).first()
    if running is not None:
        return running, False
    payload = {"plan": plan.pk, "quarter": quarter.key, "today": today.isoformat()}
    made = order_work(KIND, by=by, at=at, payload=payload, key=key)
    record("report.compile", plan, by=by, at=at, scope_id=plan.issuer_id, after={"quarter": quarter.key})
    return made, True


def carry_out(payload: dict[str, Any], *, by: User | None, at: datetime.datetime, tell: Tell) -> dict[str, Any]:
    """Does what was ordered; returns how many reports were drafted, refreshed, kept."""
    plan = Plan.objects.select_related("issuer").get(pk=payload["plan"])
    today = datetime.date.fromisoformat(payload["today"])
    done = compile_quarter(
        plan=plan, quarter=Quarter.parse(payload["quarter"]), by=by, at=at, today=today, tell=tell
    )  # fmt: skip
    return done._asdict()


@transaction.atomic
def stop(*, work: Work, plan: Plan, by: User, at: datetime.datetime) -> bool:
    """Asks for the end, after the reports in hand; what was written stays, each report is whole. False if it ended."""
    if not ask_to_stop(work, at=at):
        return False
    after = {"quarter": work.payload["quarter"]}
    record("report.compile_stop", plan, by=by, at=at, scope_id=plan.issuer_id, after=after)
    return True


def order_due(*, plans: Iterable[Plan], at: datetime.datetime, today: datetime.date) -> int:
    """Orders the reports of the quarter that ended lately, once; returns how many orders were given.

    A quarter that somebody compiled or ordered already is left alone.
    """
    number = 0
    for plan in plans:
        quarter = latest_ended(plan, today)
        if quarter is None or today - quarter.ends_on > FRESH:
            continue
        tried = orders_of(plan).filter(payload__quarter=quarter.key).exclude(state=Work.State.FAILED)
        drafted = QuarterlyReport.objects.of_plan(plan).of_city().filter(quarter=quarter.number)
        if not tried.exists() and not drafted.exists():
            number += order(plan=plan, quarter=quarter, by=None, at=at, today=today)[1]
    return number
