"""Bad input on the pages of sign-off: refused where it happened, with the reason, recorded, nothing typed lost."""

import datetime
import html

import pytest

from audit.models import AuditEntry
from organizations.roles import Role
from tasks.models import Assignment, Extension, Review
from tests import factories

DAY = datetime.date
TODAY = factories.TODAY
NOW = datetime.datetime(2017, 9, 19, 9, 0, tzinfo=datetime.UTC)
DESK = "/2017/review/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def owed(city, plan):
    task = factories.task(plan, lead=city.safety, target=450, unit="家", due_on=DAY(2017, 9, 25))
    return factories.assignment(task, city.safety, state="in_progress", quantity=9, percent=2)


@pytest.fixture
def asked(owed, plan, cast):
    return Extension.objects.create(
        plan=plan, assignment=owed, asked_by=cast.inspector, asked_at=NOW, asked_on=NOW.date(), reason="设备未到",
        due_before=owed.due_on, due_wanted=DAY(2017, 11, 30),
    )  # fmt: skip


@pytest.fixture
def chief(city):
    return factories.user(city.safety, Role.HEAD, "chief")


def noted():
    """The only refusal in the record: who, which step, why."""
    entry = AuditEntry.objects.get(verb__endswith=".refused")
    return entry.by, entry.after["step"], entry.after["why"]


def page_of(client, address, **data):
    return html.unescape(client.post(address, data).content.decode())


@pytest.mark.parametrize(
    ("day", "today", "why", "said"),
    [
        ("2017-09-01", "2017-09-20", "past", "时限为2017年9月25日"),
        ("2017-09-25", "2017-09-20", "past", "时限为2017年9月25日"),
        ("2017-10-20", "2017-09-26", "late", "延期须在时限前申请"),
    ],
)
def test_an_extension_into_the_past_or_too_late(day, today, why, said, owed, cast, log_in, settings):
    settings.BUSINESS_DATE = today
    page = page_of(
        log_in(cast.inspector), f"/assignments/{owed.pk}/extension/",
        due_wanted=day, reason="检测机构排期紧张", version=owed.version,
    )  # fmt: skip
    assert said in page
    assert "检测机构排期紧张" in page
    assert f'value="{day}"' in page
    assert not Extension.objects.exists()
    assert noted() == (cast.inspector, "ask_extension", why)


@pytest.mark.parametrize("day", ["2017-09-19", "2017-09-25"])
def test_an_extension_granted_into_the_past(day, asked, cast, log_in):
    page = page_of(
        log_in(cast.admin), f"{DESK}?at=e{asked.pk}", do="grant", due_after=day, opinion="抓紧安装", version=1
    )
    assert "时限为2017年9月25日" in page
    assert "抓紧安装" in page
    assert f'value="{day}"' in page
    asked.refresh_from_db()
    assert asked.is_open
    assert noted() == (cast.admin, "grant", "past")


def test_a_request_decided_by_who_asked(asked, owed, city, cast, log_in):
    """Also in the commission office, where people of the unit decide on each other's requests."""
    office_task = factories.task(owed.plan, lead=city.office)
    own = factories.assignment(office_task, city.office, state="in_progress")
    request = Extension.objects.create(
        plan=owed.plan, assignment=own, asked_by=cast.admin, asked_at=NOW, asked_on=NOW.date(), reason="设备未到",
        due_before=own.due_on, due_wanted=DAY(2017, 11, 30),
    )  # fmt: skip
    page = page_of(
        log_in(cast.admin), f"{DESK}?at=e{request.pk}", do="grant", due_after="2017-11-30", opinion="同意", version=1
    )
    assert "须由上级审核单位决定" in page
    request.refresh_from_db()
    assert request.is_open
    assert noted() == (cast.admin, "grant", "four_eyes")


@pytest.mark.parametrize("step", ["approve", "send-back"])
def test_a_submission_decided_by_the_own_unit(step, owed, chief, cast, log_in):
    Assignment.objects.update(state="submitted", done_on=TODAY, submitted_by=cast.inspector)
    answer = log_in(chief).post(f"/assignments/{owed.pk}/{step}/", {"opinion": "同意", "version": owed.version})
    assert answer.status_code == 403
    assert not Review.objects.exists()
    assert noted() == (chief, step.replace("-", "_"), "four_eyes")


def test_a_submission_without_what_it_needs(owed, cast, log_in):
    page = page_of(log_in(cast.inspector), f"/assignments/{owed.pk}/submit/", opinion="都做完了", version=owed.version)
    assert "还差 441 家" in page
    assert "都做完了" in page
    assert noted() == (cast.inspector, "submit", "incomplete")


def test_a_step_that_the_state_does_not_allow(owed, cast, log_in):
    page = page_of(log_in(cast.admin), f"/assignments/{owed.pk}/approve/", opinion="材料齐全", version=owed.version)
    assert "材料齐全" in page
    owed.refresh_from_db()
    assert owed.state == "in_progress"
    assert noted() == (cast.admin, "approve", "stale")


def test_a_result_while_something_is_open(owed, cast, log_in):
    page = page_of(log_in(cast.inspector), f"/tasks/{owed.task_id}/result/", text="基本完成", version=owed.task.version)
    assert "基本完成" in page
    assert noted() == (cast.inspector, "result", "open")


def test_a_form_that_is_merely_not_filled_in_leaves_no_entry(asked, owed, cast, log_in):
    client = log_in(cast.admin)
    page_of(client, f"{DESK}?at=e{asked.pk}", do="refuse", opinion=" ", version=1)
    page_of(client, f"/assignments/{owed.pk}/cancel/", opinion=" ", version=1)
    assert not AuditEntry.objects.filter(verb__endswith=".refused").exists()


def test_the_record_says_it_in_words(owed, cast, log_in):
    client = log_in(cast.inspector)
    client.post(f"/assignments/{owed.pk}/submit/", {"opinion": "", "version": owed.version})
    client.post(
        f"/assignments/{owed.pk}/extension/", {"due_wanted": "2017-09-01", "reason": "紧张", "version": owed.version}
    )
    page = log_in(cast.auditor).get("/record/").content.decode()
    for words in ("尝试的操作被拒绝", "报审条件尚未满足", "申请延期", "所填日期已过或早于原时限"):
        assert words in page
    assert "incomplete" not in page


def test_several_at_once_name_who_was_faster(owed, city, plan, cast, log_in):
    """Of three, one was sent back by somebody else meanwhile; the others are decided."""
    rows = [
        factories.assignment(
            factories.task(plan, lead=unit), unit, state="submitted", percent=100, done_on=TODAY, handed_on=TODAY
        )
        for unit in (city.safety, city.jiaozhou, city.pingdu)
    ]
    other = factories.user(city.office, Role.HEAD, "other", post="主任")
    log_in(other).post(f"{DESK}?at=s{rows[1].pk}", {"do": "send_back", "opinion": "缺盖章件", "version": 1})
    data = {"do": "approve", "picked": ",".join(f"{row.pk}:1" for row in rows), "confirmed": "1", "opinion": "同意"}
    page = html.unescape(log_in(cast.admin).post(f"{DESK}bulk/", data, follow=True).content.decode())
    assert "已同意 2 项" in page
    assert f"{rows[1].task.title}（胶州市政府），其间已由{other.post_and_unit}改动，现为“已退回”" in page
    assert set(Assignment.objects.filter(state="done")) == {rows[0], rows[2]}
    assert noted() == (cast.admin, "approve", "stale")
