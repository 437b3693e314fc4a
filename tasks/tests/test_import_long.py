"""Lists that are longer than one portion: rows go in by portions, and each portion's edge is an ordinary row."""

import datetime

import pytest
from django.db import connection

from audit.models import AuditEntry
from audit.verify import verify
from lib import bulk, clock
from tasks import counts
from tasks.actions import import_commit, import_create, import_write, imports
from tasks.actions.fanout import Expander, fan_out, wanted_of
from tasks.actions.import_undo import undo
from tasks.imports import judging, snapshot
from tasks.models import Assignment, ImportBatch, Milestone, Task, TaskUnit

from .import_world import CLASSIC, build, row, sheet

ROWS = 130  # more than bulk.FEW, so that the way of many rows is taken


@pytest.fixture(autouse=True)
def small_portions(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(imports, "TOLD", 120)
    monkeypatch.setattr(imports, "PORTION", 7)
    monkeypatch.setattr(snapshot, "PORTION", 50)
    monkeypatch.setattr(judging, "PORTION", 60)
    monkeypatch.setattr(import_create, "PORTION", 110)
    monkeypatch.setattr(import_write, "CHUNK", 40)
    monkeypatch.setattr(bulk, "PORTION", 11)


def preview(plan, path):
    return imports.preview(plan=plan, path=path, name=path.name, by=None, at=clock.now())


def commit(batch, tell=lambda done, total, step: None):
    return imports.commit(batch=batch, by=None, at=clock.now(), today=clock.today(), tell=tell)


def everything():
    """Tasks, units, milestones and assignments, without keys."""
    tasks = Task.objects.order_by("position").values_list("number", "title", "due_on", "target", "unit", "version")
    units = TaskUnit.objects.order_by("task__position", "position").values_list("task__number", "role", "organization")
    days = Milestone.objects.order_by("task__position", "due_on").values_list("task__number", "due_on")
    owed = Assignment.objects.order_by("task__position", "organization", "period")
    owed = owed.values_list("task__number", "organization", "period", "role", "starts_on", "due_on", "first_due_on",
                            "target", "state", "version")  # fmt: skip
    return [list(rows) for rows in (tasks, units, days, owed)]


def test_new_changed_unchanged_and_absent_over_many_portions(db, tmp_path):
    plan, _admin = build()
    first = sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, ROWS + 1)))
    done = commit(preview(plan, first))
    assert (done.created, done.fanned.created) == (ROWS, 2 * ROWS)
    begun = everything()
    again = preview(plan, first)
    assert (again.new, again.changed, again.unchanged, again.refused, again.absent) == (0, 0, ROWS, 0, 0)
    rows = [row(n, amount=6 if n % 2 else 5, lead="没有的局" if n == 9 else "市安监局") for n in range(1, ROWS - 9)]
    batch = preview(plan, sheet(tmp_path / "b.xlsx", *rows, row(900), row(901)))
    assert (batch.new, batch.changed, batch.unchanged, batch.refused, batch.absent) == (2, 59, 60, 1, 10)
    assert list(batch.rows.filter(row__isnull=False).values_list("row", flat=True)) == list(range(2, ROWS - 6))
    batch.rows.filter(verdict="absent").update(withdraw=True)
    said = []
    done = commit(batch, tell=lambda *told: said.append(told))
    assert (done.created, done.changed, done.withdrawn, done.fanned.cancelled) == (2, 59, 10, 20)
    assert said[-1][:2] == (62, 62) and [told[0] for told in said] == sorted(told[0] for told in said)
    assert Task.objects.get(number="1").target == 6 and Task.objects.get(number="2").target == 5
    assert counts.differences(plan) == {} and verify().intact
    made = AuditEntry.objects.filter(verb="task.create")
    assert (made.count(), {entry.after["created"] for entry in made}) == (ROWS + 2, {2})
    undo(batch=batch, by=None, at=clock.now(), today=clock.today())
    assert [[line[:-1] for line in rows] for rows in everything()] == [[line[:-1] for line in rows] for rows in begun]
    assert counts.differences(plan) == {}


def test_the_plan_is_compared_once_more_over_many_portions(db, tmp_path):
    plan, _admin = build()
    path = sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, ROWS + 1)))
    commit(preview(plan, path))
    rows = [row(n, amount=6) for n in range(1, ROWS + 1)]
    batch = preview(plan, sheet(tmp_path / "b.xlsx", *rows))
    Task.objects.filter(number__in=("3", "77", str(ROWS))).update(target=8)
    with pytest.raises(imports.PlanChangedError) as refused:
        commit(batch)
    assert refused.value.number == 3
    assert ImportBatch.objects.get(pk=batch.pk).state == "previewed"
    assert set(Task.objects.values_list("target", flat=True)) == {5, 8}


def test_what_comes_in_by_portions_is_what_a_fan_out_makes(db):
    """The assignments of an import and those of a task that is edited by hand follow the same rule."""
    plan, _admin = build()
    commit(preview(plan, CLASSIC))
    made = everything()[3]
    assert fan_out(tasks=list(Task.objects.all()), by=None, at=clock.now(), today=clock.today())[:] == (0, 0, 0)
    Assignment.objects.all().delete()
    fan_out(tasks=list(Task.objects.all()), by=None, at=clock.now(), today=clock.today())
    assert everything()[3] == made
    assert counts.differences(plan) == {}


def test_a_collective_unit_is_looked_up_once(db, django_assert_num_queries):
    plan, _admin = build()
    group = ("lead", None, None, plan.issuer.groups.order_by("pk").first().pk)
    expander = Expander()
    with django_assert_num_queries(2):
        first = expander.owing((group,))
        assert expander.owing((group,)) is first
    task = Task(plan=plan, target=4, due_on=datetime.date(2017, 6, 30))
    assert {want.target for want in wanted_of(task, first).values()} == {None}  # no member leads by its own name
    assert wanted_of(Task(plan=plan, withdrawn=True), first) == {}


def test_keys_are_drawn_once(db):
    plan, _admin = build()
    drawn = list(bulk.draw_keys(Task, 3))
    assert drawn == sorted(set(drawn))
    point = plan.work_points.first()
    rows = [(key, plan.pk, point.pk, str(key), f"任务{key}") for key in drawn]
    bulk.insert_values(Task, ("id", "plan_id", "work_point_id", "number", "title"), rows)
    assert min(bulk.draw_keys(Task, 2)) > max(drawn)
    assert Task.objects.create(plan=plan, work_point=point, number="n", title="nach").pk > max(drawn)


def test_staged_rows_come_in_portions_in_their_order(db, tmp_path, monkeypatch):
    plan, _admin = build()
    batch = preview(plan, sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 8))))
    monkeypatch.setattr(import_create, "PORTION", 3)
    portions = list(import_create.staged_in_portions(batch, "new"))
    assert [[number for number, _values in portion] for portion in portions] == [[2, 3, 4], [5, 6, 7], [8]]


@pytest.mark.postgres
def test_a_large_import_is_counted_once_it_is_there(db, tmp_path, monkeypatch, django_capture_on_commit_callbacks):
    plan, _admin = build()
    monkeypatch.setattr(import_commit, "MANY", ROWS - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_task")
    with django_capture_on_commit_callbacks(execute=True):
        commit(preview(plan, sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, ROWS + 1)))))
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'tasks_task'::regclass")
        assert cursor.fetchone()[0] >= ROWS
