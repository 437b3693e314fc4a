"""What the ladder said from April to September, as the daily job would have said it, written in bulk.

Each stage of each duty and each quarterly report on the first morning on which it had fallen and the unit was to
act; one digest a person and day, urgent stages apart. Most of it is read; one address bounces. The day itself is left
to the real planner.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils import timezone

from lib import bulk
from lib.workdays import Calendar
from notifications import digests, ladders, subjects
from notifications.due import Group
from notifications.models import Delivery, Ladder, Notification, Reminder, Stage
from notifications.outbox import NO_ADDRESS
from notifications.planner import plan_day, told_by
from notifications.rungs import Rung, falls_on
from organizations.models import User
from reports.models import QuarterlyReport
from reports.reminders import NUMERALS
from tasks.models import Assignment, Plan, Transition
from tasks.reminders import unit_reach
from tasks.states import UNIT_ACTS, AssignmentState

from . import DAY, LAST, dice
from .quarter import COMPILED

ONE = datetime.timedelta(days=1)
BOUNCES = "inspector-nongwei"
BOUNCED = "550 5.1.1 <inspector-nongwei@qingdao.example>: Recipient address rejected: User unknown"
WITH_UNIT = {*UNIT_ACTS, AssignmentState.WITH_HEAD}


class Owed(NamedTuple):
    """What the ladder speaks of: an assignment, or a report through all its versions."""

    subject: str
    key: int
    unit: int
    unit_name: str
    due_on: datetime.date
    what: str


class Line(NamedTuple):
    """A stage of it, said to somebody."""

    duty: Owed
    code: str
    audience: str


def write(*, plan: Plan) -> int:
    """Writes the history and plans the demo's day; returns how many stages were said. Inside a transaction."""
    ladder = ladders.ladder_of(plan.issuer)
    active = ladders.active_stages(ladder)
    reach = unit_reach(plan.issuer)
    letters: dict[tuple[datetime.date, bool, int], list[Line]] = defaultdict(list)
    for subject, said in (("assignment", _said), ("report", _said_of_reports)):
        told: dict[str, dict[int, list[tuple[int, str]]]] = {}
        for stage in active[subject]:
            told[stage.code] = defaultdict(list)
            for unit, person, audience in told_by(stage, reach, set()):
                told[stage.code][unit].append((person, audience))
        for duty, stage, day in said(plan, active[subject]):
            for person, audience in told[stage.code].get(duty.unit, ()):
                letters[day, stage.urgent, person].append(Line(duty, stage.code, audience))
    number = _write(ladder, plan, dict(sorted(letters.items())))
    today = plan_day(commission=plan.issuer, on=DAY, at=_morning(DAY), calendar=Calendar())
    return number + today.stages


def _said(plan: Plan, stages: list[Stage]) -> Iterator[tuple[Owed, Stage, datetime.date]]:
    """Each duty with each stage and the morning on which it was said, up to the day before the demo's."""
    steps: dict[int, list[tuple[datetime.date, str]]] = defaultdict(list)
    rows = Transition.objects.filter(plan=plan).order_by("on", "id")
    for key, on, target in rows.values_list("assignment_id", "on", "target"):
        steps[key].append((on, target))
    calendar = Calendar()
    falls: dict[tuple[str, datetime.date], datetime.date] = {}
    names = ("id", "organization_id", "due_on", "starts_on", "task__title", "organization__name",
             "organization__short_name")  # fmt: skip
    duties = Assignment.objects.filter(plan=plan, due_on__isnull=False).order_by("id")
    for duty in duties.values(*names):
        unit_name = duty["organization__short_name"] or duty["organization__name"]
        owed = Owed("assignment", duty["id"], duty["organization_id"], unit_name, duty["due_on"], duty["task__title"])
        begins = max(duty["starts_on"], plan.issued_on) + ONE
        for stage in stages:
            moment = (stage.code, duty["due_on"])
            if moment not in falls:
                falls[moment] = falls_on(stage.rung, duty["due_on"], calendar)
            day = _first_morning(max(begins, falls[moment]), steps.get(duty["id"], []))
            if day is not None and day <= LAST:
                yield owed, stage, day


def _said_of_reports(plan: Plan, stages: list[Stage]) -> Iterator[tuple[Owed, Stage, datetime.date]]:
    """The same of the reports, from their drafting to the day on which the first version was signed."""
    calendar = Calendar()
    rows = QuarterlyReport.objects.of_plan(plan).filter(version=1).select_related("organization", "plan")
    for report in rows.order_by("pk"):
        quarter = NUMERALS[report.quarter - 1]
        owed = Owed(
            "report", report.pk, report.organization_id, report.organization.label, report.due_on,
            f"{plan.year}年第{quarter}季度工作报告",
        )  # fmt: skip
        signed = timezone.localtime(report.signed_at).date() if report.signed_at else LAST
        for stage in stages:
            day = max(falls_on(stage.rung, report.due_on, calendar), COMPILED + ONE)
            if day <= min(signed, LAST):
                yield owed, stage, day


def _first_morning(day: datetime.date, steps: list[tuple[datetime.date, str]]) -> datetime.date | None:
    """The first morning from `day` on at which the unit was to act; None where it never was again."""
    state = AssignmentState.NOT_STARTED.value
    for on, target in steps:
        if state in WITH_UNIT and day <= on:
            return day
        state = target
        if on >= day:
            day = on + ONE
    return day if state in WITH_UNIT else None


def _morning(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(7, 30)))


def _write(ladder: Ladder, plan: Plan, letters: dict[tuple[datetime.date, bool, int], list[Line]]) -> int:
    """Messages, stage rows and deliveries."""
    addresses = dict(User.objects.filter(pk__in={person for _d, _u, person in letters}).values_list("pk", "email"))
    bad = set(User.objects.filter(username=BOUNCES).values_list("pk", flat=True))
    settled_before = _morning(DAY - 20 * ONE)
    made = bulk.insert([_message(ladder, plan, *key, lines) for key, lines in letters.items()])
    rows: list[tuple[Any, ...]] = []
    ways: list[tuple[Any, ...]] = []
    for message, ((day, _urgent, person), lines) in zip(made, letters.items(), strict=True):
        rows += (_reminder(ladder, plan, message.pk, day, person, line) for line in lines)
        ways.append((message.pk, "inbox", "sent", "", 0, "", False, message.created_at, False))
        way = _mail(addresses[person], person in bad, message.created_at)
        # The office has dealt with the older bounces.
        ways.append((message.pk, *way, way[1] == "failed" and message.created_at < settled_before))
    bulk.insert_values(
        Reminder,
        ("ladder_id", "subject", "about_type", "about_id", "plan_id", "due_on", "stage", "recipient_id",
         "notification_id", "audience", "on", "what", "unit", "link"),
        rows,
    )  # fmt: skip
    names = ("notification_id", "channel", "state", "address", "attempts", "error", "permanent", "sent_at", "settled")
    bulk.insert_values(Delivery, names, ways)
    bulk.take_stock(Notification, Reminder, Delivery)
    return len(rows)


def _message(
    ladder: Ladder, plan: Plan, day: datetime.date, urgent: bool, person: int, lines: list[Line]
) -> Notification:
    things = {line.duty[:2] for line in lines}
    over = {line.duty[:2] for line in lines if Rung.parse(line.code).severity > 0}
    what = lines[0].duty.what
    group = Group(person, urgent, len(things), len(over), len(lines), what, plan.pk)
    params: dict[str, Any] = {"on": day.isoformat(), "number": len(things), "over": len(over)}
    if len(things) == 1:
        params["what"] = group.what
    at = _morning(day)
    message = digests.message(ladder, group, params, day, at, "0")
    luck = dice("read", day, urgent, len(lines), what, lines[0].duty.unit_name)
    if luck.random() < (0.97 if (DAY - day).days > 14 else 0.6):
        message.read_at = at + datetime.timedelta(minutes=luck.randint(20, 500))
    return message


def _reminder(ladder: Ladder, plan: Plan, message: int, day: datetime.date, person: int, line: Line) -> tuple[Any, ...]:
    duty = line.duty
    subject = subjects.discover()[duty.subject]
    return (
        ladder.pk, subject.code, subject.model, duty.key, plan.pk, duty.due_on, line.code, person, message,
        line.audience, day, duty.what[:300], duty.unit_name[:120], subject.link.format(key=duty.key),
    )  # fmt: skip


def _mail(address: str, bounces: bool, at: datetime.datetime) -> tuple[Any, ...]:
    if not address:
        return ("mail", "failed", "", 0, NO_ADDRESS, True, None)
    if bounces:
        return ("mail", "failed", address, 1, BOUNCED, True, None)
    return ("mail", "sent", address, 1, "", False, at + datetime.timedelta(minutes=1))
