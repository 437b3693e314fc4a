"""The inbox at a desk and on a phone: the bell, a digest with its lines, and the way to the thing itself."""

import datetime

import pytest
from django.utils import timezone

from lib.workdays import Calendar
from notifications.planner import plan_day
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LATE = datetime.date(2017, 9, 12)


def test_a_reminder_is_found_read_and_followed(desk, plan, city, cast):
    task = factories.task(plan, lead=city.safety, title="涉爆粉尘企业专项检查", due_on=LATE)
    factories.assignment(task, city.safety)
    plan_day(commission=city.commission, on=factories.TODAY, at=timezone.now(), calendar=Calendar())
    page = desk.log_in(cast.inspector)
    bell = page.locator(".bar-inbox")
    assert bell.locator(".count").inner_text() == "2"
    bell.click()
    desk.look()
    assert page.locator(".inbox .unread").count() == 2
    page.locator(".inbox a.t").first.click()
    desk.look()
    assert "涉爆粉尘企业专项检查" in page.locator("h1").inner_text()
    line = page.locator(".msg-line")
    assert line.locator(".sig-over").is_visible()
    line.locator("a.t").click()
    desk.look()
    assert "/assignments/" in page.url
    assert page.locator("#told li").count() >= 2
    assert page.locator(".bar-inbox .count").inner_text() == "1"
    desk.go("/messages/")
    page.get_by_role("button", name=desk.say("Mark all as read"), exact=True).click()
    desk.look()
    assert page.locator(".inbox .unread").count() == 0
    assert page.locator(".bar-inbox .count").count() == 0
