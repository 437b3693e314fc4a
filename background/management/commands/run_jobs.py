"""`run_jobs`: the background work of an installation without a broker, in one process."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from background import runner, work_runner
from background.models import Work
from background.schedule import Schedule, discover
from background.work import kinds

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """The same schedule and the same sweep as under Celery; two such processes do each other no harm."""

    help = "Runs the scheduled jobs in this process until it is stopped (or those that are due, with --once)."

    def add_arguments(self, parser: CommandParser) -> None:
        """--once and --every."""
        parser.add_argument("--once", action="store_true", help="run what is due and end")
        parser.add_argument("--every", type=float, default=20.0, metavar="SECONDS", help="how often to look (20)")
        parser.add_argument("--work-every", type=float, default=1.0, metavar="SECONDS", help="the same for work (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Looks for what is due; SIGTERM and Ctrl+C end it after the job that is running."""
        schedule = discover()
        if options["once"]:
            ran = runner.sweep(schedule, timezone.now())
            did = work_runner.sweep(kinds, timezone.now())
            self.stdout.write(f"{ran} jobs ran" + (f", {did} pieces of work were done" if did else ""))
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        look = 0.0
        while not stop.is_set():
            close_old_connections()
            try:
                if time.monotonic() >= look:
                    self._scheduled(schedule, stop)
                    look = time.monotonic() + options["every"]
                self._ordered(stop)
            except (DatabaseError, InterfaceError):
                # The database is being restarted or locked; the rows wait for us.
                log.exception("the database does not answer; trying again")
                stop.wait(5)
            stop.wait(min(options["work_every"], options["every"]))

    def _scheduled(self, schedule: Schedule, stop: threading.Event) -> None:
        for slot in runner.plan_due(schedule, timezone.now()):
            if stop.is_set():
                break
            runner.run(schedule.jobs[slot.job], slot, timezone.now())

    def _ordered(self, stop: threading.Event) -> None:
        """Somebody watches a bar: such work is looked for more often than the clock."""
        for row in work_runner.waiting(timezone.now()):
            if stop.is_set():
                break
            work_runner.run(kinds, Work.objects.get(pk=row.pk), timezone.now())
