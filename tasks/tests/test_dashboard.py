"""The dashboard: every number is right, and leads to exactly the rows that it counts."""

import datetime
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organizations.models import Organization
from tasks.dashboard_page import dashboard_of
from tasks.filters import AssignmentFilter
from tasks.models import Assignment
from tasks.states import AssignmentState
from tests import factories

DAY = datetime.date
TODAY = factories.TODAY
ROLES = ["admin", "head", "inspector", "enterprise", "auditor"]
PAGES = ["", "?rank=done", "?kind=enterprise", "?kind=department&alone=1", "?alone=1&sort=trouble", "?kind=idle"]


class Numbers(HTMLParser):
    """Every link to the ledger with the numbers in its text (notes of tiles and shapes left out)."""

    def __init__(self, page):
        super().__init__()
        self.links, self.href, self.skip, self.text = [], None, 0, ""
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and "/ledger/" in given.get("href", ""):
            self.href, self.text, self.skip = given["href"], "", 0
        elif tag == "span" and (self.skip or given.get("class") == "strip-d"):
            self.skip += 1

    def handle_endtag(self, tag):
        if tag == "span" and self.skip:
            self.skip -= 1
        elif tag == "a" and self.href:
            found = re.findall(r"[\d,]+", self.text)
            self.links.append((self.href, [int(text.replace(",", "")) for text in found]))
            self.href = None

    def handle_data(self, data):
        if self.href and not self.skip:
            self.text += data


@pytest.fixture
def busy(city, plan):
    """Some of everything: each signal, no deadline, cancelled, late, waiting, sent back, new, led by others."""
    offices = Organization.objects.create(
        name="黄岛示例物流有限公司", kind="enterprise", parent=city.pingdu, sector_regulator=city.safety, position=9
    )
    units = [city.safety, city.transport, city.jiaozhou, city.pingdu, city.town, city.plant, offices]
    one = factories.assignment
    for number, unit in enumerate(units):
        for point in range(1, 4):
            task = factories.task(plan, point=1 + (point + number) % 10, lead=city.safety, due_on=None)
            one(task, unit, due_on=DAY(2017, 9, 18), state=AssignmentState.IN_PROGRESS)
        task = factories.task(plan, point=1 + number, lead=unit, due_on=None)
        for index, (due, state, done) in enumerate(
            [
                (DAY(2017, 6, 30), "done", DAY(2017, 6, 20)),
                (DAY(2017, 6, 30), "done", DAY(2017, 7, 2)),
                (DAY(2017, 8, 31), "done", DAY(2017, 9, 15)),
                (DAY(2017, 8, 31), "submitted", DAY(2017, 8, 30)),
                (DAY(2017, 9, 13), "submitted", DAY(2017, 9, 14)),
                (DAY(2017, 9, 12), "not_started", None),
                (TODAY, "in_progress", None),
                (DAY(2017, 9, 30), "submitted", TODAY),
                (DAY(2017, 12, 31), "not_started", None),
                (None, "in_progress", None),
                (None, "done", DAY(2017, 9, 1)),
                (DAY(2017, 5, 31), "cancelled", None),
                (DAY(2017, 9, 13), "in_progress", None),
            ]
        ):
            one(task, unit, due_on=due, state=state, done_on=done, period=f"2017-{index:02}")
        one(task, unit, due_on=DAY(2017, 11, 1), state="sent_back", sent_back_on=DAY(2017, 9, 14), period="2017Q1")
        one(task, unit, due_on=DAY(2017, 11, 1), state="sent_back", sent_back_on=DAY(2017, 9, 13), period="2017Q2")
        one(task, unit, due_on=DAY(2017, 11, 1), starts_on=DAY(2017, 9, 20), period="2017Q3")
    return units


def board(person, plan, **asked):
    return dashboard_of(person, plan, TODAY, {key: str(value) for key, value in asked.items()})


def ledger_rows(person, plan, query):
    chosen = AssignmentFilter(QueryDict(query), user=person, plan=plan, today=TODAY)
    assert chosen.ignored == [], query
    return chosen.rows()


def check_links(page, person, plan):
    """Follows every number of a page; returns how many."""
    links = Numbers(page).links
    for href, numbers in links:
        if not numbers:
            continue  # a shape without a number
        expected = ledger_rows(person, plan, urlsplit(href).query).count()
        assert set(numbers) == {expected}, f"{href} shows {numbers}, the ledger {expected}"
    return len(links)


@pytest.mark.parametrize("who", ROLES)
def test_every_number_leads_to_exactly_its_rows(who, busy, cast, plan, log_in):
    person, client = getattr(cast, who), log_in(getattr(cast, who))
    for query in PAGES:
        page = client.get(reverse("dashboard", args=[2017]) + query)
        assert page.status_code == 200
        assert check_links(page.content.decode(), person, plan) > 20


def test_and_so_it_is_below_each_unit(busy, cast, city, plan, log_in):
    for person in (cast.admin, cast.head, cast.inspector):
        for unit in Organization.objects.visible_to(person):
            page = log_in(person).get(reverse("dashboard", args=[2017]), {"under": unit.pk}).content.decode()
            check_links(page, person, plan)


def test_the_ledger_page_itself_says_the_same(busy, cast, plan, log_in):
    client = log_in(cast.head)
    page = client.get(reverse("dashboard", args=[2017])).content.decode()
    for href, numbers in [link for link in Numbers(page).links if link[1]][:12]:
        shown = client.get(href)
        assert shown.status_code == 200
        assert shown.context["page"].paginator.count == numbers[0]


@pytest.mark.parametrize("who", ROLES)
def test_the_rows_add_up_to_the_totals(who, busy, cast, plan):
    shown = board(getattr(cast, who), plan)
    rows = shown.rows
    assert sum(row.figures.total for row in rows) == shown.total.total
    assert sum(row.figures.over for row in rows) == shown.total.over


def test_totals_of_the_city(busy, cast, plan):
    total = board(cast.admin, plan).total
    assert total.total == Assignment.objects.standing().count() == 18 * 7
    assert (total.ok, total.soon, total.over, total.done, total.late) == (7 * 7, 7, 6 * 7, 2 * 7, 2 * 7)
    assert total.sent == 3 * 7
    assert (total.due, total.kept) == (10 * 7, 2 * 7)


def test_a_head_sees_the_district_its_town_and_its_plant(busy, cast, city, plan):
    rows = board(cast.head, plan).rows
    assert [(row.unit.pk, row.query) for row in rows] == [
        (city.jiaozhou.pk, {"unit": str(city.jiaozhou.pk)}),
        (city.town.pk, {"under": str(city.town.pk)}),
    ]
    assert rows[0].figures.total == 18
    assert rows[1].figures.total == 36  # with the plant in the town


def test_a_regulator_sees_its_enterprises_one_by_one(busy, cast, city, plan):
    rows = board(cast.inspector, plan).rows
    assert {row.unit.pk for row in rows} == {city.safety.pk, city.plant.pk, busy[-1].pk}


def test_an_enterprise_sees_itself_and_no_ranking(busy, cast, city, plan, log_in):
    page = log_in(cast.enterprise).get(reverse("dashboard", args=[2017])).content.decode()
    assert [row.unit.pk for row in board(cast.enterprise, plan).rows] == [city.plant.pk]
    assert "rank-title" not in page
    assert "平度" not in page


def test_a_unit_that_one_does_not_see_is_not_found(busy, cast, city, plan, log_in):
    for name in ("dashboard", "dashboard_export"):
        address = reverse(name, args=[2017])
        assert log_in(cast.head).get(address, {"under": city.pingdu.pk}).status_code == 404
        assert log_in(cast.head).get(address, {"under": "x"}).status_code == 404
        assert log_in(cast.outsider).get(address).status_code == 404
        below = log_in(cast.head).get(address, {"under": city.town.pk})
        assert below.status_code == 200
        assert not below.streaming or b"".join(below.streaming_content)[:2] == b"PK"


def test_tasks_that_the_unit_leads_elsewhere_are_not_in_its_scope(cast, city, plan):
    factories.assignment(factories.task(plan, lead=city.safety), city.pingdu)
    assert board(cast.inspector, plan).total.total == 0
    assert ledger_rows(cast.inspector, plan, "").count() == 1
    assert ledger_rows(cast.inspector, plan, "scope=own").count() == 0


def test_an_empty_scope_says_what_to_do(plan, cast, log_in):
    page = log_in(cast.head).get(reverse("dashboard", args=[2017]))
    assert "本计划在此范围内还没有分工" in page.content.decode()
    assert "curve-data" not in page.content.decode()
    export = log_in(cast.head).get(reverse("dashboard_export", args=[2017]))
    assert export.status_code == 200
    assert b"".join(export.streaming_content)[:2] == b"PK"


def test_nothing_has_a_deadline(cast, city, plan, log_in):
    factories.assignment(factories.task(plan, due_on=None, lead=city.safety), city.safety)
    shown = board(cast.admin, plan)
    assert (shown.total.ok, shown.total.due, shown.total.kept_percent) == (1, 0, None)
    assert {point.due for point in shown.curve} == {0}
    page = log_in(cast.admin).get(reverse("dashboard", args=[2017])).content.decode()
    assert "尚无到期" in page


def test_nonsense_in_the_address_is_harmless(busy, cast, log_in):
    for query in ("?kind=x&sort=y&rank=z&alone=2&page=99", "?page=x", "?rows=all&page=-1", "?kind=zone"):
        assert log_in(cast.admin).get(reverse("dashboard", args=[2017]) + query).status_code == 200


def test_a_cell_shows_the_worst_signal_in_shape_word_and_number(cast, city, plan, log_in):
    late = factories.task(plan, point=3, due_on=DAY(2017, 9, 1))
    factories.assignment(late, city.safety)
    factories.assignment(factories.task(plan, point=3, due_on=DAY(2017, 9, 25)), city.safety)
    page = log_in(cast.admin).get(reverse("dashboard", args=[2017])).content.decode()
    assert 'class="sig-over"><a class="all"' in page
    assert "市安监局 · 要点三：逾期 1、临期 1，已销号 0/2" in page


def test_units_without_assignments_are_left_out_and_can_be_shown(cast, city, plan):
    factories.assignment(factories.task(plan), city.safety)
    shown = board(cast.admin, plan)
    assert [row.unit.pk for row in shown.rows] == [city.safety.pk]
    idle = {row.unit.pk for row in board(cast.admin, plan, kind="idle").rows}
    assert len(idle) == shown.idle
    assert city.pingdu.pk in idle


def test_the_most_troubled_stand_first(cast, city, plan):
    for unit, times in ((city.safety, 1), (city.transport, 2), (city.pingdu, 2)):
        for _each in range(times):
            factories.assignment(factories.task(plan, due_on=DAY(2017, 9, 1)), unit)
    factories.assignment(factories.task(plan, due_on=DAY(2017, 9, 21)), city.pingdu)
    rows = board(cast.admin, plan, sort="trouble").rows
    assert [row.unit.pk for row in rows] == [city.pingdu.pk, city.transport.pk, city.safety.pk]


@pytest.mark.parametrize("who", ["admin", "head", "inspector"])
def test_queries_are_few_and_do_not_grow(who, cast, city, plan, log_in):
    client, address = log_in(getattr(cast, who)), reverse("dashboard", args=[2017])
    task = factories.task(plan, lead=city.safety)
    factories.assignment(task, city.safety)
    factories.assignment(task, city.jiaozhou)

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    cost()
    one = cost()
    for number in range(30):
        more = factories.organization(parent=city.jiaozhou, kind="town", position=20 + number)
        state = {"state": "done", "done_on": DAY(2017, 9, 18)} if number % 2 else {"due_on": DAY(2017, 9, 18)}
        factories.assignment(factories.task(plan, point=1 + number % 10), more, **state)
        factories.assignment(factories.task(plan, point=1 + number % 10), city.safety, **state)
    assert cost() == one <= 15
