"""What awaits a person: the query, the row's own answer, the number beside the navigation, the page 待办."""

import re

import pytest

from organizations.roles import Role
from reports import rights, todo
from reports.models import QuarterlyReport
from reports.states import ReportState
from tests import factories

TODO = "/2017/to-do/"


@pytest.fixture
def world(city, cast, plan):
    """A report in each state of several units and of the city, and people of each role beside them."""
    signer = factories.user(city.office, Role.HEAD, "office-head")
    people = [cast.admin, cast.head, cast.inspector, cast.enterprise, cast.auditor, cast.outsider, signer]
    for unit in (city.safety, city.jiaozhou, city.office, city.commission):
        people += [factories.user(unit, role) for role in (Role.INSPECTOR, Role.HEAD, Role.ADMIN)]
    for quarter, state in enumerate(ReportState.values, 1):
        for unit in (city.safety, city.jiaozhou, city.pingdu, city.commission):
            if unit != city.commission or state in ("drafted", "signed"):
                factories.report(plan, unit, quarter, state, signer=signer)
    accepted = QuarterlyReport.objects.get(organization=city.jiaozhou, state="accepted")
    factories.report(plan, city.jiaozhou, accepted.quarter, previous=accepted)  # an amendment on its way
    return people


def test_the_query_says_what_each_row_says(world):
    every = list(QuarterlyReport.objects.current().select_related("plan", "organization"))
    assert len(every) == 14
    busy = 0
    for person in world:
        seen = set(QuarterlyReport.objects.visible_to(person).values_list("pk", flat=True))
        mine = {report.pk for report in every if report.pk in seen and rights.is_mine(person, report)}
        assert set(rights.awaiting(person).values_list("pk", flat=True)) == mine, person
        busy += bool(mine)
    assert busy >= 10


def test_the_number_the_list_and_the_page_agree(world, plan, log_in):
    shown = 0
    kinds = {(person.role, person.organization.kind): person for person in world if person.username != "outsider"}
    for person in kinds.values():  # the query itself is held for everybody above
        client = log_in(person)
        page = client.get(TODO).content.decode()
        number = rights.awaiting(person).count()
        beside = re.search(r'href="/2017/reports/"[^>]*>(?:<svg.*?</svg>)?季度报告<span class="count">(\d+)<', page)
        assert (int(beside[1]) if beside else 0) == number, person
        assert len(client.get(todo.href(plan)).context["rows"]) == number
        panel = page.split('id="also-reports"')[1].split("</section>")[0] if number else ""
        assert panel.count('class="todo') == min(number, 10)
        assert ("没有待办事项" in page) == (number == 0), person
        shown += number > 0
    assert len(kinds) == 11
    assert shown >= 8


@pytest.mark.parametrize(
    ("who", "state", "act", "step"),
    [
        ("inspector", "drafted", "填写", "edit"),
        ("head-safety", "drafted", "签发", "sign"),
        ("inspector", "returned", "更正", "amend"),
        ("admin", "signed", "审核", ""),
    ],
)
def test_the_button_leads_to_the_step(who, state, act, step, city, cast, plan, log_in):
    head = factories.user(city.safety, Role.HEAD, "head-safety")
    report = factories.report(plan, city.safety, state=state, signer=head)
    person = head if who == "head-safety" else getattr(cast, who)
    client = log_in(person)
    panel = client.get(TODO).content.decode().split('id="also-reports"')[1].split("</section>")[0]
    assert "2017年第二季度工作报告 · 市安监局" in panel
    found = re.search(r'class="act"><a [^>]*href="([^"]+)">([^<]+)<', panel)
    assert (found[1], found[2]) == (f"/reports/{report.pk}/{step + '/' if step else ''}", act)
    assert client.get(found[1]).status_code == 200


def test_lists_stand_there_too(city, cast, plan, log_in):
    head = factories.user(city.safety, Role.HEAD, "head-safety")
    one = factories.duty_list(city.safety, "甲", state="submitted")
    other = factories.duty_list(city.safety, "乙", kind="powers", state="approved")
    for person, listed, act, verb in ((head, one, "审定", "approve/"), (cast.admin, other, "公布", "publish/")):
        page = log_in(person).get(TODO).content.decode().split('id="also-lists"')[1].split("</section>")[0]
        found = re.findall(r'class="act"><a [^>]*href="([^"]+)">([^<]+)<', page)
        assert found == [(f"/lists/{listed.pk}/{verb}", act)]
    assert 'id="also-lists"' not in log_in(cast.inspector).get(TODO).content.decode()


def test_every_role_reaches_the_own_sheet_and_list(city, cast, plan, log_in):
    for person in (cast.inspector, cast.head, cast.auditor):
        client, unit = log_in(person), person.organization_id
        lists = client.get("/lists/").content.decode()
        for address in ("/accountability/", "/lists/", f"/units/{unit}/", f"/lists/of/{unit}/"):
            assert f'href="{address}"' in lists, (person, address)
        assert f'href="/accountability/{unit}/?' in client.get("/accountability/").content.decode()
        own = client.get(f"/units/{unit}/").content.decode()
        for address in (f"/accountability/{unit}/", f"/lists/of/{unit}/"):
            assert f'href="{address}"' in own
            assert client.get(address).status_code == 200
