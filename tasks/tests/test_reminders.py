"""The ladder on assignments, submissions and requests: who is told what, once, and nothing that they may not see."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AuditEntry
from lib.workdays import Calendar, Year
from notifications import ladders, rungs
from notifications.calendar import calendar
from notifications.models import Delivery, Notification, Reminder
from notifications.outbox import News, queue
from notifications.planner import plan_day
from organizations.models import User
from organizations.roles import Role
from tasks.models import Assignment, Extension
from tasks.states import AssignmentState
from tests import factories
from tests.together import together

D = datetime.date
DAY = datetime.timedelta(days=1)
DUE = D(2017, 9, 29)  # a Friday; the Saturday after it works, then the long holiday
CHINA = Calendar()
DEFAULT = [("before", 30), ("before", 7), ("before", 1), ("before", 0), ("after", 1), ("after", 5), ("after", 10)]


def plan_on(city, day, **options):
    return plan_day(commission=city.commission, on=day, at=timezone.now(), **({"calendar": CHINA} | options))


def said(**conditions):
    """(stage, who) of the rows, in the order written."""
    rows = Reminder.objects.filter(**conditions).order_by("id")
    return list(rows.values_list("stage", "recipient__username"))


@pytest.fixture
def people(cast, city):
    """The cast, each with an address, and a head for 市安监局 and the commission."""
    cast.chief = factories.user(city.safety, Role.HEAD, "chief")
    cast.leader = factories.user(city.commission, Role.HEAD, "leader")
    for person in User.objects.all():
        person.email = f"{person.username}@example.com"
        person.save()
    return cast


@pytest.fixture
def owed(plan, city, people):
    """One assignment of 市安监局, due on DUE."""
    return factories.assignment(factories.task(plan, due_on=DUE), city.safety)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (DUE - 31 * DAY, set()),
        (DUE - 30 * DAY, {("before:30", "inspector")}),
        (DUE - 7 * DAY, {("before:30", "inspector"), ("before:7", "inspector")}),
    ],
)
def test_before_the_deadline_the_own_inspector(day, expected, owed, city):
    plan_on(city, day)
    assert set(said()) == expected


def test_the_ladder_day_by_day(owed, city):
    """By working days: 1 on 30 September (a Saturday that works), 5 after the holiday on 12 October, 10 on the 19th."""
    found = {}
    for number in range(60):
        day = DUE + DAY * (number - 35)
        plan_on(city, day)
        rows = Reminder.objects.filter(on=day).order_by("recipient__username")
        for stage, who in rows.values_list("stage", "recipient__username"):
            found.setdefault((str(day), stage), []).append(who)
    assert found == {
        ("2017-08-30", "before:30"): ["inspector"],
        ("2017-09-22", "before:7"): ["inspector"],
        ("2017-09-28", "before:1"): ["inspector"],
        ("2017-09-29", "before:0"): ["inspector"],
        ("2017-09-30", "after:1"): ["chief", "inspector"],
        ("2017-10-12", "after:5"): ["admin", "chief", "inspector"],
        ("2017-10-19", "after:10"): ["admin", "chief", "inspector", "leader"],
    }
    assert Notification.objects.filter(urgent=True).count() == 7


def test_missed_days_are_caught_up_the_most_severe_last(owed, city, people):
    planned = plan_on(city, D(2017, 10, 12))
    mine = [stage for stage, who in said(recipient=people.inspector)]
    assert mine == ["before:30", "before:7", "before:1", "before:0", "after:1", "after:5"]
    assert (planned.digests, planned.urgent, planned.people) == (2, 3, 3)
    kinds = list(Notification.objects.filter(recipient=people.inspector).order_by("id").values_list("kind", flat=True))
    assert kinds == ["digest", "urgent"]


def test_running_again_says_nothing(owed, city):
    plan_on(city, D(2017, 10, 12))
    before = (Reminder.objects.count(), Notification.objects.count(), Delivery.objects.count())
    for day in (D(2017, 10, 12), D(2017, 9, 1), D(2017, 10, 13)):
        assert plan_on(city, day).stages == 0
    assert (Reminder.objects.count(), Notification.objects.count(), Delivery.objects.count()) == before
    assert AuditEntry.objects.filter(verb="reminders.plan").count() == 1


def test_one_digest_a_person_a_day(owed, plan, city, people):
    factories.assignment(factories.task(plan, due_on=DUE + DAY), city.safety)
    plan_on(city, DUE - 7 * DAY)
    [digest] = Notification.objects.filter(recipient=people.inspector)
    assert digest.params["number"] == 2
    factories.assignment(factories.task(plan, due_on=DUE), city.safety)
    assert plan_on(city, DUE - 7 * DAY).stages == 0
    planned = plan_on(city, DUE - 6 * DAY)
    assert (planned.stages, planned.digests) == (3, 1)  # what came too late, and 7 days before the second


def test_urgent_stages_do_not_wait_for_the_digest(owed, plan, city, people):
    plan_on(city, D(2017, 10, 12))
    late = factories.assignment(factories.task(plan, due_on=DUE), city.safety)
    planned = plan_on(city, D(2017, 10, 12))
    assert (planned.digests, planned.urgent) == (0, 3)
    assert {stage for stage, _ in said(about_id=late.pk)} == {"after:5"}
    mail = Delivery.objects.by_mail().filter(notification__urgent=True)
    assert {one.state for one in mail} == {Delivery.State.WAITING}


def test_the_clock_pauses_while_it_is_handed_in(owed, city, people):
    plan_on(city, DUE)
    Assignment.objects.filter(pk=owed.pk).update(
        state=AssignmentState.SUBMITTED, done_on=DUE, submitted_by=people.inspector
    )
    plan_on(city, D(2017, 9, 30))
    assert "after:1" not in {stage for stage, _ in said()}
    Assignment.objects.filter(pk=owed.pk).update(state=AssignmentState.SENT_BACK, done_on=None, submitted_by=None)
    plan_on(city, D(2017, 10, 12))
    assert [s for s, who in said(on=D(2017, 10, 12), recipient=people.inspector)] == ["after:1", "after:5"]


def test_a_new_deadline_has_its_own_stages(owed, city):
    plan_on(city, D(2017, 9, 30))
    Assignment.objects.filter(pk=owed.pk).update(due_on=D(2017, 10, 31))
    plan_on(city, D(2017, 10, 1))
    assert said(due_on=D(2017, 10, 31)) == [("before:30", "inspector")]


@pytest.mark.parametrize("state", [AssignmentState.DONE, AssignmentState.CANCELLED])
def test_what_is_closed_is_not_spoken_of(state, owed, city):
    Assignment.objects.filter(pk=owed.pk).update(state=state)
    assert plan_on(city, D(2017, 10, 12)).stages == 0


def test_a_task_that_has_not_begun_waits(plan, city, people):
    task = factories.task(plan, due_on=DUE, starts_on=DUE - 10 * DAY)
    factories.assignment(task, city.safety)
    assert plan_on(city, DUE - 20 * DAY).stages == 0
    assert plan_on(city, DUE - 10 * DAY).stages == 1


class TestReviews:
    def test_a_submission_reminds_its_reviewers(self, owed, plan, city, people):
        plant = factories.assignment(factories.task(plan, due_on=DUE), city.plant)
        handed = {"state": AssignmentState.SUBMITTED, "done_on": D(2017, 9, 20), "submitted_by": people.enterprise}
        Assignment.objects.filter(pk=plant.pk).update(**handed)
        Assignment.objects.filter(pk=owed.pk).update(**handed | {"submitted_by": people.inspector})
        plan_on(city, D(2017, 9, 21))
        assert said() == []
        plan_on(city, D(2017, 9, 22))
        assert set(said(about_id=plant.pk)) == {("after:2", "chief"), ("after:2", "head")}
        assert set(said(about_id=owed.pk)) == {("after:2", "admin")}

    def test_so_does_a_request_for_extension(self, owed, city, people):
        Extension.objects.create(
            plan=owed.plan, assignment=owed, asked_by=people.inspector, asked_at=timezone.now(), reason="x",
            asked_on=D(2017, 9, 18), due_before=DUE, due_wanted=DUE + 30 * DAY,
        )  # fmt: skip
        plan_on(city, D(2017, 9, 20))
        assert said(subject="extension") == [("after:2", "admin")]


class TestNobodyIsDropped:
    def test_a_unit_without_inspector_tells_its_head(self, plan, city, people):
        factories.assignment(factories.task(plan, due_on=DUE), city.jiaozhou)
        plan_on(city, DUE - 7 * DAY)
        assert said(stage="before:7") == [("before:7", "head")]
        assert Reminder.objects.get(stage="before:7").audience == "stand_in"

    def test_a_unit_without_people_tells_who_supervises_it(self, plan, city, people):
        factories.assignment(factories.task(plan, due_on=DUE), city.transport)
        plan_on(city, DUE - 7 * DAY)
        assert said(stage="before:7") == [("before:7", "admin")]

    def test_the_disabled_count_as_not_there(self, owed, city, people):
        people.inspector.is_active = False
        people.inspector.save()
        plan_on(city, DUE - 7 * DAY)
        assert said(stage="before:7") == [("before:7", "chief")]

    def test_who_has_no_address_is_told_in_the_inbox_and_shown_to_the_office(self, owed, city, people):
        people.inspector.email = ""
        people.inspector.save()
        plan_on(city, DUE - 7 * DAY)
        result = dict(Delivery.objects.values_list("channel", "state"))
        assert result == {"inbox": "sent", "mail": "failed"}
        assert Delivery.objects.failed().get().permanent


def test_nobody_is_told_of_what_they_may_not_see(plan, city, people):
    units = (city.safety, city.transport, city.jiaozhou, city.pingdu, city.town, city.plant, city.office)
    for unit in units:
        factories.assignment(factories.task(plan, due_on=D(2017, 8, 1)), unit)
        sent = factories.assignment(factories.task(plan, due_on=D(2017, 8, 1)), unit)
        Assignment.objects.filter(pk=sent.pk).update(
            state=AssignmentState.SUBMITTED, done_on=D(2017, 8, 1), submitted_by=people.admin
        )
    plan_on(city, factories.TODAY)
    assert Reminder.objects.count() > 50
    for row in Reminder.objects.select_related("recipient"):
        assert Assignment.objects.visible_to(row.recipient).filter(pk=row.about_id).exists(), row
    assert not Notification.objects.filter(recipient=people.outsider).exists()
    assert not Notification.objects.filter(recipient=people.auditor).exists()


class TestCalendar:
    def test_an_unknown_year_makes_the_later_stages_wait_and_says_so(self, plan, city, people, caplog):
        factories.assignment(factories.task(plan, due_on=D(2049, 12, 30)), city.safety)
        planned = plan_on(city, D(2050, 1, 5))
        assert planned.missing == (2050,)
        assert {stage for stage, _ in said()} == {"before:30", "before:7", "before:1", "before:0"}
        assert "working days of 2050 are not known" in caplog.text
        known = Calendar({year: Year(frozenset(), frozenset()) for year in (2049, 2050)})
        assert plan_on(city, D(2050, 1, 6), calendar=known).missing == ()
        assert ("after:5", "inspector") in said()


class TestStages:
    def test_a_new_stage_says_nothing_about_what_lies_behind(self, owed, city):
        ladder = ladders.ladder_of(city.commission)
        ladder.stages.filter(subject="assignment").update(is_active=False)
        ladder.stages.create(
            subject="assignment", side="before", offset=5, audiences=["inspector"], since=DUE - 3 * DAY
        )
        plan_on(city, DUE)
        assert said() == []
        ladder.stages.update(since=DUE - 5 * DAY)
        plan_on(city, DUE)
        assert said() == [("before:5", "inspector")]


class TestNews:
    def test_ordinary_news_goes_with_the_digest_unless_read(self, city, people, owed):
        for key, person in (("a", people.inspector), ("b", people.head), ("c", people.head)):
            queue([News(person.pk, "x", "Sent back", "", {}, "/", key)], at=timezone.now())
        Notification.objects.filter(dedup_key="c").update(read_at=timezone.now())
        planned = plan_on(city, DUE - 7 * DAY)
        assert (planned.news, planned.digests) == (2, 1)
        states = dict(Delivery.objects.by_mail().values_list("notification__dedup_key", "state"))
        assert (states["a"], states["b"], states["c"]) == ("held", "held", "read")
        carrier = Notification.objects.get(carried__notification__dedup_key="b")
        assert (carrier.recipient, carrier.in_inbox, carrier.kind) == (people.head, False, "digest")
        assert Notification.objects.get(carried__notification__dedup_key="a").in_inbox
        assert plan_on(city, DUE - 7 * DAY).news == 0


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(-3, 12)),
        st.tuples(st.just("jump"), st.integers(-40, 40)),
        st.tuples(st.sampled_from(["pause", "resume"]), st.just(0)),
        st.tuples(st.just("extend"), st.integers(1, 40)),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_any_sequence_says_each_stage_at_most_once_and_misses_none(acts, owed, city, people):
    """Against a model that asks of every day and every stage whether it has fallen, one by one."""
    audience = {
        ("before", n): {"inspector"} for n in (30, 7, 1, 0)
    } | {("after", 1): {"inspector", "chief"}, ("after", 5): {"inspector", "chief", "admin"},
         ("after", 10): {"inspector", "chief", "admin", "leader"}}  # fmt: skip
    expected, served = set(), set()
    due_on, running, day = DUE, True, DUE - 20 * DAY
    sid = transaction.savepoint()
    for act, number in acts:
        if act == "jump":
            day += number * DAY
        elif act == "extend":
            due_on += number * DAY
            Assignment.objects.filter(pk=owed.pk).update(due_on=due_on)
        elif act in ("pause", "resume"):
            running = act == "resume"
            state = {"state": AssignmentState.SENT_BACK, "done_on": None}
            if not running:
                state = {"state": AssignmentState.SUBMITTED, "done_on": D(2030, 1, 1)}
            Assignment.objects.filter(pk=owed.pk).update(**state)
        else:
            day += number * DAY
            plan_on(city, day)
            now_served = set()
            for side, offset in DEFAULT:
                if not running or rungs.falls_on(rungs.Rung(side, offset), due_on, CHINA) > day:
                    continue
                for who in audience[side, offset]:
                    urgent = (side, offset) in {("after", 5), ("after", 10)}
                    key = (due_on, f"{side}:{offset}", who)
                    if key not in expected and (urgent or (day, who) not in served):
                        expected.add(key)
                        if not urgent:
                            now_served.add((day, who))
            served |= now_served
    rows = list(Reminder.objects.values_list("due_on", "stage", "recipient__username"))
    transaction.savepoint_rollback(sid)
    assert len(rows) == len(set(rows))
    assert set(rows) == expected


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_racing_planners_say_everything_once(plan, city, people):
    for number in range(30):
        factories.assignment(factories.task(plan, due_on=DUE - number * DAY), city.safety)
    done = together(*[lambda: plan_on(city, D(2017, 10, 12)).stages] * 4)
    assert sorted(done)[:3] == [0, 0, 0]
    assert sum(done) == Reminder.objects.count() > 200
    assert Notification.objects.filter(kind="digest").count() == 2


class TestCommand:
    def test_a_dry_run_prints_and_writes_nothing(self, owed, city, capsys):
        call_command("send_reminders", "--on", "2017-10-12", "--dry-run")
        out = capsys.readouterr().out
        assert "urgent  市安监局inspector (市安监局): overdue by 5 working days" in out
        assert "市安委会: 9 stages to 3 people: 2 digests, 3 urgent (dry run, nothing was written)" in out
        assert not Reminder.objects.exists()

    def test_a_real_one_writes(self, owed, city, capsys):
        call_command("send_reminders", "--on", "2017-10-12")
        assert Reminder.objects.count() == 9
        assert "9 stages" in capsys.readouterr().out
        call_command("send_reminders")  # today: 20 September 2017
        assert Reminder.objects.count() == 9

    def test_nonsense_is_refused(self, owed):
        with pytest.raises(CommandError, match="2017-09-20"):
            call_command("send_reminders", "--on", "gestern")


def test_a_constant_number_of_statements(plan, city, people, django_assert_max_num_queries):
    def once(number):
        for _ in range(number):
            factories.assignment(factories.task(plan, due_on=DUE), city.safety)
        with django_assert_max_num_queries(51):
            plan_on(city, D(2017, 10, 12))

    once(1)
    once(40)
    assert calendar().knows(2017)
