"""Logging progress on the page: what is typed is read, refused with the reason, and never lost."""

import datetime
import re

import pytest
from django.test import Client

from tasks import counts
from tasks.models import Assignment, ProgressEntry
from tests import factories

from .work_world import PDF, assessment, at, photo, typed, upload


@pytest.fixture
def owed(city, plan):
    return assessment(city, plan)


def test_logging_progress(owed, cast, plan, log_in):
    client = log_in(cast.inspector)
    assert client.get(at(owed, "progress/")).status_code == 200
    response = client.post(
        at(owed, "progress/"), typed(files=[upload(PDF, "名单.pdf"), upload(photo(), "现场.jpg")]), follow=True
    )
    page = response.content.decode()
    assert response.redirect_chain == [(at(owed), 302)]
    assert "已保存：+26 家，合计 26 家。" in page
    assert "检测报告过期" in page
    assert "现场.jpg" in page
    owed.refresh_from_db()
    assert (owed.state, owed.quantity, owed.percent) == ("in_progress", 26, 5)
    assert counts.differences(plan) == {}


def test_a_double_tap_creates_one_entry_and_answers_the_same(owed, cast, log_in):
    client, sent_twice = log_in(cast.inspector), typed()
    answers = [client.post(at(owed, "progress/"), sent_twice) for _tap in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert ProgressEntry.objects.count() == 1


def test_a_form_sent_again_after_a_change_is_not_swallowed(owed, cast, log_in):
    client, first = log_in(cast.inspector), typed()
    client.post(at(owed, "progress/"), first)
    again = client.post(at(owed, "progress/"), first | {"what": "其他内容"})
    page = again.content.decode()
    assert "此前已保存过" in page
    key = re.search(r'name="request_key" value="([^"]+)"', page).group(1)
    assert key != first["request_key"]
    client.post(at(owed, "progress/"), first | {"what": "其他内容", "request_key": key})
    assert ProgressEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"quantity": "十五"}, "“十五”不是数字"),
        ({"quantity": "15.5"}, "请填 15 或 16"),
        ({"quantity": "-3"}, "不能为负数"),
        ({"quantity": ""}, 'id="id_quantity_error"'),
        ({"quantity": "1e99"}, 'id="id_quantity_error"'),
        ({"quantity": "NaN"}, 'id="id_quantity_error"'),
        ({"percent": "101"}, "0 到 100"),
        ({"percent": "-1"}, "0 到 100"),
        ({"percent": "一半"}, "“一半”不是整数"),
        ({"percent": "100"}, "达到 450 家"),
        ({"happened_on": "2017-09-21"}, "晚于今天"),
        ({"happened_on": "2017-04-06"}, "2017年4月7日 开始"),
        ({"happened_on": "2017-02-30"}, "这不是日期"),
        ({"happened_on": ""}, 'id="id_happened_on_error"'),
        ({"what": ""}, "请用一句话写明"),
        ({"problems": "长" * 2001}, 'id="id_problems_error"'),
        ({"request_key": "x"}, "<form"),
    ],
)
def test_a_form_that_fails_says_why_and_keeps_what_was_typed(fields, said, owed, cast, log_in):
    response = log_in(cast.inspector).post(at(owed, "progress/"), typed(**fields))
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    for kept in (fields.get("what", "完成第二批评估"), "月底前补检", fields.get("quantity", "26")):
        assert kept in page
    assert not ProgressEntry.objects.exists()


@pytest.mark.parametrize("written", ["２６", "26 ", "2,6"])
def test_numbers_are_read_as_people_type_them(written, owed, cast, log_in):
    log_in(cast.inspector).post(at(owed, "progress/"), typed(quantity=written, percent="8 %"))
    entry = ProgressEntry.objects.get()
    assert (entry.quantity, entry.percent) == (26, 8)


def test_dates_are_read_as_people_type_them(owed, cast, log_in):
    for text in ("2017年9月1日", "2017.9.1", "2017/9/1"):
        log_in(cast.inspector).post(at(owed, "progress/"), typed(happened_on=text))
    assert {entry.happened_on for entry in ProgressEntry.objects.all()} == {datetime.date(2017, 9, 1)}


def test_without_target_and_unit_only_the_percentage_is_asked(city, plan, cast, log_in):
    owed = factories.assignment(factories.task(plan, lead=city.safety), city.safety)
    client = log_in(cast.inspector)
    assert 'name="quantity"' not in client.get(at(owed, "progress/")).content.decode()
    assert "必填" in client.post(at(owed, "progress/"), typed(percent="")).content.decode()
    client.post(at(owed, "progress/"), typed(percent="60", quantity="5"))
    owed.refresh_from_db()
    assert (owed.percent, owed.quantity) == (60, 0)


@pytest.mark.parametrize("state", ["submitted", "done", "cancelled"])
def test_a_form_that_was_overtaken_keeps_what_was_typed(state, owed, cast, log_in):
    Assignment.objects.update(state=state)
    client = log_in(cast.inspector)
    page = client.post(at(owed, "progress/"), typed()).content.decode()
    assert "其他人刚刚改动了这项分工" in page
    assert "完成第二批评估" in page
    assert client.get(at(owed, "progress/")).status_code == 302


def test_an_expired_session_loses_nothing(owed, cast, log_in):
    stranger = Client()
    page = stranger.post(at(owed, "progress/"), typed()).content.decode()
    carried = re.search(r'name="carried" value="([^"]+)"', page).group(1)
    stranger.post("/login/", {"username": "inspector", "password": factories.PASSWORD, "carried": carried})
    page = stranger.get("/login/continue/").content.decode()
    fields = dict(re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.S))
    assert fields["what"] == "完成第二批评估"
    assert stranger.post("/login/continue/", fields).status_code == 307
    stranger.post(at(owed, "progress/"), fields)
    assert ProgressEntry.objects.get().author == cast.inspector
