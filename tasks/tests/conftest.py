"""What several tests of tasks begin with; a file with a beginning of its own gives it the same name."""

import datetime

import pytest

from tasks.states import AssignmentState, Cadence
from tests import factories

from .import_world import build
from .office_desk import Office

DAY = datetime.date


@pytest.fixture
def office(db, log_in):
    """A desk in the commission office of the sample workbooks' city."""
    return Office(*build(), log_in)


@pytest.fixture
def owed(plan, city):
    """Three open assignments of the safety bureau and one of somebody else."""
    make = factories.task
    first = make(plan, number="1", title="开展企业安全体检", lead=city.safety, target=450, unit="家")
    second = make(plan, number="2", title="起草实施文件", lead=city.safety)
    third = make(plan, number="3", title="每月通报", lead=city.safety, cadence=Cadence.MONTHLY)
    other = make(plan, number="4", title="别人的任务", lead=city.transport)
    return [
        factories.assignment(first, city.safety, quantity=100, percent=22, state=AssignmentState.IN_PROGRESS),
        factories.assignment(second, city.safety),
        factories.assignment(third, city.safety, period="2017-08", due_on=DAY(2017, 8, 31)),
        factories.assignment(third, city.safety, period="2017-09", due_on=DAY(2017, 9, 30)),
        factories.assignment(third, city.safety, period="2017-11", starts_on=DAY(2017, 11, 1),
                             due_on=DAY(2017, 11, 30)),
        factories.assignment(other, city.transport),
    ]  # fmt: skip
