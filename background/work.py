"""Work that is too long for a request: ordered as a row, done by a process in the background, watched on a page.

    @work("tasks.import_commit", attempts=2)
    def import_commit(run: Run) -> dict[str, Any] | None: ...

Such functions stand in the `jobs.py` of their own app and register themselves here, so this floor knows none by name.
`order()` writes the row within the caller's transaction and rings after its commit; where the ring is lost (no broker,
a killed process) the next sweep finds the row. See runner.py for who runs it.
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from .models import Work

log = logging.getLogger(__name__)
State = Work.State
EVERY = 0.5  # seconds between two reports of progress
LEASE = datetime.timedelta(minutes=2)


class StoppedError(Exception):
    """Somebody cancelled the work; raised inside it, so that its transaction is rolled back."""


class TakenOverError(Exception):
    """Another process has taken the work over, because this one was silent for longer than its lease."""


class Run:
    """What a function gets: the row, and a way to tell how far it is."""

    def __init__(self, row: Work, lease: datetime.timedelta) -> None:
        self.row = row
        self.payload: dict[str, Any] = row.payload
        self.lease = lease
        self._next = 0.0
        self._nested = connection.in_atomic_block  # the row itself is not committed: a test, or a caller who waits

    def tell(self, done: int, total: int, step: str = "") -> None:
        """Reports progress and keeps the lease; raises StoppedError or TakenOverError. Cheap: most calls do nothing.

        Also within a transaction, whose end others must not have to wait for: then over a connection of its own.
        """
        now = time.monotonic()
        if now < self._next and step == self.row.step:
            return
        self._next = now + EVERY
        self.row.step = step
        until = timezone.now() + self.lease
        values = [done, total, step, until, self.row.pk, self.row.attempts]
        if self._nested or not connection.in_atomic_block:
            stopped = _tell(connection, values)
        elif connection.vendor == "postgresql":
            aside = connections.create_connection("default")
            try:
                stopped = _tell(aside, values)
            finally:
                aside.close()
        else:
            return  # SQLite has one writer, and that is us
        if stopped is None:
            raise TakenOverError
        if stopped:
            raise StoppedError


def _tell(by: Any, values: list[Any]) -> bool | None:
    """Writes progress; whether somebody asked to stop, None where the row is not ours any more."""
    table = Work._meta.db_table
    adapt = by.ops.adapt_datetimefield_value
    values = [adapt(value) if isinstance(value, datetime.datetime) else value for value in values]
    with by.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET done = %s, total = %s, step = %s, lease_until = %s "  # noqa: S608  (names are ours)
            "WHERE id = %s AND attempts = %s AND state = 'running'",
            values,
        )
        if not cursor.rowcount:
            return None
        cursor.execute(f"SELECT stop_asked FROM {table} WHERE id = %s", [values[-2]])  # noqa: S608  (names are ours)
        return bool(cursor.fetchone()[0])


class Kind(NamedTuple):
    """A function with its terms: how long it may be silent, and how often it is tried. `ended` is told where it
    came to nothing."""

    name: str
    function: Callable[[Run], dict[str, Any] | None]
    lease: datetime.timedelta
    attempts: int
    ended: Callable[[Work], None] | None


class Kinds:
    """The functions by name. One is enough for the site; tests make their own."""

    def __init__(self) -> None:
        self.by_name: dict[str, Kind] = {}

    def work(
        self,
        name: str,
        *,
        lease: datetime.timedelta = LEASE,
        attempts: int = 3,
        ended: Callable[[Work], None] | None = None,
    ) -> Callable[[Callable[[Run], dict[str, Any] | None]], Callable[[Run], dict[str, Any] | None]]:
        """Registers the decorated function; raises ValueError for a name taken twice.

        `ended` is called when the work failed for good or was cancelled, so that what it worked on can be let go.
        """

        def register(function: Callable[[Run], dict[str, Any] | None]) -> Callable[[Run], dict[str, Any] | None]:
            if name in self.by_name:
                raise ValueError(f"Two kinds of work are called {name}")
            self.by_name[name] = Kind(name, function, lease, attempts, ended)
            return function

        return register


kinds = Kinds()
work = kinds.work


def discover() -> Kinds:
    """Imports every app's jobs.py, so that every kind is known."""
    autodiscover_modules("jobs")
    return kinds


def order(kind: str, *, by: Any, at: datetime.datetime, payload: dict[str, Any], key: str = "", total: int = 0) -> Work:
    """Queues work in the caller's transaction; of one `key` the unfinished row, where there is one already."""
    try:
        with transaction.atomic():
            row = Work.objects.create(kind=kind, key=key, payload=payload, by=by, at=at, total=total)
    except IntegrityError:
        found = Work.objects.unfinished().filter(key=key).first()
        if found is None:  # it was finished at this very moment
            return order(kind, by=by, at=at, payload=payload, key=key, total=total)
        return found
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(lambda: ring(row.pk))
    return row


def ring(pk: int) -> None:
    """Tells a worker; a broker that does not answer is no harm, the next sweep finds the row."""
    try:
        current_app.send_task("background.run_work", (pk,), retry=False, ignore_result=True)
    except Exception as error:
        log.warning("nobody rang for work %s: %s", pk, error)


def ask_to_stop(row: Work, *, at: datetime.datetime) -> bool:
    """Cancels work: at once where it waits, at its next report where it runs. False where it was finished before."""
    waiting = Work.objects.filter(pk=row.pk, state=State.QUEUED)
    if waiting.update(state=State.STOPPED, finished_at=at, stop_asked=True):
        row.refresh_from_db()
        kind = discover().by_name.get(row.kind)
        if kind and kind.ended:
            kind.ended(row)
        return True
    return bool(Work.objects.unfinished().filter(pk=row.pk).update(stop_asked=True))
