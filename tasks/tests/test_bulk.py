"""Rows that go in by COPY come out as they were, in both databases."""

import datetime
from decimal import Decimal

import pytest

from audit.models import AuditEntry
from lib import bulk
from lib.bulk import FEW
from lib.clock import now
from tasks.models import Task

ODD = ["a\tb", "back\\slash \\N \\.", "two\nlines\r", "引号\"'", "", "\\"]


@pytest.mark.parametrize("times", [1, FEW])
def test_values_of_every_kind_survive(db, times):
    at = now()
    rows = [(at, "test", "x.y", number, text, {"t": text}, None) for number, text in enumerate(ODD * times)]
    columns = ("at", "verb", "object_type", "object_id", "object_text", "before", "after")
    assert bulk.insert_values(AuditEntry, columns, rows) == len(rows)
    found = AuditEntry.objects.order_by("object_id").values_list("at", "object_text", "before", "after", "by")
    assert list(found) == [(at, text, {"t": text}, None, None) for text in ODD * times]


@pytest.mark.parametrize("number", [1, FEW + 50])
def test_objects_get_their_keys(plan, number):
    point = plan.work_points.first()
    day = datetime.date(2017, 6, 30)
    tasks = [
        Task(plan=plan, work_point=point, number=str(n), title=f"任务\t{n}", due_on=day, target=Decimal("4.50"))
        for n in range(number)
    ]
    bulk.insert(tasks)
    for task in (tasks[0], tasks[-1]):
        kept = Task.objects.get(pk=task.pk)
        assert (kept.title, kept.due_on, kept.target, kept.withdrawn) == (task.title, day, Decimal("4.50"), False)
    tasks[0].title = "anders"
    tasks[0].save()
    assert Task.objects.count() == number


def test_nothing_is_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert bulk.insert([]) == []
        assert bulk.insert_values(AuditEntry, ("verb",), []) == 0
