"""Who hears of what, and the ladder that reports climb."""

import datetime

import pytest
from django.utils import timezone

from notifications.calendar import calendar
from notifications.models import Delivery, Notification, Reminder
from notifications.planner import plan_day
from reports.actions import drafts, steps
from reports.actions.compile import compile_quarter
from reports.frozen import digest
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from tests import factories

D = datetime.date
AT = timezone.make_aware(datetime.datetime(2017, 7, 3, 9))
Q2, IN_TIME = Quarter(2017, 2), D(2017, 7, 5)


@pytest.fixture
def world(city, cast, plan):
    """Jiaozhou with an inspector beside its head; reports compiled on 3 July."""
    factories.assignment(factories.task(plan, lead=city.jiaozhou, due_on=D(2017, 6, 20)), city.jiaozhou)
    cast.jiaozhou = factories.user(city.jiaozhou, username="jiaozhou")
    compile_quarter(plan=plan, quarter=Q2, by=None, at=AT, today=D(2017, 7, 3))
    QuarterlyReport.objects.filter(organization=city.jiaozhou).update(narrative={"1": "已部署。"})
    return QuarterlyReport.objects.for_page().get(organization=city.jiaozhou)


def told(report):
    rows = Notification.objects.filter(about_type="reports.quarterlyreport", about_id=report.pk).order_by("id")
    return [(row.recipient, row.dedup_key.split(":")[2].split(".")[0], row.urgent) for row in rows]


def sign(report, by, today=IN_TIME):
    report = QuarterlyReport.objects.for_page().get(pk=report.pk)
    return steps.sign(report=report, by=by, at=AT, today=today, revision=report.revision, seen=digest(report.figures))


def test_each_step_is_told_to_whose_turn_it_is(world, cast):
    assert told(world) == [(cast.jiaozhou, "draft", False)]
    compile_quarter(plan=world.plan, quarter=Q2, by=None, at=AT, today=D(2017, 7, 4))
    assert len(told(world)) == 1  # once
    words = {"document_number": "", "narrative": {"1": "已部署，已检查。"}, "problems": "", "next_steps": ""}
    drafts.save(report=world, by=cast.jiaozhou, at=AT, revision=world.revision, ask=True, **words)
    signed = sign(world, cast.head)
    steps.give_back(report=signed, by=cast.admin, at=AT, remarks="请补充")
    assert told(world)[1:] == [
        (cast.head, "sign", False),
        (cast.admin, "handed_in", False),
        (cast.head, "returned", True),
        (cast.jiaozhou, "returned", True),
    ]
    number = len(told(world))
    again = steps.amend(report=signed, by=cast.jiaozhou, at=AT, reason="")
    accepted = steps.accept(report=sign(again, cast.head), by=cast.admin, at=AT)
    assert accepted.version == 2
    assert [(who, what) for who, what, _urgent in told(world)[number:]] == [
        (cast.admin, "handed_in"), (cast.head, "accepted"), (cast.jiaozhou, "accepted"),
    ]  # fmt: skip
    news = Notification.objects.get(recipient=cast.jiaozhou, dedup_key__contains="returned")
    assert news.link == f"/reports/{world.pk}/"
    assert Delivery.objects.filter(notification=news).exists()


def test_what_is_rolled_back_is_not_told(world, cast):
    with pytest.raises(steps.StaleReportError):
        steps.sign(report=world, by=cast.head, at=AT, today=IN_TIME, revision=999, seen="")
    assert len(told(world)) == 1


def climb(city, day):
    at = timezone.make_aware(datetime.datetime.combine(day, datetime.time(8)))
    plan_day(commission=city.commission, on=day, at=at, calendar=calendar())


def stages(report):
    rows = Reminder.objects.filter(subject="report", about_id=report.pk).order_by("id")
    return [(row.stage, row.recipient) for row in rows]


def test_an_owed_report_climbs_the_ladder_and_each_stage_is_said_once(world, city, cast):
    for day in (D(2017, 7, 4), D(2017, 7, 5), D(2017, 7, 5), D(2017, 7, 9), D(2017, 7, 10), D(2017, 7, 11)):
        climb(city, day)
    mine = [(stage, who) for stage, who in stages(world) if who in (cast.jiaozhou, cast.head)]
    inspector, head = cast.jiaozhou, cast.head
    assert sorted(mine, key=str) == sorted(
        [("before:5", inspector), *((stage, who) for stage in ("before:1", "before:0", "after:1")
                                    for who in (inspector, head))], key=str
    )  # fmt: skip
    line = Reminder.objects.filter(subject="report", about_id=world.pk).first()
    assert (line.what, line.unit, line.link) == ("2017年第二季度工作报告", "胶州市政府", f"/reports/{world.pk}/")


def test_handed_in_it_rests_and_returned_it_goes_on_without_repeating(world, city, cast):
    climb(city, D(2017, 7, 11))
    signed = sign(world, cast.head, today=D(2017, 7, 12))
    before = len(stages(world))
    climb(city, D(2017, 7, 31))
    assert len(stages(world)) == before
    assert Reminder.objects.filter(subject="report_decision", about_id=world.pk, recipient=cast.admin).exists()
    steps.give_back(report=signed, by=cast.admin, at=AT, remarks="请补充")
    steps.amend(report=signed, by=cast.jiaozhou, at=AT, reason="")
    climb(city, D(2017, 8, 1))
    found = stages(world)
    assert len(found) == len(set(found))
    assert {stage for stage, _who in found[before:]} == {"after:5", "after:10"}
