"""What awaits me: the parts, their order and counts, and that each count leads to exactly its rows."""

import datetime
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.roles import Role
from tasks.awaits import Part, awaiting, part_counts
from tasks.models import Review
from tests import factories

DAY = datetime.date
TODAY = factories.TODAY
PAGE = "/2017/to-do/"


def owe(plan, unit, **fields):
    title = fields.pop("title", "任务")
    return factories.assignment(factories.task(plan, lead=unit, title=title), unit, **fields)


@pytest.fixture
def work(city, plan):
    """One row of each part for the bureau, and some that are nobody's turn or another unit's."""
    unit = city.safety
    rows = {
        "over": owe(plan, unit, title="逾期的", due_on=DAY(2017, 9, 19)),
        "over_back": owe(plan, unit, title="退回又逾期的", due_on=DAY(2017, 8, 1), state="sent_back"),
        "today": owe(plan, unit, title="今天到期的", due_on=TODAY),
        "week": owe(plan, unit, title="七天后的", due_on=DAY(2017, 9, 27)),
        "back": owe(plan, unit, title="退回的", due_on=DAY(2017, 12, 1), state="sent_back"),
        "back_open": owe(plan, unit, title="退回无时限的", due_on=None, state="sent_back"),
        "rest": owe(plan, unit, title="八天后的", due_on=DAY(2017, 9, 28)),
        "open": owe(plan, unit, title="无时限的", due_on=None),
        "sent": owe(plan, unit, title="已报审的", state="submitted", done_on=DAY(2017, 9, 18)),
        "sent_late": owe(
            plan, unit, title="迟报的", state="submitted", due_on=DAY(2017, 9, 1), done_on=DAY(2017, 9, 8)
        ),
    }
    owe(plan, unit, title="未开始的", starts_on=DAY(2017, 10, 1), due_on=DAY(2017, 10, 31))
    owe(plan, unit, title="已销号的", state="done", done_on=DAY(2017, 9, 1))
    owe(plan, unit, title="已取消的", state="cancelled")
    owe(plan, city.pingdu, title="别人的", due_on=DAY(2017, 9, 1))
    return rows


def titles_of(page):
    return re.findall(r'class="quiet-link t" href="[^"]*">([^<]*)<', page.split("<aside>")[0])


def test_overdue_first_then_the_week_then_sent_back_then_the_rest(work, cast, log_in):
    page = log_in(cast.inspector).get(PAGE).content.decode()
    assert titles_of(page) == [
        "退回又逾期的", "逾期的", "今天到期的", "七天后的", "退回的", "退回无时限的", "八天后的", "无时限的",
    ]  # fmt: skip


def test_a_reviewer_sees_what_waits_for_sign_off(work, cast, log_in):
    assert titles_of(log_in(cast.admin).get(PAGE).content.decode()) == ["迟报的", "已报审的"]
    work["sent"].submitted_by = cast.admin
    work["sent"].save()
    assert titles_of(log_in(cast.admin).get(PAGE).content.decode()) == ["迟报的"]


def test_what_waits_for_the_own_head_awaits_the_head_and_nobody_else(city, plan, cast, log_in):
    owe(plan, city.safety, title="待先审的", state="with_head", handed_on=DAY(2017, 9, 18), due_on=DAY(2017, 9, 19),
        submitted_by=cast.inspector)  # fmt: skip
    head = factories.user(city.safety, Role.HEAD, "chief")
    assert titles_of(log_in(head).get(PAGE).content.decode()) == ["待先审的"]
    page = log_in(cast.inspector).get(PAGE).content.decode()
    assert titles_of(page) == []
    assert "待先审的" in page.split("<aside>")[1]
    assert titles_of(log_in(cast.admin).get(PAGE).content.decode()) == []


@pytest.mark.parametrize("who", ["inspector", "chief", "head", "admin", "auditor", "enterprise"])
def test_every_count_leads_to_exactly_its_rows(who, work, cast, city, plan, log_in):
    person = factories.user(city.safety, Role.HEAD, "chief") if who == "chief" else getattr(cast, who)
    client = log_in(person)
    page = client.get(PAGE).content.decode()
    strip = page.split('<nav class="strip', 1)[1].split("</nav>")[0]
    tiles = re.findall(r'href="([^"]+)".*?strip-n">([\d,]+)<', strip)
    assert len(tiles) >= 4
    for href, number in tiles:
        listed = client.get(html.unescape(href))
        assert listed.context["page"].paginator.count == int(number.replace(",", "")), href
        assert not listed.context["ignored"]
    for href, number in re.findall(r'<dt>.*?href="([^"]+)">([\d,]+)', page.split("<aside>")[1]):
        assert client.get(html.unescape(href)).context["page"].paginator.count == int(number), href
    everything = client.get("/2017/ledger/?awaits=1").context["page"].paginator.count
    assert everything == sum(part_counts(person, plan, TODAY).values())
    parts = part_counts(person, plan, TODAY)
    assert number_beside("to-do", page) == everything - parts[Part.REVIEW]
    assert number_beside("review", page) == parts[Part.REVIEW]


def number_beside(name, page):
    """The number that the navigation shows beside a link; 0 without one."""
    nav = re.search(rf'href="/2017/{name}/"[^>]*>.*?</a>', page.split('<nav class="app-nav"')[1], re.S)
    shown = re.search(r'class="count">(\d+)<', nav.group()) if nav else None
    return int(shown.group(1)) if shown else 0


def test_the_parts_do_not_overlap(work, cast, plan):
    keys = [pk for part in Part for pk in awaiting(cast.admin, plan, TODAY, part).values_list("pk", flat=True)]
    assert len(keys) == len(set(keys)) == awaiting(cast.admin, plan, TODAY).count()


def test_why_it_was_sent_back_stands_beside_it(work, cast, log_in):
    for text in ("先前的意见", "缺盖章件"):
        Review.objects.create(
            plan=work["back"].plan, assignment=work["back"], reviewer=cast.admin, decision="sent_back", opinion=text,
            decided_at=datetime.datetime(2017, 9, 18, tzinfo=datetime.UTC),
        )  # fmt: skip
    page = log_in(cast.inspector).get(PAGE).content.decode()
    assert "缺盖章件" in page.split("<aside>")[0]
    assert "先前的意见" not in page.split("<aside>")[0]


def test_beyond_ten_the_rest_stands_in_the_ledger(city, plan, cast, log_in):
    for _n in range(13):
        owe(plan, city.safety, due_on=DAY(2017, 9, 1))
    response = log_in(cast.inspector).get(PAGE)
    assert len(titles_of(response.content.decode())) == 10
    assert "全部 13 项" in response.content.decode()
    assert response.context["sections"][0].more == 3


def test_nothing_to_do_says_what_comes_next(city, plan, cast, log_in):
    owe(plan, city.safety, starts_on=DAY(2017, 10, 1), due_on=DAY(2017, 10, 31))
    page = log_in(cast.inspector).get(PAGE).content.decode()
    assert "2017年10月1日" in page


def test_an_auditor_has_nothing_to_do(work, cast, plan, log_in):
    assert part_counts(cast.auditor, plan, TODAY) == dict.fromkeys(Part.values, 0)
    assert log_in(cast.auditor).get(PAGE).status_code == 200


@pytest.mark.parametrize("who", ["inspector", "admin"])
def test_the_number_of_queries_does_not_grow(who, work, city, plan, cast, log_in):
    client = log_in(getattr(cast, who))

    def queries():
        with CaptureQueriesContext(connection) as found:
            assert client.get(PAGE).status_code == 200
        return len(found)

    few = queries()
    for n in range(30):
        owe(plan, city.safety, due_on=TODAY + datetime.timedelta(days=n - 10))
        owe(plan, city.safety, state="submitted", done_on=TODAY)
    assert queries() == few
    assert few <= 15


def test_a_plan_of_another_city_is_not_there(cast, plan, log_in):
    assert log_in(cast.outsider).get(reverse("awaits_me", kwargs={"year": 2017})).status_code == 404
