"""Sign-off: the ways between the states, races, four eyes, and the counts that stay exact."""

import datetime
import random
import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from audit.models import AuditEntry
from lib import clock
from tasks import counts, rights
from tasks.actions import reviews, rulings
from tasks.actions.claim import StaleError
from tasks.actions.progress import log_progress
from tasks.models import Assignment, Plan, Review, Transition
from tasks.states import TRANSITIONS, AssignmentState
from tests import factories

TODAY = factories.TODAY
VERBS = {"submit": reviews.submit, "approve": reviews.approve, "send_back": reviews.send_back}
EVERY = VERBS | {
    "endorse": reviews.endorse, "withdraw": reviews.withdraw, "cancel": rulings.cancel, "reopen": rulings.reopen,
}  # fmt: skip
FROM = {verb: TRANSITIONS.get(verb, TRANSITIONS["submit"])[0] for verb in ["progress", *EVERY]}
FROM["reopen"] |= {"cancelled"}
LIKELY = [
    "progress",
    "submit",
    "submit",
    *["endorse", "approve"] * 3,
    "send_back",
    "withdraw",
    "cancel",
    *["reopen"] * 2,
]


@pytest.fixture
def owed(city, plan):
    return factories.assignment(
        factories.task(plan, lead=city.safety), city.safety, percent=100, state=AssignmentState.IN_PROGRESS
    )


def do(verb, assignment, by, opinion="缺盖章件", **fields):
    return VERBS[verb](assignment=assignment, by=by, at=clock.now(), today=TODAY, opinion=opinion, **fields)


def test_the_whole_way(owed, cast, plan):
    sent = do("submit", owed, cast.inspector, "已全部完成")
    assert (sent.state, sent.done_on, sent.submitted_by) == (AssignmentState.SUBMITTED, TODAY, cast.inspector)
    back = do("send_back", owed, cast.admin)
    assert (back.state, back.done_on, back.submitted_by, back.sent_back_on) == ("sent_back", None, None, TODAY)
    do("submit", owed, cast.inspector)
    done = do("approve", owed, cast.admin, "材料齐全")
    owed.refresh_from_db()
    assert (owed.state, owed.done_on, owed.version) == (AssignmentState.DONE, TODAY, done.version)
    assert owed.closed_at is not None
    assert [r.decision for r in Review.objects.order_by("id")] == ["sent_back", "approved"]
    acts = AuditEntry.objects.order_by("id")
    assert [a.verb.split(".")[1] for a in acts] == ["submit", "send_back", "submit", "approve"]
    assert acts[0].after["opinion"] == "已全部完成"
    assert counts.differences(plan) == {}


@pytest.mark.parametrize("verb", list(VERBS))
@pytest.mark.parametrize("state", AssignmentState.values)
def test_only_the_ways_of_the_table(verb, state, owed, cast, city, plan):
    chief = factories.user(city.safety, "head", "chief")
    Assignment.objects.update(state=state)
    counts.rebuild(plan)
    owed.refresh_from_db()
    sources, target = TRANSITIONS[verb]
    assert rights.allows(owed, verb) == (state in sources)
    if state in sources:
        by = chief if state == "with_head" else cast.admin
        assert do(verb, owed, by).state == target
    else:
        with pytest.raises(StaleError):
            do(verb, owed, cast.admin)
        owed.refresh_from_db()
        assert (owed.state, owed.version) == (state, 1)
        assert not AuditEntry.objects.exists()
    assert counts.differences(plan) == {}


def test_two_reviewers_of_the_same_version(owed, cast, city, plan):
    other = factories.user(city.office, "head", "other")
    seen = do("submit", owed, cast.inspector).version
    do("approve", owed, cast.admin, version=seen)
    with pytest.raises(StaleError) as caught:
        do("send_back", owed, other, version=seen)
    assert caught.value.state == AssignmentState.DONE
    assert Review.objects.count() == 1


def test_a_page_from_before_the_resubmission_decides_nothing(owed, cast):
    seen = do("submit", owed, cast.inspector).version
    do("send_back", owed, cast.admin)
    do("submit", owed, cast.inspector)
    with pytest.raises(StaleError):
        do("approve", owed, cast.admin, version=seen)


@pytest.mark.parametrize(("fields", "part"), [({"percent": 99}, "99%"), ({"target": 450, "quantity": 312}, "138 家")])
def test_nothing_incomplete_is_submitted(fields, part, owed, cast):
    owed.task.unit = "家"
    owed.task.save()
    Assignment.objects.update(**fields)
    with pytest.raises(ValidationError) as caught:
        do("submit", owed, cast.inspector)
    assert part in caught.value.messages[0]
    owed.refresh_from_db()
    assert owed.state == AssignmentState.IN_PROGRESS


def test_nobody_decides_on_the_own_work(owed, cast, city):
    do("submit", owed, cast.admin)
    for verb, by in (("approve", cast.admin), ("send_back", cast.admin),
                     ("approve", factories.user(city.safety, "head", "chief"))):  # fmt: skip
        with pytest.raises(ValidationError) as caught:
            do(verb, owed, by)
        assert caught.value.code == "four_eyes"
    with pytest.raises(PermissionDenied):
        do("approve", owed, cast.head)


def test_an_opinion_is_required_to_send_back(owed, cast):
    do("submit", owed, cast.inspector)
    with pytest.raises(ValidationError) as caught:
        do("send_back", owed, cast.admin, "  ")
    assert set(caught.value.message_dict) == {"opinion"}


def test_a_late_submission_is_late_however_fast_it_is_signed(owed, cast, plan):
    Assignment.objects.update(due_on=datetime.date(2017, 9, 19))
    counts.rebuild(plan)
    do("submit", owed, cast.inspector)
    done = do("approve", owed, cast.admin)
    assert done.punctuality(TODAY) == "late"
    assert counts.differences(plan) == {}


@pytest.mark.parametrize("seed", range(3))
def test_the_counts_survive_any_series_of_acts(seed, city, cast, plan):
    dice = random.Random(seed)
    units = [city.safety, city.jiaozhou, city.plant]
    people = [cast.inspector, cast.admin, cast.head, factories.user(city.safety, "head"),
              factories.user(city.office, "head")]  # fmt: skip
    dates = [None, datetime.date(2017, 9, 1), datetime.date(2017, 9, 22), datetime.date(2017, 12, 31)]
    rows = [
        factories.assignment(
            factories.task(plan, point=1 + n % 10, own_head_first=n % 2 == 0), units[n % 3], due_on=dates[n % 4],
            target=dice.choice([None, 20]),
        )
        for n in range(12)
    ]  # fmt: skip
    for step in range(240):
        row = Assignment.objects.get(pk=dice.choice(rows).pk)
        fitting = [verb for verb in LIKELY if row.state in FROM[verb]]
        verb = dice.choice(fitting if fitting and dice.random() < 0.8 else [*EVERY])
        day = TODAY + datetime.timedelta(days=step // 15)
        able = [p for p in people if verb in TRANSITIONS and rights.takes(rights.parties_of(p, row), row, verb)]
        by = dice.choice(able if able and dice.random() < 0.8 else people)
        common = {"assignment": row, "at": clock.now(), "today": day, "by": by}
        try:
            if verb == "progress":
                log_progress(
                    **common, happened_on=day, quantity=dice.randrange(30), percent=dice.choice([None, 60, 100]),
                    what="进展", request_key=uuid.uuid4(),
                )  # fmt: skip
            else:
                EVERY[verb](**common, opinion="意见")
        except (ValidationError, PermissionDenied):
            pass
    assert counts.differences(plan) == {}
    moved = set(Transition.objects.values_list("verb", flat=True))
    assert {"start", "submit", "approve"} - moved == set()
    for row in Assignment.objects.all():  # the log tells how each stands
        last = row.transitions.latest_first().first()
        assert (last.target if last else "not_started", last.due_on if last else row.due_on) == (row.state, row.due_on)
        assert (row.handed_on is not None) == (row.state in ("with_head", "submitted", "done"))
        assert (row.done_on is not None) == (row.state in ("submitted", "done"))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins(owed, cast, city, plan):
    other = factories.user(city.office, "head", "other")
    seen = do("submit", owed, cast.inspector).version
    outcomes, ready = [], threading.Barrier(2)

    def decide(verb, by):
        try:
            ready.wait(timeout=10)
            outcomes.append(do(verb, owed, by, version=seen).state)
        except StaleError:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=args) for args in (("approve", cast.admin), ("send_back", other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes)[-1] == "stale"
    assert Review.objects.count() == 1
    assert counts.differences(Plan.objects.get(pk=plan.pk)) == {}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_double_tap_at_the_same_moment_makes_one_entry(owed, cast, plan):
    key, found, ready = uuid.uuid4(), [], threading.Barrier(2)

    def tap():
        try:
            ready.wait(timeout=10)
            entry = log_progress(
                assignment=owed, by=cast.inspector, at=clock.now(), today=TODAY, happened_on=TODAY, quantity=5,
                percent=None, what="进展", request_key=key,
            )  # fmt: skip
            found.append(entry.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=tap) for _tap in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    owed.refresh_from_db()
    assert len(set(found)) == 1
    assert len(found) == 2
    assert owed.quantity == 5
