"""The review desk in the browser: the queue by keys, evidence beside it, decisions, several at once, extensions."""

import datetime

import pytest

from tasks.models import Assignment, Extension, Review
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = datetime.date


@pytest.fixture
def waiting(city, cast, plan):
    """Four submissions and a request, all for Jiaozhou's head."""
    rows = []
    for n, title in enumerate(["最早的演练", "其次的排查", "再次的培训", "最后的检查"]):
        task = factories.task(plan, point=1 + n, lead=city.town, title=title, due_on=DAY(2017, 9, 30))
        row = factories.assignment(
            task,
            city.town,
            state="submitted",
            percent=100,
            done_on=DAY(2017, 9, 11 + n),
            handed_on=DAY(2017, 9, 11 + n),
        )
        factories.evidence(row, factories.user(city.town), name=f"{title}.pdf")
        rows.append(row)
    late = factories.assignment(
        factories.task(plan, lead=city.town, title="要延期的整治", due_on=DAY(2017, 9, 22)), city.town, percent=40,
        state="in_progress",
    )  # fmt: skip
    Extension.objects.create(
        plan=plan, assignment=late, asked_by=factories.user(city.town), asked_on=DAY(2017, 9, 18),
        asked_at=datetime.datetime(2017, 9, 18, 9, tzinfo=datetime.UTC), reason="检测机构排期紧张",
        due_before=DAY(2017, 9, 22), due_wanted=DAY(2017, 10, 20),
    )  # fmt: skip
    return rows


def test_a_morning_at_the_desk(desk, waiting, cast):
    page = desk.log_in(cast.head)
    desk.go("/2017/review/")
    title = page.locator(".desk h2 a.quiet-link")
    assert title.inner_text() == "最早的演练"
    assert page.get_by_text("最早的演练.pdf").first.is_visible()
    if desk.phone:
        page.locator(f"a:has-text('{desk.say('Next item')}') >> visible=true").click()
    else:
        page.keyboard.press("j")
    page.wait_for_url(f"**at=s{waiting[1].pk}")
    desk.look()
    assert title.inner_text() == "其次的排查"
    if not desk.phone:
        page.keyboard.press("k")
        page.wait_for_url(f"**at=s{waiting[0].pk}")
    else:
        page.go_back()
    # sent back only with a reason; what was typed stays
    page.locator("button[value=send_back] >> visible=true").last.click()
    page.locator(".invalid-feedback").first.wait_for()
    desk.look()
    page.locator("#id_opinion").fill("缺盖章件")
    page.locator(".desk-acts button[value=send_back]").click()
    page.wait_for_url(f"**at=s{waiting[1].pk}")
    desk.look()
    waiting[0].refresh_from_db()
    assert waiting[0].state == "sent_back"
    page.locator(".desk-acts button[value=approve]").click()
    page.wait_for_url(f"**at=s{waiting[2].pk}")
    assert Assignment.objects.get(pk=waiting[1].pk).state == "done"
    assert [review.opinion for review in Review.objects.order_by("id")] == ["缺盖章件", ""]
    # the rest at once, after a page that names them and asks for the reason
    desk.go("/2017/review/")
    page.locator("[data-pick-all]").check()
    page.locator(".q-bulk button[value=send_back]").click()
    page.wait_for_url("**/review/bulk/**")
    desk.look()
    assert page.locator(".names li").count() == 2
    page.locator("main form button.save").click()
    page.locator("#id_opinion_error .error").wait_for()
    desk.look()
    page.locator("#id_opinion").fill("附件不全")
    page.locator("main form button.save").click()
    page.wait_for_url("**/2017/review/")
    desk.look()
    assert Assignment.objects.filter(state="sent_back").count() == 3
    assert Review.objects.filter(opinion="附件不全").count() == 2


def test_an_extension_is_granted_until_another_day(desk, waiting, cast):
    page = desk.log_in(cast.head)
    asked = Extension.objects.get()
    desk.go(f"/2017/review/?at=e{asked.pk}")
    assert page.get_by_text("检测机构排期紧张").first.is_visible()
    page.locator("#id_due_after").fill("2017-10-10")
    page.locator("#id_opinion").fill("同意延至十月十日")
    page.locator(".desk-acts button[value=grant]").click()
    page.wait_for_load_state()
    desk.look()
    asked.refresh_from_db()
    assert (asked.decision, asked.due_after) == ("approved", DAY(2017, 10, 10))
    desk.go(f"/assignments/{asked.assignment_id}/")
    assert page.get_by_text("同意延至十月十日").first.is_visible()
