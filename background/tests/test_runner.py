"""A slot runs once, is made up for, and keeps what went wrong."""

import contextlib
import datetime
import os
import signal
import sqlite3
import subprocess
import sys
import time
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from background import jobs, runner
from background.models import ScheduledSlot
from background.said import Said, words
from background.schedule import Missed, Schedule, discover
from tests.together import together

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
NOON = datetime.datetime(2017, 9, 20, 12, 0, tzinfo=ZONE)
Outcome = ScheduledSlot.Outcome


@pytest.fixture
def wall(monkeypatch):
    """The wall clock that the end of a run reads stands at noon."""
    monkeypatch.setattr("background.runner.timezone.now", lambda: NOON)


def daily(missed: Missed = Missed.LATEST, work=None, **options) -> tuple[Schedule, list[datetime.datetime]]:
    """A schedule with one job at 12:00 each day, and the list of slots it ran for."""
    ran: list[datetime.datetime] = []
    schedule = Schedule()

    @schedule.job("test.daily", at="0 12 * * *", missed=missed, **options)
    def run(*, slot):
        ran.append(slot)
        return work() if work else "fine"

    return schedule, ran


def seen(before: datetime.timedelta) -> None:
    """The job's last run lies so far back."""
    done = NOON - before
    ScheduledSlot.objects.create(job="test.daily", slot=done, finished_at=done, outcome=Outcome.DONE)


@pytest.mark.django_db
class TestSweep:
    def test_runs_what_is_due_once(self):
        schedule, ran = daily()
        assert runner.sweep(schedule, NOON) == 1
        assert runner.sweep(schedule, NOON + HOUR) == 0
        assert ran == [NOON]
        slot = ScheduledSlot.objects.get()
        assert (slot.outcome, slot.result, slot.attempts) == (Outcome.DONE, "fine", 1)
        assert slot.finished_at is not None

    def test_the_job_gets_local_time(self):
        schedule, ran = daily()
        runner.sweep(schedule, NOON.astimezone(datetime.UTC))
        assert (ran[0].hour, str(ran[0].tzinfo)) == (12, "Asia/Shanghai")

    def test_a_new_job_makes_up_for_nothing(self):
        schedule, ran = daily(Missed.ALL)
        assert runner.sweep(schedule, NOON + HOUR) == 0
        assert ScheduledSlot.objects.get().outcome == Outcome.SKIPPED
        assert runner.sweep(schedule, NOON + DAY) == 1
        assert ran == [NOON + DAY]

    @pytest.mark.parametrize(
        ("missed", "late", "expected"),
        [
            (Missed.ALL, HOUR, [NOON - 2 * DAY, NOON - DAY, NOON]),
            (Missed.LATEST, HOUR, [NOON]),
            (Missed.SKIP, HOUR, []),
            (Missed.SKIP, datetime.timedelta(minutes=2), [NOON]),
        ],
    )
    def test_missed_slots_follow_the_policy(self, missed, late, expected):
        schedule, ran = daily(missed)
        seen(3 * DAY)
        runner.sweep(schedule, NOON + late)
        assert ran == expected
        assert runner.sweep(schedule, NOON + late) == 0

    def test_nothing_older_than_a_month_is_made_up_for(self):
        schedule, ran = daily(Missed.ALL)
        seen(400 * DAY)
        runner.sweep(schedule, NOON)
        assert len(ran) == 31

    def test_what_was_rung_for_and_forgotten_is_found_again(self):
        schedule, ran = daily()
        assert len(runner.plan_due(schedule, NOON)) == 1
        assert len(runner.plan_due(schedule, NOON + HOUR)) == 1
        assert ScheduledSlot.objects.count() == 1
        assert ran == []

    def test_a_later_slot_overtakes_a_forgotten_one(self):
        schedule, ran = daily()
        runner.plan_due(schedule, NOON - DAY)
        runner.sweep(schedule, NOON)
        assert ran == [NOON]
        assert ScheduledSlot.objects.get(slot=NOON - DAY).outcome == Outcome.SKIPPED

    def test_rows_of_a_job_that_no_longer_exists_stay_alone(self):
        ScheduledSlot.objects.create(job="gone", slot=NOON)
        assert runner.plan_due(Schedule(), NOON) == []


@pytest.mark.django_db
class TestErrors:
    def test_is_recorded_and_repeated_until_given_up(self, wall):
        schedule, ran = daily(work=lambda: 1 / 0, attempts=2)
        runner.sweep(schedule, NOON)
        slot = ScheduledSlot.objects.get()
        assert slot.error.startswith("ZeroDivisionError: division by zero")
        assert "Traceback" in slot.error
        assert slot.finished_at is None
        assert runner.sweep(schedule, NOON + datetime.timedelta(minutes=4)) == 0
        assert runner.sweep(schedule, NOON + HOUR) == 1
        slot.refresh_from_db()
        assert (slot.outcome, slot.attempts, len(ran)) == (Outcome.FAILED, 2, 2)
        assert runner.sweep(schedule, NOON + 2 * HOUR) == 0

    def test_one_bad_job_does_not_stop_the_others(self):
        schedule, _ = daily(work=lambda: 1 / 0)
        ran = []
        schedule.job("test.other", at="0 12 * * *")(lambda *, slot: ran.append(slot))
        assert runner.sweep(schedule, NOON) == 2
        assert ran == [NOON]

    def test_success_after_a_failure(self, wall):
        answers = iter([ValueError("no"), None])

        def work():
            answer = next(answers)
            if answer:
                raise answer
            return "fine"

        schedule, _ = daily(work=work)
        runner.sweep(schedule, NOON)
        runner.sweep(schedule, NOON + HOUR)
        assert ScheduledSlot.objects.get().outcome == Outcome.DONE

    def test_a_job_that_kills_its_process_is_given_up(self):
        schedule, ran = daily(attempts=2)
        [slot] = runner.plan_due(schedule, NOON)
        assert slot.claim(at=NOON, lease=HOUR)
        assert slot.claim(at=NOON + HOUR, lease=HOUR)
        runner.sweep(schedule, NOON + 2 * HOUR)
        slot.refresh_from_db()
        assert (slot.outcome, ran) == (Outcome.FAILED, [])


@pytest.mark.django_db
class TestLease:
    def test_two_claims_one_winner(self):
        ScheduledSlot.objects.create(job="test.daily", slot=NOON)
        mine, yours = ScheduledSlot.objects.get(), ScheduledSlot.objects.get()
        assert mine.claim(at=NOON, lease=HOUR)
        assert not yours.claim(at=NOON, lease=HOUR)

    def test_a_silent_process_loses_the_slot_and_cannot_write_any_more(self):
        ScheduledSlot.objects.create(job="test.daily", slot=NOON)
        mine, yours = ScheduledSlot.objects.get(), ScheduledSlot.objects.get()
        mine.claim(at=NOON, lease=HOUR)
        yours.refresh_from_db()
        assert not yours.claim(at=NOON + HOUR / 2, lease=HOUR)
        assert yours.claim(at=NOON + HOUR, lease=HOUR)
        assert not mine.settle(finished_at=NOON, outcome=Outcome.DONE)
        assert yours.settle(finished_at=NOON, outcome=Outcome.DONE)

    def test_who_comes_second_does_not_run_the_job(self):
        schedule, ran = daily()
        [slot] = runner.plan_due(schedule, NOON)
        [same] = runner.plan_due(schedule, NOON)
        assert runner.run(schedule.jobs["test.daily"], slot, NOON)
        assert not runner.run(schedule.jobs["test.daily"], same, NOON)
        assert ran == [NOON]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_racing_processes_run_a_slot_once():
    schedule, ran = daily()
    together(*[lambda: runner.sweep(schedule, NOON)] * 4)
    assert ran == [NOON]
    assert ScheduledSlot.objects.count() == 1


class TestSchedule:
    def test_a_name_is_taken_once(self):
        schedule, _ = daily()
        with pytest.raises(ValueError, match=r"test\.daily"):
            schedule.job("test.daily", at="0 1 * * *")(lambda *, slot: None)

    def test_the_apps_jobs_are_found(self):
        assert {"background.housekeeping", "tasks.check_counts"} <= discover().jobs.keys()


@pytest.mark.django_db
class TestCelery:
    def test_sweep_rings_and_the_worker_runs(self, monkeypatch):
        schedule, ran = daily()
        monkeypatch.setattr(jobs, "discover", lambda: schedule)
        monkeypatch.setattr(jobs.timezone, "now", lambda: NOON)
        rung = []
        monkeypatch.setattr(jobs.run_slot, "apply_async", lambda args, **_: rung.append(args))
        jobs.sweep()
        jobs.sweep()
        assert len(rung) == 2
        for args in rung:
            jobs.run_slot(*args)
        assert ran == [NOON]

    def test_both_tasks_are_known_by_name_and_beat_rings(self):
        from qdsafety.celery import app

        app.loader.import_default_modules()
        assert {"background.sweep", "background.run_slot"} <= app.tasks.keys()
        assert app.conf.beat_schedule["sweep"]["task"] == "background.sweep"
        assert app.conf.timezone == "Asia/Shanghai"


@pytest.mark.django_db
class TestHousekeeping:
    def test_removes_old_slots_only(self):
        for age in (61, 59):
            slot = NOON - age * DAY
            ScheduledSlot.objects.create(job="x", slot=slot, finished_at=slot, outcome=Outcome.DONE)
        assert jobs.housekeeping(slot=NOON) == "sessions cleared, 1 old slots and 0 finished pieces of work removed"
        assert ScheduledSlot.objects.count() == 1

    def test_of_what_runs_every_few_minutes_a_day_is_kept_and_what_went_wrong(self):
        for name in ("notifications.sweep", "notifications.remind"):
            for age, error in ((2, ""), (2, "ValueError"), (0, "")):
                slot = NOON - age * DAY - datetime.timedelta(minutes=len(error) + 1)
                ScheduledSlot.objects.create(job=name, slot=slot, finished_at=slot, outcome=Outcome.DONE, error=error)
        jobs.housekeeping(slot=NOON)
        assert ScheduledSlot.objects.of("notifications.sweep").count() == 2
        assert ScheduledSlot.objects.of("notifications.remind").count() == 3


class TestSaid:
    def test_is_english_in_the_log_and_the_readers_language_on_the_page(self):
        found = Said("%(n)s imports removed", n=1234)
        assert found == "1234 imports removed"
        assert words(found.kept) == "已清除 1,234 次导入"
        with translation.override("en"):
            assert words(found.kept) == "1,234 imports removed"

    def test_parts_and_words_that_are_no_message(self):
        found = Said.of([("市安委会: ", None), ("%(n)s imports removed", {"n": 2})])
        assert found == "市安委会: 2 imports removed"
        assert words(found.kept) == "市安委会: 已清除 2 次导入"

    @pytest.mark.parametrize("kept", ["", "sent", "[[broken", '[["%(n)s", {}]]', "[[1]]"])
    def test_what_is_none_stands_as_it_is(self, kept):
        assert words(kept) == kept


@pytest.mark.django_db
def test_run_jobs_once(capsys, monkeypatch):
    schedule, ran = daily()
    monkeypatch.setattr("background.management.commands.run_jobs.discover", lambda: schedule)
    monkeypatch.setattr("background.management.commands.run_jobs.timezone.now", lambda: NOON)
    call_command("run_jobs", "--once")
    assert capsys.readouterr().out == "1 jobs ran\n"
    assert ran == [NOON]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_run_jobs_ends_at_sigterm(tmp_path):
    # A database of its own, since the tests' one lives in memory; copied from it, which is quicker than migrating.
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as copy:
        connection.connection.backup(copy)
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/jobs.sqlite3", "DEMO": "1", "BUSINESS_DATE": "",
        "DJANGO_SETTINGS_MODULE": "qdsafety.settings",
    }  # fmt: skip
    command = [sys.executable, "manage.py"]
    process = subprocess.Popen(
        [*command, "run_jobs", "--every", "0.1"], env=environment, cwd=settings.BASE_DIR, stderr=subprocess.PIPE
    )
    try:
        with contextlib.closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as database:
            for _ in range(300):  # until it has looked once
                if database.execute("SELECT count(*) FROM background_scheduledslot").fetchone()[0]:
                    break
                time.sleep(0.1)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, b"")
