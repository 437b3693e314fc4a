"""Overdue, due soon, done late: Python and SQL give the same answer for every state, deadline and day."""

import datetime
import itertools

import pytest

from tasks import counts
from tasks.models import Assignment, AssignmentCount
from tasks.punctuality import punctuality, punctuality_case, signal_q
from tasks.states import PUNCTUALITY, AssignmentState, Signal
from tasks.tallies import summary_q
from tests import factories
from tests.factories import TODAY

State = AssignmentState
DAY = datetime.timedelta(days=1)
DUE = [None, *(TODAY + n * DAY for n in (-40, -1, 0, 1, 10, 11, 100))]
DONE_ON = [None, *(TODAY + n * DAY for n in (-41, -1, 0, 1))]


@pytest.fixture
def grid(plan, city):
    """Every state with every deadline and day of submission."""
    task = factories.task(plan, lead=city.safety)
    rows = []
    for number, (state, due_on, done_on) in enumerate(itertools.product(State.values, DUE, DONE_ON)):
        unit = (city.safety, city.transport, city.jiaozhou)[number % 3]
        rows.append(
            Assignment(
                plan=plan, work_point=task.work_point, task=task, organization=unit, role="lead",
                period=f"p{number}", starts_on=plan.issued_on, due_on=due_on, done_on=done_on, state=state,
            )
        )  # fmt: skip
    Assignment.objects.bulk_create(rows)
    counts.rebuild(plan)
    return Assignment.objects.all()


def test_python_and_sql_agree(grid):
    for row in grid.annotate(found=punctuality_case(TODAY)):
        told = None if row.state == State.CANCELLED else row.punctuality(TODAY).value
        assert row.found == told, (row.state, row.due_on, row.done_on)


def test_the_five_are_a_partition(grid):
    standing = set(grid.standing().values_list("pk", flat=True))
    seen: set[int] = set()
    for signal in PUNCTUALITY:
        found = set(grid.filter(signal_q(signal, TODAY)).values_list("pk", flat=True))
        assert not seen & found
        seen |= found
    assert seen == standing


def test_the_filter_finds_the_rows_that_show_the_workflow(grid):
    for signal, state in (
        (Signal.SENT, State.SUBMITTED), (Signal.BACK, State.SENT_BACK), (Signal.HEAD, State.WITH_HEAD),
    ):  # fmt: skip
        found = set(grid.showing(signal, TODAY).values_list("pk", flat=True))
        assert (
            found == {row.pk for row in grid if row.signal(TODAY) == signal} == {r.pk for r in grid.filter(state=state)}
        )


@pytest.mark.parametrize("signal", [*PUNCTUALITY, Signal.SENT])
@pytest.mark.parametrize("days", [-50, 0, 5, 200])
def test_the_summary_counts_the_same_on_any_day(grid, signal, days):
    day = TODAY + days * DAY
    kept = sum(AssignmentCount.objects.filter(summary_q(signal, day)).values_list("number", flat=True))
    assert kept == grid.standing().filter(signal_q(signal, day)).count()


@pytest.mark.parametrize(
    ("state", "due_on", "done_on", "expected"),
    [
        (State.IN_PROGRESS, TODAY, None, Signal.SOON),
        (State.IN_PROGRESS, TODAY - DAY, None, Signal.OVER),
        (State.IN_PROGRESS, TODAY + 10 * DAY, None, Signal.SOON),
        (State.IN_PROGRESS, TODAY + 11 * DAY, None, Signal.OK),
        (State.IN_PROGRESS, None, None, Signal.OK),
        (State.SUBMITTED, TODAY - 9 * DAY, TODAY - 9 * DAY, Signal.OK),  # on the reviewer's desk, handed in in time
        (State.SUBMITTED, TODAY - 9 * DAY, TODAY - 8 * DAY, Signal.OVER),
        (State.WITH_HEAD, TODAY - DAY, None, Signal.OVER),  # inside the unit, the clock runs on
        (State.WITH_HEAD, TODAY + DAY, None, Signal.SOON),
        (State.DONE, TODAY - 9 * DAY, TODAY - 9 * DAY, Signal.DONE),
        (State.DONE, TODAY - 9 * DAY, TODAY - 8 * DAY, Signal.LATE),
        (State.DONE, None, TODAY, Signal.DONE),
    ],
)
def test_borders(state, due_on, done_on, expected):
    assert punctuality(state, due_on, done_on, TODAY) == expected


def test_days_that_count_as_soon_are_a_setting(settings):
    settings.DUE_SOON_DAYS = 3
    assert punctuality(State.NOT_STARTED, TODAY + 4 * DAY, None, TODAY) == Signal.OK
    assert punctuality(State.NOT_STARTED, TODAY + 3 * DAY, None, TODAY) == Signal.SOON
