"""A task becomes assignments, and a change of the task touches only what is still open."""

import datetime

import pytest

from lib import clock
from organizations.models import Organization, OrganizationGroup
from tasks import counts
from tasks.actions.fanout import FanOutResult, fan_out
from tasks.models import Assignment, TaskUnit
from tasks.states import AssignmentState, Cadence, UnitRole
from tests import factories

DAY = datetime.date


def run(*tasks, by=None):
    return fan_out(tasks=tasks, by=by, at=clock.now(), today=clock.today())


def days(task):
    return sorted(Assignment.objects.filter(task=task).values_list("due_on", flat=True))


def test_a_collective_unit_becomes_its_members(city, plan):
    task = factories.task(plan, lead=city.safety, cooperating=city.districts, target=450, unit="家")
    assert run(task) == FanOutResult(3, 0, 0)
    rows = {a.organization: a for a in task.assignments.all()}
    assert set(rows) == {city.safety, city.jiaozhou, city.pingdu}
    assert rows[city.safety].role == UnitRole.LEAD
    assert rows[city.safety].target == 450
    assert rows[city.pingdu].role == UnitRole.COOPERATING
    assert rows[city.pingdu].target is None


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        (Cadence.QUARTERLY, [DAY(2017, 6, 30), DAY(2017, 9, 30), DAY(2017, 12, 31)]),
        (Cadence.ONGOING, [DAY(2017, 6, 30), DAY(2017, 9, 30), DAY(2017, 12, 31)]),
        (Cadence.YEARLONG, [DAY(2017, 12, 31)]),
    ],
)
def test_one_assignment_per_period_that_ends_after_the_plan_was_issued(cadence, expected, city, plan):
    task = factories.task(plan, lead=city.safety, cadence=cadence)
    run(task)
    assert days(task) == expected


def test_monthly_means_nine_times_in_2017(city, plan):
    task = factories.task(plan, lead=city.safety, cadence=Cadence.MONTHLY, due_day=25)
    run(task)
    assert days(task) == [DAY(2017, month, 25) for month in range(4, 13)]


def test_a_unit_that_leads_does_not_also_cooperate(city, plan):
    task = factories.task(plan, lead=city.jiaozhou, cooperating=city.districts)
    run(task)
    assert task.assignments.get(organization=city.jiaozhou).role == UnitRole.LEAD
    assert task.assignments.count() == 2


def test_doing_it_again_changes_nothing(city, plan):
    task = factories.task(plan, lead=city.safety, cooperating=city.districts)
    run(task)
    assert run(task) == FanOutResult(0, 0, 0)


def test_an_inactive_unit_gets_nothing(city, plan):
    Organization.objects.filter(pk=city.pingdu.pk).update(is_active=False)
    task = factories.task(plan, lead=city.safety, cooperating=city.districts)
    run(task)
    assert not task.assignments.filter(organization=city.pingdu).exists()


def test_a_new_deadline_moves_open_ones_and_keeps_the_first_promise(city, plan):
    task = factories.task(plan, lead=city.safety, cooperating=city.districts, due_on=DAY(2017, 8, 31))
    run(task)
    task.assignments.filter(organization=city.jiaozhou).update(state=AssignmentState.DONE, done_on=DAY(2017, 8, 1))
    task.assignments.filter(organization=city.pingdu).update(state=AssignmentState.SUBMITTED, done_on=DAY(2017, 9, 1))
    task.due_on = DAY(2017, 10, 31)
    task.save()
    assert run(task) == FanOutResult(0, 1, 0)
    rows = {a.organization_id: (a.due_on, a.first_due_on) for a in task.assignments.all()}
    assert rows[city.safety.pk] == (DAY(2017, 10, 31), DAY(2017, 8, 31))
    assert rows[city.jiaozhou.pk] == (DAY(2017, 8, 31), DAY(2017, 8, 31))
    assert rows[city.pingdu.pk] == (DAY(2017, 8, 31), DAY(2017, 8, 31))
    assert counts.differences(plan) == {}


def test_a_unit_taken_off_is_cancelled_and_comes_back(city, plan):
    task = factories.task(plan, lead=city.safety, cooperating=city.transport)
    run(task)
    TaskUnit.objects.filter(task=task, organization=city.transport).delete()
    task = type(task).objects.get(pk=task.pk)
    assert run(task) == FanOutResult(0, 0, 1)
    assert task.assignments.get(organization=city.transport).state == AssignmentState.CANCELLED
    assert counts.differences(plan) == {}
    TaskUnit.objects.create(task=task, organization=city.transport, role=UnitRole.COOPERATING)
    task = type(task).objects.get(pk=task.pk)
    assert run(task) == FanOutResult(0, 1, 0)
    assert task.assignments.get(organization=city.transport).state == AssignmentState.NOT_STARTED


def test_what_is_done_survives_the_withdrawal(city, plan):
    task = factories.task(plan, lead=city.safety, cooperating=city.transport)
    run(task)
    task.assignments.filter(organization=city.safety).update(state=AssignmentState.DONE, done_on=DAY(2017, 8, 1))
    task.withdrawn = True
    task.save()
    assert run(task) == FanOutResult(0, 0, 1)
    assert task.assignments.get(organization=city.safety).state == AssignmentState.DONE


def test_members_by_hand(city, plan):
    group = OrganizationGroup.objects.create(city=city.commission, name="试点单位", rule=OrganizationGroup.Rule.HAND)
    group.by_hand.set([city.town, city.plant])
    task = factories.task(plan, lead=group)
    run(task)
    assert set(task.assignments.values_list("organization", flat=True)) == {city.town.pk, city.plant.pk}


def test_bulk_takes_a_constant_number_of_queries(city, plan, django_assert_max_num_queries):
    tasks = [factories.task(plan, lead=city.safety, cooperating=city.districts) for _ in range(30)]
    with django_assert_max_num_queries(20):  # the log of steps and the chain of the record ask one each
        run(*tasks)
    assert Assignment.objects.count() == 90


def test_what_is_added_to_a_plan_at_work_counts_from_its_day(city, plan, cast):
    first, second, third = (factories.task(plan, lead=city.safety) for _ in range(3))
    run(first)
    run(second)
    assert set(Assignment.objects.values_list("added_on", flat=True)) == {None}  # the plan is still being set up
    factories.evidence(first.assignments.get(), cast.inspector)
    run(first, second, third)
    assert list(Assignment.objects.order_by("task").values_list("added_on", flat=True)) == [None, None, factories.TODAY]
