"""Who was told what about one thing, when, how, and with which result."""

import datetime

import pytest

from notifications.ladders import ladder_of
from notifications.models import Reminder
from notifications.told import told_of
from tests import factories

AT = datetime.datetime(2017, 9, 20, 7, 30, tzinfo=datetime.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(city, plan):
    """Two assignments of the same unit."""
    return [factories.assignment(factories.task(plan, lead=city.safety), city.safety) for _ in range(2)]


def say(thing, message, *stages):
    """Lines of a message of the ladder about a thing."""
    for stage in stages:
        Reminder.objects.create(
            ladder=ladder_of(message.recipient.organization.parent), subject="assignment",
            about_type="tasks.assignment", about_id=thing.pk, plan_id=thing.plan_id, due_on=thing.due_on, stage=stage,
            recipient=message.recipient, notification=message, audience="inspector", on=factories.TODAY, what="任务",
            unit="市安监局", link="/",
        )  # fmt: skip


def test_a_digest_says_of_each_thing_its_own_stages(pair, cast, django_assert_num_queries):
    one, other = pair
    digest = factories.message(cast.inspector, at=AT)
    say(one, digest, "after:1", "before:0")
    say(other, digest, "before:7")
    with django_assert_num_queries(1):
        found = told_of(one)
    [row] = found["told"]
    assert found["told_number"] == 1
    assert row.what == "到期当日；逾期 1 个工作日", "the most severe last, and nothing of the other"
    assert row.as_what == "本单位检查员"
    assert len(row.ways) == 2, "each way once, however many stages"
    assert [row.what for row in told_of(other)["told"]] == ["到期前 7 天"]


def test_news_and_stages_stand_together_latest_first_and_a_failed_mail_says_why(pair, cast):
    thing = pair[0]
    cast.inspector.email = "gone@example.com"
    cast.inspector.save()
    news = factories.message(cast.inspector, about=thing, urgent=True, at=AT + datetime.timedelta(hours=1))
    news.deliveries.by_mail().update(state="failed", permanent=True, error="550 5.1.1 No such user here")
    say(thing, factories.message(cast.inspector, at=AT), "before:7")
    factories.message(cast.head, at=AT)
    latest, earlier = told_of(thing)["told"]
    assert (latest.urgent, earlier.what) == (True, "到期前 7 天")
    assert cast.inspector.real_name in latest.who
    inbox, mail = latest.ways
    assert (inbox.signal, mail.signal) == ("done", "over")
    assert mail.why == "550 5.1.1 No such user here"


def test_of_many_the_latest_are_shown_and_all_are_counted(pair, cast):
    thing = pair[0]
    for number in range(12):
        factories.message(cast.inspector, about=thing, at=AT + datetime.timedelta(minutes=number))
    found = told_of(thing)
    assert (len(found["told"]), found["told_number"]) == (8, 12)
    assert found["told"][0].at == AT + datetime.timedelta(minutes=11)
    assert len(told_of(thing, None)["told"]) == 12
