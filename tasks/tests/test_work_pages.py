"""The page of one assignment: sign-off through the browser's eyes, and who may do what."""

import datetime

import pytest

from organizations.roles import Role
from tasks import counts
from tasks.actions import reviews
from tasks.models import Assignment, Review
from tasks.states import AssignmentState
from tests import factories

from .work_world import PDF, assessment, at, typed, upload

TODAY = factories.TODAY
NOW = datetime.datetime(2017, 9, 19, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def owed(city, plan):
    return assessment(city, plan)


@pytest.fixture
def sent(city, plan, cast):
    task = factories.task(plan, lead=city.safety, title="已报审的")
    return factories.assignment(
        task, city.safety, state="submitted", percent=100, done_on=TODAY, submitted_by=cast.inspector
    )


# ------------------------------------------------------------ sign-off
def test_submit_sign_off_and_the_history_tells(owed, cast, plan, log_in):
    inspector, admin = log_in(cast.inspector), log_in(cast.admin)
    refused = inspector.post(at(owed, "submit/"), {"opinion": "都做完了", "version": owed.version}).content.decode()
    assert "还差 450 家" in refused
    assert "都做完了" in refused
    inspector.post(at(owed, "progress/"), typed(quantity="450"))
    owed.refresh_from_db()
    page = inspector.post(at(owed, "submit/"), {"opinion": "都做完了", "version": owed.version}, follow=True)
    assert "已报审" in page.content.decode()
    assert "都做完了" in admin.get(at(owed)).content.decode()
    owed.refresh_from_db()
    admin.post(at(owed, "approve/"), {"opinion": "材料齐全", "version": owed.version})
    owed.refresh_from_db()
    assert owed.state == AssignmentState.DONE
    assert "材料齐全" in inspector.get(at(owed)).content.decode()
    assert counts.differences(plan) == {}


def test_sending_back_needs_a_reason(sent, cast, log_in):
    admin = log_in(cast.admin)
    page = admin.post(at(sent, "send-back/"), {"opinion": " ", "version": sent.version}).content.decode()
    assert "请写明缺什么" in page
    admin.post(at(sent, "send-back/"), {"opinion": "缺盖章件", "version": sent.version})
    sent.refresh_from_db()
    assert sent.state == AssignmentState.SENT_BACK
    assert "缺盖章件" in log_in(cast.inspector).get(at(sent)).content.decode()


def test_of_two_reviewers_the_second_is_told_and_keeps_the_opinion(sent, cast, city, log_in):
    seen = sent.version
    log_in(cast.admin).post(at(sent, "approve/"), {"opinion": "", "version": seen})
    other = log_in(factories.user(city.office, Role.HEAD, "chief"))
    page = other.post(at(sent, "send-back/"), {"opinion": "数量不符", "version": seen}).content.decode()
    assert "改动了这项分工" in page
    assert "市安委办" in page
    assert "数量不符" in page
    assert Review.objects.count() == 1


def test_nobody_signs_off_for_the_own_unit(sent, city, log_in):
    for person in (sent.submitted_by, factories.user(city.safety, Role.HEAD, "chief")):
        client = log_in(person)
        assert client.post(at(sent, "approve/"), {"version": sent.version}).status_code == 403
        assert client.post(at(sent, "send-back/"), {"version": sent.version, "opinion": "x"}).status_code == 403
        page = client.get(at(sent)).content.decode()
        assert "此前本单位可以撤回" in page
        assert "/2017/review/?at=" not in page
    client.post(at(sent, "withdraw/"), {"version": sent.version})
    sent.refresh_from_db()
    assert sent.state == AssignmentState.IN_PROGRESS


@pytest.mark.parametrize(
    ("who", "codes"),
    [
        ("inspector", {"": 200, "progress/": 302, "submit/": 302, "approve/": 403, "send-back/": 403}),
        ("admin", {"": 200, "progress/": 403, "submit/": 403, "approve/": 200, "send-back/": 200}),
        ("auditor", {"": 200, "progress/": 403, "submit/": 403, "approve/": 403, "send-back/": 403}),
        ("head", dict.fromkeys(("", "progress/", "submit/", "approve/", "send-back/"), 404)),
        ("enterprise", dict.fromkeys(("", "progress/", "submit/", "approve/", "send-back/"), 404)),
        ("outsider", dict.fromkeys(("", "progress/", "submit/", "approve/", "send-back/"), 404)),
    ],
)
def test_who_may_do_what_to_a_submission(who, codes, sent, cast, log_in):
    client = log_in(getattr(cast, who))
    assert {step: client.get(at(sent, step)).status_code for step in codes} == codes


def test_a_lead_unit_sees_what_others_contribute_and_does_not_sign_it_off(owed, city, cast, log_in):
    share = factories.assignment(
        owed.task, city.jiaozhou, role="cooperating", target=None, state="submitted", percent=100, done_on=TODAY
    )
    chief = log_in(factories.user(city.safety, Role.HEAD, "chief"))
    assert chief.get(at(share)).status_code == 200
    assert chief.get(at(share, "progress/")).status_code == 403
    assert chief.post(at(share, "approve/"), {"version": share.version}).status_code == 403
    share.refresh_from_db()
    assert share.state == AssignmentState.SUBMITTED


# ------------------------------------------------------------ the page
OPEN_STATES = ("not_started", "in_progress", "sent_back")
OFFERED = {  # step → who → states in which the page offers it
    "withdraw/": {"inspector": ("submitted", "with_head")},
    "extension/": {"inspector": OPEN_STATES},
    "cancel/": {"admin": (*OPEN_STATES, "submitted", "with_head")},
    "reopen/": {"admin": ("done", "cancelled")},
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", AssignmentState.values)
def test_the_page_in_every_state(state, language, owed, cast, log_in):
    Assignment.objects.update(state=state, done_on=TODAY if state in ("submitted", "done") else None)
    for who in ("inspector", "admin", "auditor"):
        client = log_in(getattr(cast, who))
        client.cookies["django_language"] = language
        page = client.get(at(owed)).content.decode()
        assert (f'action="{at(owed, "progress/")}"' in page) == (
            who == "inspector" and state in ("not_started", "in_progress", "sent_back")
        )
        assert ("/2017/review/?at=s" in page) == (who == "admin" and state == "submitted")
        for step, states in OFFERED.items():
            offered = f'href="{at(owed, step)}"' in page
            assert offered == (state in states.get(who, ())), (who, step)


def test_markup_in_what_was_typed_stays_text(owed, cast, log_in):
    client = log_in(cast.inspector)
    client.post(at(owed, "progress/"), typed(what="<script>alert(1)</script>", files=[upload(PDF, "<b>.pdf")]))
    page = client.get(at(owed)).content.decode()
    assert "<script>alert" not in page
    assert "<b>.pdf" not in page


def test_a_long_history_is_cut_and_can_be_had_whole(owed, cast, log_in):
    client = log_in(cast.inspector)
    for n in range(14):
        client.post(at(owed, "progress/"), typed(what=f"第{n}次检查"))
    assert client.get(at(owed)).content.decode().count("次检查</p>") == 12
    assert client.get(at(owed) + "?all=1").content.decode().count("次检查</p>") == 14


def test_withdrawing_a_submission_by_the_action_is_seen_on_the_page(sent, cast, log_in):
    reviews.send_back(assignment=sent, by=cast.admin, at=NOW, today=TODAY, opinion="缺附件")
    page = log_in(cast.inspector).get(at(sent)).content.decode()
    assert "缺附件" in page
    assert "17:00" in page, "times are those of Shanghai"
