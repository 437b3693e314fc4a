"""Ordered work is done once, tells how far it is, can be cancelled, and is picked up after a process was killed."""

import datetime
import os
import signal
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from background import work_runner
from background.models import Work
from background.work import Kinds, ask_to_stop, order

MINUTE = datetime.timedelta(minutes=1)
NOW = timezone.now()
State = Work.State


def kinds_with(function, **options) -> tuple[Kinds, list[Work]]:
    """Kinds with one, and the rows that came to nothing."""
    kinds, ended = Kinds(), []
    kinds.work("test.work", ended=ended.append, **options)(function)
    return kinds, ended


def queued(**fields) -> Work:
    return order("test.work", by=None, at=NOW, payload={"n": 3}, **fields)


@pytest.mark.django_db
class TestRun:
    def test_is_done_once_and_keeps_its_result(self):
        seen = []
        kinds, _ended = kinds_with(lambda run: seen.append(run.payload) or {"made": 3})
        row = queued(total=3)
        assert work_runner.sweep(kinds, NOW) == 1
        assert work_runner.sweep(kinds, NOW + 10 * MINUTE) == 0
        row.refresh_from_db()
        assert (row.state, row.result, row.percent, seen) == (State.DONE, {"made": 3}, 100, [{"n": 3}])

    def test_of_one_key_only_one_is_unfinished(self):
        kinds, _ended = kinds_with(lambda run: None)
        first = queued(key="a")
        assert queued(key="a") == first
        assert queued(key="b") != first
        work_runner.sweep(kinds, NOW)
        assert queued(key="a") != first

    def test_tells_how_far_it_is(self):
        found = []

        def function(run):
            run.tell(1, 4, "reading")
            found.append(Work.objects.values_list("done", "total", "step", "state").get())
            run.tell(2, 4, "reading")  # so soon after the first that nothing is written

        kinds, _ended = kinds_with(function)
        queued()
        work_runner.sweep(kinds, NOW)
        assert found == [(1, 4, "reading", "running")]

    def test_waiting_work_is_cancelled_at_once(self):
        kinds, _ended = kinds_with(lambda run: pytest.fail("was cancelled"))
        row = queued()
        assert ask_to_stop(row, at=NOW)
        assert work_runner.sweep(kinds, NOW) == 0
        assert row.state == State.STOPPED
        assert not ask_to_stop(row, at=NOW)

    def test_running_work_is_cancelled_at_its_next_report(self):
        def function(run):
            assert ask_to_stop(run.row, at=NOW)
            run.tell(1, 2, "half")
            pytest.fail("goes on")

        kinds, ended = kinds_with(function)
        row = queued()
        work_runner.sweep(kinds, NOW)
        row.refresh_from_db()
        assert (row.state, ended) == (State.STOPPED, [row])

    def test_a_failure_is_tried_again_and_then_kept(self):
        tried = []

        def function(run):
            tried.append(1)
            raise RuntimeError("no luck")

        kinds, ended = kinds_with(function, attempts=2)
        row = queued()
        work_runner.sweep(kinds, timezone.now())
        assert work_runner.sweep(kinds, timezone.now()) == 0, "not at once"
        assert ended == []
        work_runner.sweep(kinds, timezone.now() + 5 * MINUTE)
        row.refresh_from_db()
        assert (row.state, len(tried), ended) == (State.FAILED, 2, [row])
        assert "RuntimeError: no luck" in row.error

    def test_two_processes_do_it_once(self):
        row = queued()
        kinds, _ended = kinds_with(lambda run: None)
        twin = Work.objects.get()
        assert row.claim(at=NOW, lease=MINUTE)
        assert not work_runner.run(kinds, twin, NOW)

    def test_who_was_taken_over_writes_nothing_more(self):
        row = queued()

        def function(run):
            twin = Work.objects.get()
            Work.objects.update(lease_until=NOW)
            assert twin.claim(at=NOW + MINUTE, lease=MINUTE)
            run.tell(1, 2, "late")
            pytest.fail("goes on")

        kinds, ended = kinds_with(function)
        assert work_runner.run(kinds, row, NOW)
        row.refresh_from_db()
        assert (row.state, row.attempts, row.step, ended) == (State.RUNNING, 2, "", [])

    def test_work_that_takes_its_process_down_each_time_is_given_up(self):
        kinds, ended = kinds_with(lambda run: pytest.fail("not again"), attempts=2)
        row = queued()
        Work.objects.update(attempts=2, state="running", lease_until=NOW - MINUTE)
        assert work_runner.sweep(kinds, NOW) == 1
        row.refresh_from_db()
        assert (row.state, ended) == (State.FAILED, [row])

    def test_work_of_an_unknown_kind_waits(self):
        queued()
        assert work_runner.sweep(Kinds(), NOW) == 0
        assert Work.objects.unfinished().count() == 1


@pytest.mark.django_db(transaction=True)
class TestInsideATransaction:
    @pytest.mark.postgres
    def test_progress_is_seen_before_the_end_and_a_stop_rolls_back(self):
        seen = []

        def function(run):
            with transaction.atomic():
                Work.objects.create(kind="test.other", at=NOW)
                run.tell(1, 2, "half")
                seen.append(Work.objects.filter(done=1).exists())
                Work.objects.filter(pk=run.row.pk).exists()
                stop_from_outside(run.row)
                run._next = 0.0
                run.tell(2, 2, "whole")

        kinds, _ended = kinds_with(function)
        row = queued()
        work_runner.sweep(kinds, timezone.now())
        row.refresh_from_db()
        assert (row.state, row.done, seen) == (State.STOPPED, 2, [True])
        assert not Work.objects.filter(kind="test.other").exists()


def stop_from_outside(row):
    """As another request would, over a connection of its own."""
    from django.db import connections

    aside = connections.create_connection("default")
    with aside.cursor() as cursor:
        cursor.execute("UPDATE background_work SET stop_asked = true WHERE id = %s", [row.pk])
    aside.close()


KILLED = """
import os, signal, django
django.setup()
from django.utils import timezone
from background import work_runner
from background.models import Work
from background.work import Kinds
kinds = Kinds()
kinds.work("test.work")(lambda run: os.kill(os.getpid(), signal.SIGKILL))
work_runner.sweep(kinds, timezone.now())
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_killed_process_loses_nothing():
    row = queued()
    settings = connection.settings_dict
    host = f"{settings['USER']}@{settings['HOST']}:{settings['PORT']}"
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "qdsafety.settings", "DEMO": "1", "DEBUG": "0",
                        "DATABASE_URL": f"postgres://{host}/{settings['NAME']}"}  # fmt: skip
    done = subprocess.run([sys.executable, "-c", KILLED], env=env, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    kinds, _ended = kinds_with(lambda run: {"made": 1})
    assert work_runner.sweep(kinds, timezone.now()) == 0, "the lease still holds"
    assert work_runner.sweep(kinds, timezone.now() + 5 * MINUTE) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.DONE, 2)


@pytest.mark.django_db
def test_run_jobs_does_what_was_ordered(capsys, monkeypatch):
    kinds, _ended = kinds_with(lambda run: None)
    monkeypatch.setattr("background.management.commands.run_jobs.kinds", kinds)
    queued()
    call_command("run_jobs", "--once")
    assert "1 pieces of work were done" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [None, OSError("connection refused")])
def test_a_broker_is_rung_for_after_the_commit_and_may_be_silent(
    fault, settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:6379/7"
    rung = []

    def send(name, arguments, **options):
        rung.append((name, arguments))
        if fault:
            raise fault

    monkeypatch.setattr("background.work.current_app.send_task", send)
    with django_capture_on_commit_callbacks(execute=True):
        row = queued()
        assert rung == []
    assert rung == [("background.run_work", (row.pk,))]
    assert Work.objects.unfinished().count() == 1
