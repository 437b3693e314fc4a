"""The made-up city for benchmarks: of the size asked for, the same each time, with a right summary."""

import pytest
from django.core.management import CommandError, call_command

from organizations.models import Organization
from tasks import counts
from tasks.models import Assignment, Plan, ProgressEntry
from tasks.states import AssignmentState, UnitRole
from tests.factories import TODAY

pytestmark = pytest.mark.django_db


def generate(size: int, city: str) -> Plan:
    call_command("generate_load", "--assignments", str(size), "--city", city, verbosity=0)
    return Plan.objects.get(issuer__name__startswith=city)


@pytest.fixture
def made(capsys):
    found = generate(400, "甲市")
    assert "400 assignments" in capsys.readouterr().out
    return found


def facts(plan: Plan) -> list:
    fields = ("task__title", "organization__position", "period", "state", "due_on", "done_on", "percent", "quantity")
    return list(Assignment.objects.of_plan(plan).order_by("task__position", "period", "id").values_list(*fields))


def test_exactly_so_many_and_the_summary_is_right(made):
    rows = Assignment.objects.of_plan(made)
    assert rows.count() == 400
    assert counts.differences(made) == {}
    assert {AssignmentState.NOT_STARTED, AssignmentState.SUBMITTED, AssignmentState.DONE} <= set(
        rows.values_list("state", flat=True)
    )
    assert rows.overdue(TODAY).exists()
    assert rows.filter(organization__kind=Organization.Kind.ENTERPRISE, organization__enterprise__isnull=False).exists()


def test_dates_are_possible(made):
    for row in Assignment.objects.of_plan(made):
        assert (row.done_on is not None) == (row.state in (AssignmentState.SUBMITTED, AssignmentState.DONE))
        assert row.last_progress_on is None or row.last_progress_on <= TODAY
        assert row.percent == 100 or row.state not in (AssignmentState.SUBMITTED, AssignmentState.DONE)
        assert ProgressEntry.objects.filter(assignment=row).exists() == (row.last_progress_on is not None)


def test_each_task_has_one_lead(made):
    for task in made.tasks.all():
        assert task.units.filter(role=UnitRole.LEAD).count() == 1


def test_the_same_each_time_and_beside_another(made):
    assert facts(generate(400, "乙市")) == facts(made)


def test_refuses_a_city_that_exists(made):
    with pytest.raises(CommandError, match="exists already"):
        generate(10, "甲市")


@pytest.mark.parametrize("size", ["0", "-1"])
def test_refuses_nonsense(size):
    with pytest.raises(CommandError, match="1 or more"):
        call_command("generate_load", "--assignments", size)


def test_refuses_production(settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(CommandError, match="DEBUG and DEMO"):
        call_command("generate_load", "--assignments", "10")
