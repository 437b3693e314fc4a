"""The demo's inboxes: each stage said on its morning, nothing left over for the next day's planner."""

import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from lib.workdays import Calendar
from notifications.models import Delivery, Notification, Reminder
from notifications.planner import plan_day
from notifications.rungs import Rung, falls_on
from organizations.roles import Role
from qdsafety.demo import DAY, LAST, reminders
from tasks.models import Assignment, Transition
from tasks.states import AssignmentState
from tests import factories

D = datetime.date


@pytest.fixture
def duties(plan, city, cast):
    """An overdue one; one that was handed in over its deadline and sent back; one that was signed off in time."""
    factories.user(city.safety, Role.HEAD, email="chief@example.com")

    def make(due_on):
        return factories.assignment(factories.task(plan, due_on=due_on), city.safety)

    over, back, done = make(D(2017, 8, 31)), make(D(2017, 8, 31)), make(D(2017, 8, 31))
    log(back, D(2017, 8, 28), "submit", AssignmentState.SUBMITTED)
    log(back, D(2017, 9, 12), "send_back", AssignmentState.SENT_BACK)
    log(done, D(2017, 8, 20), "submit", AssignmentState.SUBMITTED)
    log(done, D(2017, 8, 22), "approve", AssignmentState.DONE)
    return over, back, done


def log(of, on, verb, target):
    at = timezone.make_aware(datetime.datetime.combine(on, datetime.time(15)))
    Transition.objects.create(
        plan=of.plan, assignment=of, verb=verb, source=of.state, target=target, due_on=of.due_on, on=on, at=at
    )
    Assignment.objects.filter(pk=of.pk).update(state=target)
    of.state = target


def days(of, person):
    return {row.stage: row.on for row in Reminder.objects.filter(about_id=of.pk, recipient=person)}


def test_each_stage_was_said_on_its_morning(plan, duties, cast):
    over, back, done = duties
    with transaction.atomic():
        reminders.write(plan=plan)
    said = days(over, cast.inspector)
    for code, on in said.items():
        assert on == falls_on(Rung.parse(code), over.due_on, Calendar())
    assert list(said) == ["before:30", "before:7", "before:1", "before:0", "after:1", "after:5", "after:10"]
    held = days(back, cast.inspector)
    assert held["before:7"] == D(2017, 8, 24)
    assert held["before:1"] == held["after:5"] == D(2017, 9, 13)  # the morning after it was sent back
    assert set(days(done, cast.inspector)) == {"before:30"}
    assert not Reminder.objects.filter(on__gt=DAY).exists()
    assert Reminder.objects.filter(on__lte=LAST).exists()


def test_reports_were_reminded_of_from_their_drafting_to_their_signature(plan, duties, city, cast):
    signed = factories.report(plan, city.safety, state="accepted", signer=cast.admin)
    at = timezone.make_aware(datetime.datetime(2017, 7, 12, 9))
    type(signed).objects.filter(pk=signed.pk).update(signed_at=at)
    owed = factories.report(plan, city.jiaozhou)
    with transaction.atomic():
        reminders.write(plan=plan)
    said = {row.stage: row.on for row in reports_said(signed, cast.inspector)}
    assert said == {
        "before:5": D(2017, 7, 5), "before:1": D(2017, 7, 9), "before:0": D(2017, 7, 10), "after:1": D(2017, 7, 11),
    }  # fmt: skip
    mine = {row.stage for row in reports_said(owed, cast.head)}
    assert {"after:1", "after:5", "after:10"} <= mine
    line = reports_said(owed, cast.head)[0]
    assert (line.what, line.unit, line.link) == ("2017年第二季度工作报告", "胶州市政府", f"/reports/{owed.pk}/")


def reports_said(report, person):
    return list(Reminder.objects.filter(subject="report", about_id=report.pk, recipient=person).order_by("id"))


def test_the_planner_has_nothing_to_add_and_a_second_telling_is_the_same(plan, duties, city):
    def tell():
        with transaction.atomic():
            reminders.write(plan=plan)
            again = plan_day(commission=city.commission, on=DAY, at=timezone.now(), calendar=Calendar())
            rows = list(Notification.objects.order_by("id").values_list("dedup_key", "read_at", "params", "created_at"))
            ways = list(Delivery.objects.order_by("id").values_list("channel", "state", "sent_at"))
            transaction.set_rollback(True)
        assert again.stages == 0
        return rows, ways

    assert tell() == tell()
