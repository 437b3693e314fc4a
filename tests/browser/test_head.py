"""The head's job: the dashboard down to the rows, and the decision on what was handed in."""

import datetime
import re

import pytest

from tasks.models import Review
from tasks.states import AssignmentState
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(city, cast, plan):
    """Three of Jiaozhou's assignments: overdue, in order, and handed in by an inspector."""
    inspector = factories.user(city.jiaozhou, "inspector", "jiaozhou")
    late = factories.task(plan, lead=city.jiaozhou, title="逾期的排查", due_on=datetime.date(2017, 8, 31))
    fine = factories.task(plan, point=6, lead=city.jiaozhou, title="按计划的整治", due_on=datetime.date(2017, 12, 20))
    sent = factories.task(plan, point=6, lead=city.town, title="等待审核的演练", due_on=datetime.date(2017, 9, 30))
    factories.assignment(late, city.jiaozhou)
    factories.assignment(fine, city.jiaozhou)
    return factories.assignment(
        sent, city.town, state=AssignmentState.SUBMITTED, done_on=datetime.date(2017, 9, 18), percent=100,
        submitted_by=inspector,
    )  # fmt: skip


def number_in(text: str) -> int:
    """The first number of a figure's text."""
    return int(re.search(r"\d[\d,]*", text)[0].replace(",", ""))


def test_each_total_leads_to_its_rows(desk, work, cast):
    page = desk.log_in(cast.head)
    assert "/dashboard/" in page.url
    totals = page.locator(".strip a.strip-i")
    found = [(number_in(link.locator(".strip-n").inner_text()), link.get_attribute("href")) for link in totals.all()]
    assert sum(number for number, _href in found) > 0
    for number, href in found:
        desk.go(href)
        assert page.locator("table.ledger tbody tr").count() == number, href


def test_the_matrix_opens_the_overdue_row(desk, work, cast):
    page = desk.log_in(cast.head)
    page.locator(".matrix tbody td.sig-over a").first.click()
    page.wait_for_url("**/ledger/**")
    desk.look()
    assert page.get_by_text("逾期的排查").first.is_visible()


def test_the_charts_are_drawn_and_said_in_a_table(chinese_desk, work, cast):
    page = chinese_desk.log_in(cast.head)
    page.locator("main svg path, main canvas").first.wait_for(state="attached")
    assert page.locator("main table").count() >= 2


def test_from_the_to_do_list_to_the_desk_and_signed_off(desk, work, cast):
    page = desk.log_in(cast.head)
    desk.go("/2017/to-do/")
    page.locator("li.todo", has_text="等待审核的演练").locator(".act a").click()
    page.wait_for_url(f"**/2017/review/?at=s{work.pk}")
    desk.look()
    page.locator(".desk-acts button[value=approve]").click()
    page.wait_for_load_state()
    desk.look()
    work.refresh_from_db()
    assert work.state == "done"
    assert Review.objects.get().reviewer == cast.head
