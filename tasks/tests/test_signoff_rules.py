"""Gates, the own head, extensions, results, news: the rules of sign-off beyond the table of states."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from lib import clock
from notifications.models import Notification
from organizations.roles import Role
from tasks import counts
from tasks.actions import requests, results, reviews, rulings
from tasks.actions.claim import StaleError
from tasks.actions.fanout import fan_out
from tasks.models import Assignment, Extension, Task
from tests import factories

DAY = datetime.date
TODAY = factories.TODAY
pytestmark = pytest.mark.django_db


@pytest.fixture
def owed(city, plan):
    task = factories.task(plan, lead=city.town, due_on=DAY(2017, 9, 25))
    return factories.assignment(task, city.town, percent=100, state="in_progress", last_progress_on=TODAY)


@pytest.fixture
def worker(city):
    return factories.user(city.town, Role.INSPECTOR, "worker")


@pytest.fixture
def chief(city):
    return factories.user(city.town, Role.HEAD, "chief")


def do(verb, assignment, by, today=TODAY, **fields):
    fields.setdefault("opinion", "意见")
    return verb(assignment=assignment, by=by, at=clock.now(), today=today, **fields)


def told():
    return sorted(Notification.objects.values_list("kind", "recipient__username"))


# ------------------------------------------------------------ gates
@pytest.mark.parametrize(
    ("task", "row", "missing"),
    [
        ({}, {"percent": 80}, "80%"),
        ({"target_required": False}, {"percent": 80}, ""),
        ({"target_required": False}, {"percent": 0, "last_progress_on": None}, "已填报进展"),
        ({"evidence_required": True}, {}, "佐证材料"),
        ({"evidence_required": True}, {"percent": 10}, "10%"),
        ({"unit": "家"}, {"target": 450, "quantity": 312}, "138 家"),
    ],
)
def test_the_gate_names_what_is_missing(task, row, missing, owed, worker):
    Task.objects.filter(pk=owed.task_id).update(**task)
    Assignment.objects.update(**row)
    if not missing:
        assert do(reviews.submit, owed, worker).state == "submitted"
        return
    with pytest.raises(ValidationError) as caught:
        do(reviews.submit, owed, worker)
    assert missing in caught.value.messages[0]
    assert Assignment.objects.get().state == "in_progress"


def test_a_proof_opens_the_gate(owed, worker):
    Task.objects.update(evidence_required=True)
    factories.evidence(owed, worker)
    assert do(reviews.submit, owed, worker).state == "submitted"


# ------------------------------------------------------------ the own head
def test_the_own_head_approves_first_and_that_day_counts(owed, worker, chief, cast, plan):
    Task.objects.update(own_head_first=True)
    late = DAY(2017, 9, 26)
    at_head = do(reviews.submit, owed, worker)
    assert (at_head.state, at_head.handed_on, at_head.done_on) == ("with_head", TODAY, None)
    with pytest.raises(PermissionDenied):
        do(reviews.endorse, owed, cast.head)
    out = do(reviews.endorse, owed, chief, today=late)
    assert (out.state, out.done_on, out.endorsed_by) == ("submitted", late, chief)
    with pytest.raises(ValidationError):
        do(reviews.approve, owed, chief)
    done = do(reviews.approve, owed, cast.head, today=late)
    assert done.punctuality(late) == "late"
    assert counts.differences(plan) == {}
    assert told() == [
        ("assignment.approve", "chief"), ("assignment.approve", "worker"), ("assignment.endorse", "head"),
        ("assignment.hand_in", "chief"),
    ]  # fmt: skip


def test_a_head_who_hands_in_has_approved_and_a_unit_without_head_is_not_stuck(owed, worker, chief, plan, city):
    Task.objects.update(own_head_first=True)
    sent = do(reviews.submit, owed, chief)
    assert (sent.state, sent.endorsed_by) == ("submitted", chief)
    do(reviews.withdraw, owed, worker)
    chief.is_active = False
    chief.save()
    assert do(reviews.submit, owed, worker).state == "submitted"


def test_the_own_head_sends_back_and_the_unit_withdraws(owed, worker, chief, cast):
    Task.objects.update(own_head_first=True)
    do(reviews.submit, owed, worker)
    back = do(reviews.send_back, owed, chief)
    assert (back.state, back.handed_on) == ("sent_back", None)
    do(reviews.submit, owed, worker)
    taken = do(reviews.withdraw, owed, worker)
    assert (taken.state, taken.submitted_by, taken.handed_on) == ("in_progress", None, None)
    assert ("assignment.withdraw", "chief") in told()
    assert ("assignment.withdraw", "head") not in told()
    with pytest.raises(StaleError):
        do(reviews.endorse, owed, chief)


def test_the_office_owes_something_itself(city, plan, cast):
    task = factories.task(plan, lead=city.office, own_head_first=True)
    row = factories.assignment(task, city.office, percent=100, state="in_progress")
    assert do(reviews.submit, row, cast.admin).state == "submitted"
    with pytest.raises(ValidationError):
        do(reviews.approve, row, cast.admin)
    assert do(reviews.approve, row, factories.user(city.office, Role.HEAD)).state == "done"


# ------------------------------------------------------------ the office's rulings
def test_what_the_office_cancelled_no_fan_out_brings_back(owed, cast, plan):
    do(reviews.submit, owed, cast.admin)
    gone = do(rulings.cancel, owed, cast.admin)
    assert (gone.state, gone.cancelled_by, gone.done_on) == ("cancelled", cast.admin, None)
    fan_out(tasks=[owed.task], by=cast.admin, at=clock.now(), today=TODAY)
    assert Assignment.objects.get(pk=owed.pk).state == "cancelled"
    back = do(rulings.reopen, owed, cast.admin)
    assert (back.state, back.cancelled_by) == ("in_progress", None)
    assert counts.differences(plan) == {}


@pytest.mark.parametrize("act", [rulings.cancel, rulings.reopen])
def test_a_ruling_needs_a_reason(act, owed, cast):
    with pytest.raises(ValidationError) as caught:
        do(act, owed, cast.admin, opinion=" ")
    assert set(caught.value.message_dict) == {"opinion"}


# ------------------------------------------------------------ extensions
def ask(owed, by, **fields):
    values = {"due_wanted": DAY(2017, 10, 20), "reason": "检测排期紧张", "today": TODAY} | fields
    return requests.ask(assignment=owed, by=by, at=clock.now(), **values)


def answer(asked, by, due_after, today=TODAY, opinion="同意"):
    return requests.decide(extension=asked, by=by, at=clock.now(), today=today, due_after=due_after, opinion=opinion)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due_wanted": DAY(2017, 9, 25)}, "due_wanted"),
        ({"due_wanted": DAY(2017, 9, 1)}, "due_wanted"),
        ({"due_wanted": DAY(2018, 1, 15)}, "explanation"),
        ({"due_wanted": DAY(2019, 1, 15), "explanation": "跨年"}, "due_wanted"),
        ({"reason": " "}, "reason"),
        ({"today": DAY(2017, 9, 26)}, "__all__"),
    ],
)
def test_what_cannot_be_asked(fields, field, owed, worker):
    with pytest.raises(ValidationError) as caught:
        ask(owed, worker, **fields)
    assert field in caught.value.message_dict
    assert not Extension.objects.exists()


def test_asking_on_the_last_day_and_beyond_the_year_with_a_reason(owed, worker):
    asked = ask(owed, worker, today=DAY(2017, 9, 25), due_wanted=DAY(2018, 1, 15), explanation="设备明年到货")
    assert asked.is_open
    with pytest.raises(ValidationError):
        ask(owed, worker)
    assert Extension.objects.count() == 1


def test_granting_moves_the_deadline_and_keeps_the_first(owed, worker, cast, plan):
    asked = ask(owed, worker)
    granted = answer(asked, cast.head, DAY(2017, 10, 10))
    owed.refresh_from_db()
    assert (granted.decision, granted.due_after) == ("approved", DAY(2017, 10, 10))
    assert (owed.due_on, owed.first_due_on, owed.extended_to) == (
        DAY(2017, 10, 10),
        DAY(2017, 9, 25),
        DAY(2017, 10, 10),
    )
    step = owed.transitions.latest_first().first()
    assert (step.verb, step.due_on, step.source) == ("extend", DAY(2017, 10, 10), "in_progress")
    assert counts.differences(plan) == {}
    fan_out(tasks=[owed.task], by=cast.admin, at=clock.now(), today=TODAY)
    owed.refresh_from_db()
    assert owed.due_on == DAY(2017, 10, 10)  # the task's own deadline does not shorten it
    assert told() == [
        ("assignment.ask_extension", "head"), ("assignment.extend", "worker"),
    ]  # fmt: skip


def test_refusing_leaves_the_deadline_and_a_second_answer_is_told(owed, worker, cast):
    asked = ask(owed, worker)
    assert answer(asked, cast.head, None, opinion="理由不足").decision == "refused"
    owed.refresh_from_db()
    assert (owed.due_on, owed.extended_to) == (DAY(2017, 9, 25), None)
    with pytest.raises(StaleError) as caught:
        answer(asked, cast.head, DAY(2017, 10, 10))
    assert "不同意延期" in caught.value.messages[0]
    assert ask(owed, worker).is_open  # may be asked again while the deadline lies ahead


def test_who_answers(owed, worker, chief, cast, city):
    asked = ask(owed, worker)
    for person, error in ((chief, ValidationError), (worker, ValidationError), (cast.admin, PermissionDenied)):
        with pytest.raises(error):
            answer(asked, person, DAY(2017, 10, 10))
    for due_after, opinion, field in (
        (DAY(2017, 9, 25), "好", "due_after"), (DAY(2017, 10, 1), " ", "opinion"), (None, "", "opinion"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as caught:
            answer(asked, cast.head, due_after, opinion=opinion)
        assert field in caught.value.message_dict


def test_asked_in_time_but_undecided_is_overdue_until_granted(owed, worker, cast, plan):
    asked = ask(owed, worker)
    later = DAY(2017, 10, 3)
    assert Assignment.objects.overdue(later).exists()
    with pytest.raises(ValidationError) as caught:
        answer(asked, cast.head, DAY(2017, 10, 1), today=later)
    assert "due_after" in caught.value.message_dict
    do(reviews.submit, owed, worker, today=DAY(2017, 9, 29))
    with pytest.raises(ValidationError) as caught:
        do(reviews.approve, owed, cast.head, today=later)
    assert caught.value.code == "asked"
    answer(asked, cast.head, DAY(2017, 9, 30), today=later)  # handed in by then: it was in time after all
    assert do(reviews.approve, owed, cast.head, today=later).punctuality(later) == "done"
    assert counts.differences(plan) == {}


def test_a_request_lapses_with_the_assignment(owed, worker, cast):
    asked = ask(owed, worker)
    do(reviews.submit, owed, worker)
    do(reviews.approve, owed, cast.head)
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("lapsed", None)


# ------------------------------------------------------------ results
def test_the_result_is_written_when_all_is_done_and_opens_again(owed, worker, cast, city, log_in):
    client = log_in(worker)
    page = f"/tasks/{owed.task_id}/result/"
    assert "未销号" in client.get(page).content.decode()
    with pytest.raises(ValidationError):
        results.write(task=owed.task, by=worker, at=clock.now(), text="完成")
    do(reviews.submit, owed, worker)
    do(reviews.approve, owed, cast.head)
    assert client.post(page, {"text": " ", "version": "1"}).status_code == 200
    client.post(page, {"text": "全部镇街完成演练", "version": "1"})
    task = Task.objects.get()
    assert (task.result, task.result_by, task.version) == ("全部镇街完成演练", worker, 2)
    stale = client.post(page, {"text": "另一段文字", "version": "1"}).content.decode()
    assert "另一段文字" in stale
    assert "全部镇街完成演练" in stale
    for address in (f"/tasks/{task.pk}/", "/2017/plan/"):
        assert "全部镇街完成演练" in client.get(address).content.decode()
    do(rulings.reopen, owed, cast.admin)
    task.refresh_from_db()
    assert (task.result, task.result_by, task.result_at) == ("全部镇街完成演练", None, None)
    assert "全部镇街完成演练" not in client.get("/2017/plan/").content.decode()
    assert log_in(cast.head).get(page).status_code == 403


# ------------------------------------------------------------ pages
def test_asking_on_the_page_keeps_what_was_typed(owed, worker, cast, log_in):
    client = log_in(worker)
    page = f"/assignments/{owed.pk}/extension/"
    data = {"due_wanted": "2017-09-01", "reason": "检测排期紧张", "explanation": "", "version": owed.version}
    answer = client.post(page, data).content.decode()
    assert "请填写更晚的日期" in answer
    assert "检测排期紧张" in answer
    data["due_wanted"] = "2017-10-20"
    stale = client.post(page, data | {"version": owed.version + 5}).content.decode()
    assert "检测排期紧张" in stale
    assert not Extension.objects.exists()
    client.post(page, data)
    assert Extension.objects.get().due_wanted == DAY(2017, 10, 20)
    assert "已有一项延期申请" in client.get(page).content.decode()
    assert log_in(cast.head).get(page).status_code == 403
    ledger = log_in(cast.admin)
    for value, number in (("asked", 1), ("granted", 0), ("refused", 0)):
        assert ledger.get(f"/2017/ledger/?extension={value}").context["page"].paginator.count == number


# ------------------------------------------------------------ who, in which state, which step
STEP_PAGES = ("submit", "endorse", "approve", "send-back", "withdraw", "cancel", "reopen", "extension")
WORKING = ("not_started", "in_progress", "sent_back")
MAY = {  # who → step → states in which it is done; 403 for all steps that are not named
    "worker": {"submit": WORKING, "withdraw": ("with_head", "submitted"), "extension": WORKING},
    "chief": {"submit": WORKING, "withdraw": ("with_head", "submitted"), "extension": WORKING,
              "endorse": ("with_head",), "send-back": ("with_head",)},
    "head": {"approve": ("submitted",), "send-back": ("submitted",)},
    "admin": {"cancel": (*WORKING, "with_head", "submitted"), "reopen": ("done", "cancelled")},
    "auditor": {},
}  # fmt: skip
AFTER = {
    "submit": "submitted", "endorse": "submitted", "approve": "done", "send-back": "sent_back",
    "withdraw": "in_progress", "cancel": "cancelled", "reopen": "in_progress",
}  # fmt: skip


@pytest.mark.parametrize("state", [*WORKING, "with_head", "submitted", "done", "cancelled"])
@pytest.mark.parametrize("who", [*MAY, "enterprise", "outsider"])
def test_the_walk_over_every_step(who, state, owed, worker, chief, cast, plan, log_in):
    handed = state in ("with_head", "submitted", "done")
    done_on = TODAY if state in ("submitted", "done") else None
    start = {"state": state, "handed_on": TODAY if handed else None, "done_on": done_on, "version": 1,
             "submitted_by": worker if handed else None, "endorsed_by": None, "cancelled_by": None}  # fmt: skip
    client = log_in({"worker": worker, "chief": chief}.get(who) or getattr(cast, who))
    for step in STEP_PAGES:
        Assignment.objects.update(**start)
        Extension.objects.all().delete()
        data = {"opinion": "意见", "version": "1", "reason": "理由", "due_wanted": "2017-10-20"}
        code = client.post(f"/assignments/{owed.pk}/{step}/", data).status_code
        now = Assignment.objects.get(pk=owed.pk)
        allowed = MAY.get(who, {}).get(step)
        if who in ("enterprise", "outsider"):
            assert code == 404, step
        elif allowed and state in allowed:
            assert code == 302, (step, state)
            assert now.state == AFTER.get(step, state) or (step, now.state) == ("reopen", "in_progress"), step
            assert Extension.objects.exists() == (step == "extension")
            continue
        elif allowed and step != "send-back":
            assert code == 200, (step, state)  # theirs, but not now: shown again with the reason
        else:
            assert code in (403, 200), (step, state)
        assert now.state == state, (who, step)
        assert not Extension.objects.exists()
