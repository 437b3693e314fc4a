"""The review desk: what waits for whom, deciding without leaving, several at once, constant queries."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from organizations.roles import Role
from tasks import counts
from tasks.models import Assignment, Extension, Review
from tests import factories

DAY = datetime.date
TODAY = factories.TODAY
DESK, BULK = "/2017/review/", "/2017/review/bulk/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(city, plan, cast):
    """Something for each reviewer, and what is nobody's."""
    chief = factories.user(city.safety, Role.HEAD, "chief")

    def sent(unit, title, day, point=1, **fields):
        task = factories.task(plan, point=point, lead=unit, title=title, due_on=DAY(2017, 9, 15))
        values = {"state": "submitted", "percent": 100, "done_on": day, "handed_on": day} | fields
        return factories.assignment(task, unit, **values)

    rows = {
        "bureau": sent(city.safety, "市局的报审", DAY(2017, 9, 12)),
        "late": sent(city.jiaozhou, "区里的报审", DAY(2017, 9, 18), point=2),
        "town": sent(city.town, "街道的报审", DAY(2017, 9, 13)),
        "plant": sent(city.plant, "企业的报审", DAY(2017, 9, 14)),
        "own": sent(city.safety, "待先审的", None, state="with_head", handed_on=DAY(2017, 9, 11),
                    submitted_by=cast.inspector),
    }  # fmt: skip
    asked = sent(city.transport, "要延期的", None, state="in_progress", handed_on=None, percent=30)
    rows["asked"] = Extension.objects.create(
        plan=plan, assignment=asked, asked_by=factories.user(city.transport), asked_on=DAY(2017, 9, 10),
        asked_at=datetime.datetime(2017, 9, 10, 9, tzinfo=datetime.UTC), reason="检测机构排期紧张",
        due_before=asked.due_on, due_wanted=DAY(2017, 10, 20),
    )  # fmt: skip
    rows["chief"] = chief
    return rows


def titles(page):
    queue = page.split('class="rows queue"')[1].split("</ul>")[0] if 'class="rows queue"' in page else ""
    return re.findall(r'<div class="clip" title="([^"]*)"', queue)


def get(client, query=""):
    return client.get(DESK + query).content.decode()


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("admin", ["要延期的", "市局的报审", "区里的报审"]),
        ("head", ["街道的报审", "企业的报审"]),
        ("chief", ["待先审的", "企业的报审"]),
    ],
)
def test_what_waits_for_my_decision_oldest_first(who, expected, waiting, cast, log_in):
    person = waiting.get(who) or getattr(cast, who)
    page = get(log_in(person))
    assert titles(page) == expected
    assert f"{len(expected)} 项等待您审核" in page


@pytest.mark.parametrize("who", ["inspector", "enterprise", "auditor"])
def test_who_decides_nothing_has_no_desk(who, waiting, cast, log_in):
    client = log_in(getattr(cast, who))
    assert client.get(DESK).status_code == 403
    assert client.post(BULK, {"do": "approve", "pick": "1:1"}).status_code == 403
    assert DESK not in client.get("/2017/ledger/").content.decode()


def test_filters_stay_in_the_address(waiting, city, cast, log_in):
    client = log_in(cast.admin)
    assert titles(get(client, "?kind=extension")) == ["要延期的"]
    assert titles(get(client, "?kind=submission")) == ["市局的报审", "区里的报审"]
    assert titles(get(client, f"?unit={city.jiaozhou.pk}")) == ["区里的报审"]
    assert titles(get(client, "?point=2")) == ["区里的报审"]
    assert titles(get(client, "?q=市局")) == ["市局的报审"]
    assert titles(get(client, "?q=延期")) == ["要延期的"]
    assert "没有符合条件的" in get(client, "?q=没有这个")
    assert titles(get(client, "?kind=x&unit=²&point=-1&at=x9")) == ["要延期的", "市局的报审", "区里的报审"]
    page = get(client, "?kind=submission")
    assert "kind=submission&amp;at=s" in page


def test_deciding_goes_on_to_the_next(waiting, plan, cast, log_in):
    client = log_in(cast.admin)
    first, second = waiting["bureau"], waiting["late"]
    here = f"{DESK}?kind=submission&at=s{first.pk}"
    answer = client.post(here, {"do": "approve", "opinion": "材料齐全", "version": first.version})
    assert answer["Location"] == f"{DESK}?kind=submission&at=s{second.pk}"
    first.refresh_from_db()
    assert first.state == "done"
    answer = client.post(f"{DESK}?at=s{second.pk}", {"do": "send_back", "opinion": "缺附件", "version": second.version})
    second.refresh_from_db()
    assert (second.state, second.sent_back_on, second.done_on) == ("sent_back", TODAY, None)
    assert answer["Location"] == f"{DESK}?at=e{waiting['asked'].pk}"
    assert counts.differences(plan) == {}


def test_sending_back_needs_a_reason_and_the_day_stays(waiting, cast, log_in):
    row = waiting["bureau"]
    page = log_in(cast.admin).post(f"{DESK}?at=s{row.pk}", {"do": "send_back", "opinion": " ", "version": row.version})
    assert "请写明缺什么" in page.content.decode()
    row.refresh_from_db()
    assert row.state == "submitted"


def test_the_own_head_hands_on_and_that_day_counts(waiting, city, plan, cast, log_in):
    row = waiting["own"]
    client = log_in(waiting["chief"])
    assert "同意上报" in get(client, f"?at=s{row.pk}")
    client.post(f"{DESK}?at=s{row.pk}", {"do": "endorse", "opinion": "", "version": row.version})
    row.refresh_from_db()
    assert (row.state, row.done_on, row.endorsed_by) == ("submitted", TODAY, waiting["chief"])
    assert row.punctuality(TODAY) == "over"  # due on the 15th: what lay inside the unit is the unit's
    assert "待先审的" in titles(get(log_in(cast.admin)))
    assert titles(get(client)) == ["企业的报审"]
    assert Review.objects.get().decision == "endorsed"
    assert counts.differences(plan) == {}


def test_who_comes_second_is_told_and_keeps_the_words(waiting, city, cast, log_in):
    row, other = waiting["bureau"], factories.user(city.office, Role.HEAD, "second", post="副主任")
    log_in(cast.admin).post(f"{DESK}?at=s{row.pk}", {"do": "approve", "opinion": "", "version": row.version})
    answer = log_in(other).post(
        f"{DESK}?at=s{row.pk}", {"do": "send_back", "opinion": "数量不符", "version": row.version}
    )
    page = answer.content.decode()
    assert "数量不符" in page
    assert "改动了这项分工" in page
    assert "已不待您审核" in page
    assert Review.objects.count() == 1
    refused = AuditEntry.objects.get(verb="assignment.refused")
    assert (refused.by, refused.after["step"], refused.after["why"]) == (other, "send_back", "stale")


@pytest.mark.parametrize("at", ["s", "e"])
def test_what_is_not_mine_cannot_be_decided_here(at, waiting, city, cast, log_in):
    row = waiting["town"] if at == "s" else waiting["asked"]
    code = f"{at}{row.pk}"
    data = {"do": "approve" if at == "s" else "grant", "opinion": "好", "version": 1, "due_after": "2017-10-20"}
    who = cast.admin if at == "s" else cast.head
    answer = log_in(who).post(f"{DESK}?at={code}", data)
    assert answer.status_code == (403 if at == "s" else 302)  # the town's is seen by the office, not decided
    assert not Review.objects.exists()
    assert Extension.objects.get().is_open


def test_of_another_city_nothing_is_there(waiting, cast, log_in):
    assert log_in(cast.outsider).get(DESK).status_code == 404


def test_several_at_once_say_how_many_and_what_follows(waiting, plan, cast, log_in):
    client = log_in(cast.admin)
    rows = [waiting["bureau"], waiting["late"]]
    picks = [f"{row.pk}:{row.version}" for row in rows]
    page = client.post(BULK, {"do": "approve", "pick": picks}).content.decode()
    assert "同意 2 项报审？" in page
    assert "2 项分工随即销号完成" in page
    assert "1 项报审时已过时限" in page
    assert Assignment.objects.filter(state="done").count() == 0
    client.post(BULK, {"do": "approve", "picked": ",".join(picks), "confirmed": "1", "opinion": "一并同意"})
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.transitions.get().reason) == ("done", "一并同意")
    assert Review.objects.filter(opinion="一并同意").count() == 2
    assert AuditEntry.objects.filter(verb="assignment.approve").count() == 2
    assert counts.differences(plan) == {}


def test_several_go_back_with_one_reason(waiting, plan, cast, log_in):
    client = log_in(cast.admin)
    rows = [waiting["bureau"], waiting["late"]]
    data = {"do": "send_back", "picked": ",".join(f"{r.pk}:{r.version}" for r in rows), "confirmed": "1"}
    assert "请写明缺什么" in client.post(BULK, data | {"opinion": ""}).content.decode()
    client.post(BULK, data | {"opinion": "缺盖章件"})
    assert set(Assignment.objects.filter(state="sent_back")) == set(rows)
    assert counts.differences(plan) == {}


def test_of_several_the_changed_are_left_and_named(waiting, cast, log_in):
    client = log_in(cast.admin)
    bureau, late = waiting["bureau"], waiting["late"]
    picks = [f"{bureau.pk}:{bureau.version}", f"{late.pk}:{late.version}", f"{waiting['town'].pk}:1", "x:y", "9" * 30]
    Assignment.objects.filter(pk=late.pk).update(version=7)
    data = {"do": "approve", "picked": ",".join(picks), "confirmed": "1", "opinion": ""}
    page = client.post(BULK, data, follow=True).content.decode()
    assert "已同意 1 项" in page
    assert "区里的报审" in page
    assert "其间已有改动" in page
    assert Assignment.objects.get(pk=waiting["town"].pk).state == "submitted"
    assert "没有选中" in client.post(BULK, {"do": "approve"}, follow=True).content.decode()


def test_the_number_of_queries_does_not_grow(waiting, city, plan, cast, log_in, django_assert_max_num_queries):
    client = log_in(cast.admin)

    def queries(method, *args):
        with CaptureQueriesContext(connection) as found:
            assert method(*args).status_code in (200, 302)
        return len(found)

    def picks():
        rows = Assignment.objects.filter(state="submitted", organization=city.jiaozhou)
        return ",".join(f"{row.pk}:{row.version}" for row in rows)

    few = queries(client.get, f"{DESK}?at=s{waiting['late'].pk}")
    acts = queries(client.post, BULK, {"do": "send_back", "picked": picks(), "confirmed": "1", "opinion": "x"})
    for n in range(30):
        task = factories.task(plan, lead=city.jiaozhou)
        row = factories.assignment(task, city.jiaozhou, state="submitted", done_on=TODAY, handed_on=TODAY, percent=100)
        factories.evidence(row, cast.inspector, name=f"{n}.pdf")
    assert queries(client.get, f"{DESK}?at=s{row.pk}") == few <= 15
    assert (
        queries(client.post, BULK, {"do": "send_back", "picked": picks(), "confirmed": "1", "opinion": "x"}) <= acts + 2
    )
    assert Assignment.objects.filter(state="sent_back").count() == 31


def test_a_long_queue_has_pages(city, plan, cast, log_in):
    for n in range(60):
        factories.assignment(
            factories.task(plan, lead=city.jiaozhou, title=f"第{n}件"), city.jiaozhou, state="submitted",
            done_on=DAY(2017, 7, 1) + datetime.timedelta(days=n),
        )  # fmt: skip
    client = log_in(cast.admin)
    page = get(client)
    assert titles(page)[0] == "第0件"
    assert len(titles(page)) == 50
    assert titles(get(client, "?page=2"))[-1] == "第59件"
    last = Assignment.objects.get(task__title="第59件")
    assert len(titles(get(client, f"?at=s{last.pk}"))) == 10  # the page on which the item stands
