"""The log of transitions: complete, never changed, and filled from the record by the migration."""

import datetime
import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from lib import clock
from tasks import guard
from tasks.actions import reviews, rulings
from tasks.actions.bulk_tasks import delete_tasks
from tasks.actions.fanout import fan_out
from tasks.actions.progress import log_progress
from tasks.models import Assignment, Transition
from tests import factories

TODAY = factories.TODAY
pytestmark = pytest.mark.django_db


def steps(**which):
    rows = Transition.objects.filter(**which).order_by("on", "id")
    return list(rows.values_list("verb", "source", "target", "due_on", "on", "by__username", "reason"))


def wipe():
    """What no page and no action can do."""
    rows = Transition.objects.all()
    connection.check_constraints()  # what waits for the end of the transaction would lock the table
    with guard.lifted(connection):
        rows._raw_delete(rows.db)


@pytest.fixture
def owed(city, plan):
    task = factories.task(plan, lead=city.safety)
    fan_out(tasks=[task], by=None, at=clock.now(), today=plan.issued_on)
    return Assignment.objects.get()


def walk(owed, cast):
    day, start = TODAY - datetime.timedelta(days=9), clock.now() - datetime.timedelta(days=9)
    log_progress(
        assignment=owed, at=start, by=cast.inspector, today=day, happened_on=day, quantity=0, percent=100,
        what="完成", request_key="3a6f5f0e-5a0f-4c71-9f0e-0f7ad2b0a001",
    )  # fmt: skip
    for verb, by, opinion, later in (
        (reviews.submit, cast.inspector, "已完成", 1), (reviews.send_back, cast.admin, "缺件", 2),
        (reviews.submit, cast.inspector, "", 3), (reviews.approve, cast.admin, "同意", 3),
    ):  # fmt: skip
        passed = datetime.timedelta(days=later)
        verb(assignment=owed, at=start + passed, by=by, opinion=opinion, today=day + passed)


def test_each_step_leaves_its_row(owed, cast):
    walk(owed, cast)
    due, day = datetime.date(2017, 10, 31), TODAY - datetime.timedelta(days=9)
    later = [day + datetime.timedelta(days=n) for n in (0, 1, 2, 3, 3)]
    assert steps() == [
        ("start", "not_started", "in_progress", due, later[0], "inspector", ""),
        ("submit", "in_progress", "submitted", due, later[1], "inspector", "已完成"),
        ("send_back", "submitted", "sent_back", due, later[2], "admin", "缺件"),
        ("submit", "sent_back", "submitted", due, later[3], "inspector", ""),
        ("approve", "submitted", "done", due, later[4], "admin", "同意"),
    ]


def test_a_fan_out_logs_what_it_moved(owed, cast):
    task = owed.task
    task.due_on = datetime.date(2017, 11, 30)
    task.save()
    for withdrawn in (False, True, False):
        task.withdrawn = withdrawn
        fan_out(tasks=[task], by=cast.admin, at=clock.now(), today=TODAY)
    assert [row[:5] for row in steps()] == [
        ("adjust", "not_started", "not_started", task.due_on, TODAY),
        ("cancel", "not_started", "cancelled", task.due_on, TODAY),
        ("revive", "cancelled", "not_started", task.due_on, TODAY),
    ]


def test_nobody_changes_or_removes_a_row(owed, cast):
    walk(owed, cast)
    row = Transition.objects.first()
    for attempt in (row.save, row.delete, Transition.objects.all().delete, lambda: Transition.objects.update(verb="x")):
        with pytest.raises(TypeError):
            attempt()


def test_an_untouched_task_is_deleted_with_its_log(owed, cast):
    owed.task.due_on = datetime.date(2017, 11, 30)
    owed.task.save()
    fan_out(tasks=[owed.task], by=cast.admin, at=clock.now(), today=TODAY)
    assert Transition.objects.exists()
    Assignment.objects.all().delete()
    assert not Transition.objects.exists()


def test_the_migration_finds_the_same_in_the_record(owed, cast, city, plan):
    walk(owed, cast)
    expected = steps()
    wipe()
    migration = importlib.import_module("tasks.migrations.0007_signoff")
    migration.fill_log(apps, None)
    assert steps() == expected


@pytest.mark.parametrize(
    ("fields", "verbs"),
    [
        ({"state": "not_started"}, []),
        ({"state": "in_progress", "last_progress_on": TODAY}, ["start"]),
        ({"state": "sent_back", "last_progress_on": TODAY, "sent_back_on": TODAY}, ["start", "submit", "send_back"]),
        ({"state": "done", "done_on": TODAY, "closed_at": clock.now()}, ["start", "submit", "approve"]),
        ({"state": "cancelled"}, ["cancel"]),
        ({"state": "not_started", "due_on": datetime.date(2017, 12, 1)}, ["adjust"]),
    ],
)
def test_without_a_record_the_dates_must_do(fields, verbs, owed):
    Assignment.objects.update(**fields)
    importlib.import_module("tasks.migrations.0007_signoff").fill_log(apps, None)
    assert [row[0] for row in steps()] == verbs
    if verbs:
        assert steps()[-1][2:4] == (fields["state"], fields.get("due_on", owed.due_on))


# ------------------------------------------------------------ the database keeps it
def refused(statement):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_statement_changes_or_removes_a_step(owed, cast):
    walk(owed, cast)
    before = steps()
    for statement in (
        "UPDATE tasks_transition SET target = 'done'",
        "UPDATE tasks_transition SET \"on\" = '2017-01-01' WHERE verb = 'submit'",
        "DELETE FROM tasks_transition",
        "DELETE FROM tasks_transition WHERE verb = 'send_back'",
    ):
        refused(statement)
    rows = Transition.objects.all()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows._raw_delete(rows.db)
    assert steps() == before


@pytest.mark.sqlite  # PostgreSQL has no REPLACE
def test_no_step_is_replaced(owed, cast):
    walk(owed, cast)
    row = Transition.objects.first()
    refused(
        'INSERT OR REPLACE INTO tasks_transition (id, plan_id, assignment_id, verb, source, target, "on", at, reason) '
        f"VALUES ({row.pk}, {row.plan_id}, {row.assignment_id}, 'approve', 'submitted', 'done', '2017-09-01', "
        "'2017-09-01', '')"
    )


@pytest.mark.postgres
def test_the_whole_log_is_not_emptied_at_once(owed, cast):
    refused("TRUNCATE tasks_transition")


def test_what_a_fan_out_did_goes_with_an_assignment_that_nobody_began(owed, cast):
    task = owed.task
    task.due_on = datetime.date(2017, 11, 30)
    task.save()
    fan_out(tasks=[task], by=cast.admin, at=clock.now(), today=TODAY)
    assert [verb for verb, *_rest in steps()] == ["adjust"]
    assert delete_tasks(tasks=[task], by=cast.admin, at=clock.now()) == 1
    assert steps() == []


def test_a_cancelled_assignment_with_work_keeps_all_of_its_steps(owed, cast):
    walk(owed, cast)
    Assignment.objects.update(state="in_progress")
    rulings.cancel(assignment=owed, by=cast.admin, at=clock.now(), today=TODAY, opinion="任务撤销")
    refused("DELETE FROM tasks_transition WHERE verb = 'cancel'")
