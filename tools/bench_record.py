"""What the record costs: a write with and without it, many acts at once, verification, the list at a million.

    tools/bench_record.py [postgres|sqlite] [--entries N]     alone, on a database of its own

Called by tools/bench.py as well. Each line: what, size, seconds, seconds of the floor, what the floor is.
"""

from __future__ import annotations

import datetime
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Row = tuple[str, str, float, float, str]


def run(city: str, number: int, many: int, entries: int) -> list[Row]:
    """All lines; `city` is one that generate_load made."""
    return [*_progress(city, number), *_many(city, many), *_walk(city, entries)]


@contextmanager
def _silent() -> Iterator[None]:
    """Progress without its entry in the record: the floor of the first line, for this measurement alone."""
    from tasks.actions import progress

    real = progress.record
    progress.record = lambda *args, **values: None
    try:
        yield
    finally:
        progress.record = real


def _progress(city: str, number: int) -> Iterator[Row]:
    """Entries logged in turns with and without the record, so that what else the machine does falls on both."""
    from lib import clock
    from organizations.models import User
    from tasks.actions.progress import log_progress
    from tasks.models import Assignment
    from tasks.states import UNIT_ACTS

    author = User.objects.select_related("organization").get(username=f"{city}-inspector")
    today = clock.today()
    rows = Assignment.objects.filter(
        plan__issuer__name__startswith=city, state__in=UNIT_ACTS, starts_on__lte=today, percent__lt=90
    )
    rows = list(rows.order_by("-id").select_related("plan", "task", "organization")[:number])

    def log(row: Any) -> float:
        begin = time.perf_counter()
        log_progress(
            assignment=row, by=author, at=clock.now(), today=today, happened_on=today, quantity=1,
            percent=min(99, row.percent + 1), what="完成检查，建立台账。", request_key=uuid.uuid4(),
        )  # fmt: skip
        row.percent += 1
        return time.perf_counter() - begin

    for row in rows[:5]:
        log(row)
    times: tuple[list[float], list[float]] = ([], [])
    for place, row in enumerate(rows):
        for turn in (place, place + 1):
            if turn % 2:
                times[0].append(log(row))
            else:
                with _silent():
                    times[1].append(log(row))
    ours, floor = map(statistics.median, times)
    yield "progress entry with its record", f"{len(rows)} times", ours, floor, "the same without it"


def _timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _many(city: str, number: int) -> Iterator[Row]:
    """Acts on as many objects, and all on one, beside plain rows without a chain."""
    from django.db import transaction

    from audit.canonical import COLUMNS, plain
    from audit.models import AuditEntry
    from audit.record import Act, record_many
    from lib import bulk
    from organizations.models import User
    from tasks.models import Assignment

    by = User.objects.select_related("organization").get(username=f"{city}-admin")
    at = datetime.datetime.now(datetime.UTC)
    found = list(Assignment.objects.select_related("task", "organization")[:number])
    before, after = {"due_on": datetime.date(2017, 9, 30)}, {"due_on": datetime.date(2017, 10, 31)}

    @transaction.atomic
    def record(one: bool) -> None:
        targets = found[:1] * len(found) if one else found
        record_many([Act("assignment.adjust", target, before, after) for target in targets], by=by, at=at)

    @transaction.atomic
    def bare() -> None:
        rows = [
            (by.organization.root_id, at, by.pk, by.organization_id, target.organization_id, "assignment.adjust",
             "tasks.assignment", target.pk, str(target)[:200], plain(before), plain(after))
            for target in found
        ]  # fmt: skip
        names = [name for name in COLUMNS if name not in {"id", "request_id", "address", "previous"}]
        bulk.insert_values(AuditEntry, names, rows, batch_size=1000)
        transaction.set_rollback(True)

    floor = _timed(bare)
    yield "acts recorded at once", f"{len(found):,} objects", _timed(lambda: record(False)), floor, "plain rows"
    yield "acts recorded at once", f"{len(found):,} on one", _timed(lambda: record(True)), floor, "plain rows"


def _walk(city: str, entries: int) -> Iterator[Row]:
    """Sealing and verifying so many entries, and the record's list at that size."""
    from django.db import connection, transaction
    from django.test import Client

    from audit.models import AuditEntry
    from audit.record import Act, record_many
    from audit.seals import seal_all
    from audit.verify import verify
    from organizations.models import User
    from tasks.models import Assignment

    by = User.objects.select_related("organization").get(username=f"{city}-admin")
    found = list(Assignment.objects.select_related("task", "organization")[:20_000])
    at = datetime.datetime(2017, 1, 2, tzinfo=datetime.UTC)
    while (there := AuditEntry.objects.count()) < entries:
        at += datetime.timedelta(minutes=20)
        with transaction.atomic():
            acts = (Act("assignment.adjust", one, {"percent": 10}, {"percent": 20}) for one in found[: entries - there])
            record_many(acts, by=by, at=at)
    sealed = _timed(lambda: seal_all(at=datetime.datetime.now(datetime.UTC)))

    def bare() -> None:
        last = 0
        with connection.cursor() as cursor:
            while True:
                cursor.execute("SELECT * FROM audit_auditentry WHERE id > %s ORDER BY id LIMIT 2000", [last])
                rows = cursor.fetchall()
                if not rows:
                    return
                last = rows[-1][0]

    floor = _timed(bare)
    yield "record sealed", f"{there:,} entries", sealed, floor, "reading the rows"
    outcome = verify()
    assert outcome.intact, outcome.findings[:3]
    yield "record verified", f"{outcome.entries:,} entries", outcome.seconds, floor, "reading the rows"
    client = Client()
    client.force_login(by, backend="organizations.backends.ActiveStaffBackend")
    client.get("/record/")
    newest = "SELECT * FROM audit_auditentry WHERE scope_id = %s ORDER BY at DESC, id DESC LIMIT 51"

    def bare_page() -> None:
        with connection.cursor() as cursor:
            cursor.execute(newest, [by.organization.root_id])
            cursor.fetchall()

    floor = statistics.median(_timed(bare_page) for _turn in range(9))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE audit_auditentry")
    pages = {
        "newest": "", "deep": "?after=20170301T000000.000000-1", "a rare word": "?q=没有这个词",
        "a verb": "?verb=plan.create",
        "a unit": f"?unit={found[0].organization_id}", "an address": "?address=10.9.8.7",
    }  # fmt: skip
    for name, query in pages.items():
        seconds = statistics.median(_timed(lambda q=query: client.get(f"/record/{q}")) for _turn in range(5))
        yield f"record's list: {name}", f"{there:,} entries", seconds, floor, "bare query of 51 rows"


def main() -> None:
    """Alone: makes a database, fills it, prints."""
    import bench
    from servers import postgres_url

    server = None if "sqlite" in sys.argv else postgres_url()
    entries = int(sys.argv[sys.argv.index("--entries") + 1]) if "--entries" in sys.argv else 100_000
    with bench._database(server) as url:
        bench._start(url)
        from django.core.management import call_command

        call_command("generate_load", "--assignments", "20000", "--city", "试市")
        for what, size, seconds, floor, name in run("试市", 200, 10_000, entries):
            print(f"| {what} | {size} | {seconds * 1000:,.1f} ms | {seconds / floor:.2f} × {name} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
