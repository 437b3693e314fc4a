"""The figures against the naive calculation, over random histories and days; and what may never move them."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.actions import steps
from reports.actions.compile import compile_quarter
from reports.asof import Snapshot
from reports.compare import changes
from reports.figures import KEYS, Days, counted, part_of, row_of, selects
from reports.frozen import digest
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from reports.standing import Move, standing
from tasks.actions.fanout import fan_out
from tasks.models import Assignment, ProgressEntry, TaskUnit, Transition
from tests import factories

from .history import LEADS, histories, naive

D = datetime.date
AT = timezone.make_aware(datetime.datetime(2017, 7, 5, 9))
QUARTERS = [Quarter(2017, number) for number in (2, 3)]


def moves_of(life, until=D.max):
    """The log that the acts would have left."""
    state, found = "not_started", []
    for step in life.steps:
        state = LEADS.get(step.verb, state)
        before = [one for one in life.steps if one.on < step.on]
        same_day = [one for one in life.steps[: life.steps.index(step) + 1] if one.on == step.on]
        shift = sum(one.shift for one in before + same_day)
        due_on = life.due_on + datetime.timedelta(days=shift) if life.due_on else None
        if step.on <= until:
            found.append((step.verb, state, due_on, step.on))
    return found


def figures_of(lives, days):
    rows = []
    asked = [life for life in lives if life.added_on is None or life.added_on <= days.last]
    for pk, life in enumerate(asked):
        moves = [Move(*move) for move in moves_of(life, days.last)]
        rows.append(row_of(pk, 1, 1, 1, D(2017, 4, 7), standing(life.due_on, moves), days))
    found = counted([row for row in rows if row is not None])
    return {"total": found.total, "quarter": found.quarter}


@given(lives=st.lists(histories(), max_size=6), first=st.integers(0, 150), length=st.integers(0, 100))
@settings(max_examples=150, deadline=None)
def test_any_history_on_any_day_counts_as_the_naive_way_does(lives, first, length):
    begin = D(2017, 4, 7) + datetime.timedelta(days=first)
    days = Days(begin, begin + datetime.timedelta(days=length))
    assert figures_of(lives, days) == naive(lives, *days)


@given(lives=st.lists(histories(), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_the_parts_are_a_partition(lives):
    found = figures_of(lives, Days(D(2017, 4, 1), D(2017, 6, 30)))
    total, quarter = found["total"], found["quarter"]
    assert total["due"] == sum(total[key] for key in ("done", "late", "waiting", "over"))
    assert total["total"] == total["due"] + total["ahead"] + total["running"]
    assert quarter["due"] == sum(quarter[key] for key in ("done", "late", "waiting", "over"))
    assert all(quarter[key] <= total[key] for key in quarter)


@pytest.fixture
def unit(city, plan):
    """A unit with a head who may sign, and its plan."""
    return city.jiaozhou


def write_log(row, life, by=None):
    """The log of a life in the database."""
    state = "not_started"
    moment = timezone.make_aware(datetime.datetime(2017, 4, 7, 9))
    rows = []
    for verb, target, due_on, on in moves_of(life):
        rows.append(Transition(plan_id=row.plan_id, assignment=row, verb=verb, source=state, target=target,
                               due_on=due_on, on=on, at=moment, by=by))  # fmt: skip
        state = target
    Transition.objects.bulk_create(rows)


@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_says_the_same(data, city, plan):
    lives = data.draw(st.lists(histories(), min_size=1, max_size=8))
    unit = factories.organization()
    other = factories.assignment(factories.task(plan, lead=city.pingdu), city.pingdu)
    points = [data.draw(st.sampled_from([1, 6])) for _ in lives]
    for point, life in zip(points, lives, strict=True):
        task = factories.task(plan, point=point, lead=unit, target=10, unit="家")
        write_log(factories.assignment(task, unit, due_on=life.due_on, added_on=life.added_on), life)
    for quarter in QUARTERS:
        snapshot = Snapshot(plan, quarter, [unit.pk])
        found = snapshot.figures(unit.pk)
        want = naive(lives, quarter.starts_on, quarter.ends_on)
        assert {key: found[key] for key in ("total", "quarter")} == want
        for point in found["points"]:
            mine = [life for number, life in zip(points, lives, strict=True) if number == point["number"]]
            some = naive(mine, quarter.starts_on, quarter.ends_on)
            assert {key: point[key] for key in ("total", "quarter")} == some
        assert len(found["overdue"]) == found["total"]["over"]
        assert len(found["quantities"]) == found["total"]["total"]
        whole = Snapshot(plan, quarter)
        assert whole.figures(unit.pk) == found
        assert other.pk in {row.pk for row in whole.rows}
        for span in ("total", "quarter"):
            for key in found[span]:
                assert sum(selects(row, key, span) for row in snapshot.rows) == found[span][key], (span, key)


def test_later_acts_never_move_a_past_day(city, plan):
    task = factories.task(plan, lead=city.jiaozhou, due_on=D(2017, 6, 20), target=100, unit="家")
    row = factories.assignment(task, city.jiaozhou)
    quarter = Quarter(2017, 2)
    before = Snapshot(plan, quarter, [city.jiaozhou.pk]).figures(city.jiaozhou.pk)
    assert before["total"]["over"] == 1
    at = timezone.make_aware(datetime.datetime(2017, 7, 3, 9))
    author = factories.user(city.jiaozhou)
    ProgressEntry.objects.create(
        plan=plan, assignment=row, author=author, happened_on=D(2017, 6, 28), quantity=60, percent=60, what="补报",
        created_at=at,
    )  # fmt: skip
    state = "not_started"
    for verb, target, due_on, on in [
        ("extend", "not_started", D(2017, 9, 30), D(2017, 7, 1)),
        ("submit", "submitted", D(2017, 9, 30), D(2017, 7, 2)),
        ("approve", "done", D(2017, 9, 30), D(2017, 7, 3)),
        ("reopen", "in_progress", D(2017, 9, 30), D(2017, 8, 3)),
    ]:
        Transition.objects.create(plan=plan, assignment=row, verb=verb, source=state, target=target, due_on=due_on,
                                  on=on, at=at)  # fmt: skip
        state = target
    Assignment.objects.filter(pk=row.pk).update(state=state, due_on=D(2017, 9, 30))
    assert Snapshot(plan, quarter, [city.jiaozhou.pk]).figures(city.jiaozhou.pk) == before
    later = Snapshot(plan, Quarter(2017, 3), [city.jiaozhou.pk]).figures(city.jiaozhou.pk)
    assert later["total"]["extended"] == later["quarter"]["extended"] == 1
    assert later["quantities"][0]["done"] == "60"


@pytest.fixture
def at_work(city, cast, plan):
    """A plan on which 胶州市 has begun to work, and its draft for the second quarter."""
    task = factories.task(plan, lead=city.jiaozhou, due_on=D(2017, 6, 20))
    at = timezone.make_aware(datetime.datetime(2017, 5, 2, 9))
    fan_out(tasks=[task], by=cast.admin, at=at, today=at.date())
    row = task.assignments.get()
    factories.evidence(row, cast.head)
    compile_quarter(plan=plan, quarter=Quarter(2017, 2), by=None, at=at, today=D(2017, 7, 3))
    QuarterlyReport.objects.update(narrative={"1": "已部署。"})
    return QuarterlyReport.objects.for_page().get(organization=city.jiaozhou)


def added(plan, cast, owner, on, **fields):
    """A task that the office adds on a day."""
    task = factories.task(plan, lead=owner, **fields)
    at = timezone.make_aware(datetime.datetime.combine(on, datetime.time(9)))
    fan_out(tasks=[task], by=cast.admin, at=at, today=on)
    return task


def test_what_the_plan_asks_later_is_none_of_a_past_quarters(at_work, city, cast, plan):
    before = at_work.figures
    assert before["total"]["total"] == 1
    late = added(plan, cast, city.jiaozhou, D(2017, 8, 15), due_on=D(2017, 6, 25), target=9, unit="家")
    added(plan, cast, city.jiaozhou, D(2017, 8, 15), cadence="quarterly")
    added(plan, cast, city.pingdu, D(2017, 8, 15), due_on=D(2017, 6, 30))
    compile_quarter(plan=plan, quarter=Quarter(2017, 2), by=None, at=AT, today=D(2017, 9, 1))
    drafts = {report.organization: report for report in QuarterlyReport.objects.for_page()}
    assert drafts[city.jiaozhou].figures == before
    assert drafts[city.commission].figures["total"]["total"] == 1
    assert city.pingdu not in drafts  # nothing was asked of it then
    third = Snapshot(plan, Quarter(2017, 3), [city.jiaozhou.pk]).figures(city.jiaozhou.pk)
    assert third["total"]["total"] == 4  # the first, the late one, and the periods that have begun
    assert str(late.pk) in {str(line["task"]) for line in third["quantities"]}


def test_on_the_last_day_itself_it_still_counts(at_work, city, cast, plan):
    added(plan, cast, city.jiaozhou, D(2017, 6, 30), due_on=D(2017, 6, 25))
    added(plan, cast, city.jiaozhou, D(2017, 7, 1), due_on=D(2017, 6, 25))
    found = Snapshot(plan, Quarter(2017, 2), [city.jiaozhou.pk]).figures(city.jiaozhou.pk)
    assert (found["total"]["total"], found["total"]["over"]) == (2, 2)


def test_a_signature_is_not_disturbed_by_a_late_addition(at_work, city, cast, plan):
    seen = digest(at_work.figures)
    added(plan, cast, city.jiaozhou, D(2017, 7, 4), due_on=D(2017, 6, 25))
    signed = steps.sign(report=at_work, by=cast.head, at=AT, today=D(2017, 7, 5), revision=at_work.revision, seen=seen)
    assert signed.state == "signed"
    assert signed.figures["total"]["total"] == 1


def test_a_plan_typed_in_late_asks_from_its_own_date(city, cast, plan):
    added(plan, cast, city.jiaozhou, D(2017, 9, 1), due_on=D(2017, 6, 20))
    added(plan, cast, city.jiaozhou, D(2017, 9, 20), due_on=D(2017, 6, 25))
    assert Snapshot(plan, Quarter(2017, 2)).figures(None)["total"]["total"] == 2


def test_a_unit_that_takes_over_is_counted_from_then_and_the_other_until_then(at_work, city, cast, plan):
    task = plan.tasks.get()
    TaskUnit.objects.filter(task=task).update(organization=city.pingdu)
    task = type(task).objects.get(pk=task.pk)
    fan_out(tasks=[task], by=cast.admin, at=AT, today=D(2017, 8, 1))
    second, third = (Snapshot(plan, Quarter(2017, number)).by_organization for number in (2, 3))
    assert set(second) == {city.jiaozhou.pk}
    assert set(third) == {city.pingdu.pk}


def test_quantities_are_those_logged_by_the_last_day(city, plan):
    task = factories.task(plan, lead=city.jiaozhou, target=Decimal("100.5"), unit="家")
    row = factories.assignment(task, city.jiaozhou)
    author = factories.user(city.jiaozhou)
    moments = [
        (datetime.datetime(2017, 6, 30, 23, 59), "1.5"),
        (datetime.datetime(2017, 7, 1, 0, 0), "2"),
        (datetime.datetime(2017, 9, 30, 23, 59), "3"),
        (datetime.datetime(2017, 10, 1, 0, 0), "50"),
    ]
    for moment, quantity in moments:
        ProgressEntry.objects.create(
            plan=plan, assignment=row, author=author, happened_on=moment.date(), quantity=Decimal(quantity),
            percent=1, what="检查", created_at=timezone.make_aware(moment),
        )  # fmt: skip
    line = Snapshot(plan, Quarter(2017, 2)).figures(None)["quantities"][0]
    assert (line["target"], line["done"], line["added"]) == ("100.5", "1.5", "1.5")
    line = Snapshot(plan, Quarter(2017, 3)).figures(city.jiaozhou.pk)["quantities"][0]
    assert (line["done"], line["added"]) == ("6.5", "5")


def test_the_last_day_itself_is_over(city, plan):
    factories.assignment(factories.task(plan, lead=city.jiaozhou, due_on=D(2017, 6, 30)), city.jiaozhou)
    factories.assignment(factories.task(plan, lead=city.jiaozhou, due_on=D(2017, 7, 1)), city.jiaozhou)
    found = Snapshot(plan, Quarter(2017, 2)).figures(city.jiaozhou.pk)
    assert (found["total"]["over"], found["total"]["running"]) == (1, 1)
    assert [line["days"] for line in found["overdue"]] == [0]


def test_a_period_that_has_not_begun_is_not_counted(city, plan):
    task = factories.task(plan, lead=city.jiaozhou, cadence="quarterly")
    for number, start in ((2, D(2017, 4, 1)), (3, D(2017, 7, 1))):
        factories.assignment(
            task, city.jiaozhou, period=f"2017Q{number}", starts_on=start, due_on=start + datetime.timedelta(days=89)
        )
    assert Snapshot(plan, Quarter(2017, 2)).figures(None)["total"]["total"] == 1


def test_one_unit_takes_at_most_ten_queries(city, plan, django_assert_max_num_queries):
    for number in range(30):
        task = factories.task(plan, point=number % 10 + 1, lead=city.jiaozhou, target=10, unit="家")
        factories.assignment(task, city.jiaozhou)
    with django_assert_max_num_queries(10):
        Snapshot(plan, Quarter(2017, 2), [city.jiaozhou.pk]).figures(city.jiaozhou.pk)


def test_a_difference_names_the_number(city, plan):
    factories.assignment(factories.task(plan, lead=city.jiaozhou, due_on=D(2017, 6, 20)), city.jiaozhou)
    old = Snapshot(plan, Quarter(2017, 2)).figures(city.jiaozhou.pk)
    factories.assignment(factories.task(plan, lead=city.jiaozhou, due_on=D(2017, 6, 21)), city.jiaozhou)
    new = Snapshot(plan, Quarter(2017, 2)).figures(city.jiaozhou.pk)
    found = {(one["where"], one["span"], one["key"]): (one["old"], one["new"]) for one in changes(old, new)}
    assert found[("total", "total", "over")] == (1, 2)
    assert found[("point", "quarter", "due")] == (1, 2)
    assert changes(new, new) == []


def test_part_of_covers_every_state():
    for state in ("not_started", "in_progress", "with_head", "submitted", "sent_back", "done"):
        found = standing(D(2017, 6, 1), [Move("x", state, D(2017, 6, 1), D(2017, 5, 1))])
        assert part_of(found, D(2017, 6, 30)) in KEYS
