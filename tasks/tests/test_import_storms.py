"""Imports in bad weather: a process killed in mid-commit, the same file twenty times at once."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.urls import reverse

from audit.models import AuditEntry
from lib import clock
from tasks import counts
from tasks.actions import imports
from tasks.actions.import_whole import bring_in
from tasks.models import Assignment, ImportBatch, Task, Transition

from .import_world import CLASSIC, UPDATE, build, row, sheet

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def preview(plan, path):
    return imports.preview(plan=plan, path=path, name=path.name, by=None, at=clock.now())


def commit(batch):
    return imports.commit(batch=batch, by=None, at=clock.now(), today=clock.today())


def statements(batch):
    """How many statements a commit takes: it is made and taken back."""
    number = 0

    def count(execute, sql, params, many, context):
        nonlocal number
        number += 1
        return execute(sql, params, many, context)

    class Enough(Exception):
        pass

    def last(done, total, step):
        if done == total:
            raise Enough

    with connection.execute_wrapper(count), pytest.raises(Enough):
        imports.commit(batch=batch, by=None, at=clock.now(), today=clock.today(), tell=last)
    return number


def commit_and_die(batch, after):
    """A process of its own that is killed after so many statements; its exit status."""
    connections.close_all()
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    left = after

    def kill(execute, sql, params, many, context):
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kill):
        commit(batch)
    os._exit(0)


def state():
    """What a commit writes."""
    tasks = list(Task.objects.order_by("pk").values_list("pk", "title", "target", "due_on", "version", "withdrawn"))
    numbers = [model.objects.count() for model in (Assignment, AuditEntry, Transition)]
    return tasks, numbers, list(ImportBatch.objects.order_by("pk").values_list("state", "outcome"))


def test_killed_at_any_point_of_a_commit_all_or_nothing():
    plan, _admin = build()
    commit(preview(plan, CLASSIC))
    batch = preview(plan, UPDATE)
    batch.rows.filter(verdict="absent").update(withdraw=True)
    before, whole = state(), statements(batch)
    assert whole > 20
    for percent in (10, 30, 50, 70, 90):
        status = commit_and_die(batch, whole * percent // 100)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"{percent}%: status {status}"
        assert state() == before, f"killed at {percent}%: half of it was written"
    assert counts.differences(plan) == {}
    done = commit(batch)
    assert (done.created, done.changed, done.withdrawn) == (3, 7, 2)
    assert counts.differences(plan) == {}


def test_the_same_file_twenty_times_at_once_has_one_effect(log_in, tmp_path):
    _plan, admin = build()
    path = sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 11)))
    content = path.read_bytes()

    def desk(client):
        try:
            data = {"file": SimpleUploadedFile(path.name, content)}
            shown = client.post(reverse("import_list", kwargs={"year": 2017}), data)["Location"]
            return client.post(shown + "commit/", follow=True).content.decode()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        pages = list(pool.map(desk, [log_in(admin) for _ in range(20)]))
    said = sum("Imported: 10 tasks created" in page or "已导入" in page for page in pages)
    assert said >= 1
    assert Task.objects.count() == 10
    assert ImportBatch.objects.filter(state="committed", outcome__created=10).count() == 1
    assert AuditEntry.objects.filter(verb="task.create").count() == 10


def test_the_command_twenty_times_at_once_has_one_effect(tmp_path):
    plan, _admin = build()
    path = sheet(tmp_path / "a.xlsx", *(row(n) for n in range(1, 11)))

    def run(_number):
        try:
            return bring_in(plan=plan, path=path, name=path.name, by=None, at=clock.now(), today=clock.today())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(run, range(20)))
    assert sum(outcome is not None and outcome.created for _batch, outcome in done) == 10
    assert Task.objects.count() == 10
