"""`make bench`: what the hot pages and writes cost, each beside its floor in the same run.

    make bench                       PostgreSQL where there is one, otherwise SQLite
    make bench ARGS="--quick"        small sizes, to see that it works
    make bench ARGS="--on sqlite"    that database

Works in a database of its own that it makes and drops. TEST_POSTGRES_URL names the server. How to read the
table: docs/benchmarks.md. Ends with 1 where a part is missing, or something is beyond its limit on PostgreSQL, for
which the limits are set.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from servers import postgres_url

BASE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(BASE), str(BASE / "tools")]
PAGES = (("ledger", "/2017/ledger/"), ("dashboard", "/2017/dashboard/"), ("to do", "/2017/to-do/"))
PEOPLE = ("admin", "department", "district", "enterprise")
LIMITED = ("ledger", "dashboard")
LIMIT = 2.0  # times the same page in the smallest city


class Line(NamedTuple):
    """One row of the table; seconds. `base` is what the ratio compares with."""

    what: str
    size: str
    seconds: float
    base: float | None
    floor: float
    floor_name: str


def main() -> int:
    """Measures, prints; the exit status."""
    parser = argparse.ArgumentParser(description="Benchmarks, as ratios against a floor in the same run.")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it work?")
    parser.add_argument("--on", choices=("postgres", "sqlite"), help="which database (default: what there is)")
    parser.add_argument("--repeat", type=int, default=21, help="requests a page (21)")
    options = parser.parse_args()
    sizes = (500, 2_000) if options.quick else (1_000, 10_000, 100_000)
    server = None if options.on == "sqlite" else postgres_url()
    if server is None and options.on == "postgres":
        print("MISSING: PostgreSQL (no server that may create databases; set TEST_POSTGRES_URL)")
        return 1
    missing: list[str] = [] if server or options.on else ["PostgreSQL (set TEST_POSTGRES_URL); this run is on SQLite"]
    with _database(server) as url:
        _start(url)
        lines, absent, beyond = _measure(sizes, options.repeat, (300,) if options.quick else (10_000, 100_000))
        missing += absent
        beyond = _print(lines, server is not None) + beyond
    for text in beyond:
        print(f"BEYOND ITS LIMIT: {text}")
    for part in missing:
        print(f"MISSING: {part}")
    fails = server is not None and not options.quick  # small sizes are all beginning and end
    return 1 if missing or (beyond and fails) else 0


@contextmanager
def _database(server: str | None) -> Iterator[str]:
    """An empty database that is dropped at the end, whatever happens."""
    if server is None:
        with tempfile.TemporaryDirectory(prefix="qdsafety-bench-") as folder:
            yield f"sqlite:///{folder}/bench.sqlite3"
        return
    import psycopg2

    name = f"qdsafety_bench_{os.getpid()}"
    admin = psycopg2.connect(server)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        yield server.rsplit("/", 1)[0] + f"/{name}"
    finally:
        from django.db import connections

        connections.close_all()
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.close()


def _start(url: str) -> None:
    """Django on that database, as production runs it but for the pinned day."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "qdsafety.settings", "DATABASE_URL": url, "DEMO": "1", "DEBUG": "0",
        "BUSINESS_DATE": "2017-09-20", "HTTPS": "0", "REDIS_URL": "", "ALLOWED_HOSTS": "testserver",
        "MEDIA_ROOT": tempfile.mkdtemp(prefix="qdsafety-bench-media-"),
    }  # fmt: skip
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def _measure(
    sizes: tuple[int, ...], repeat: int, import_rows: tuple[int, ...]
) -> tuple[list[Line], list[str], list[str]]:
    """Every line, the names of the parts that are not there, and in words what is beyond its limit."""
    from django.core.management import call_command

    lines: list[Line] = []
    missing: list[str] = []
    beyond: list[str] = []
    cities = {size: f"{size}号市" for size in sizes}
    for size, city in cities.items():
        call_command("generate_load", "--assignments", str(size), "--city", city)
    print("  measuring …", flush=True)
    floors = {size: _floors(city, repeat) for size, city in cities.items()}
    for page, path in PAGES:
        for person in PEOPLE:
            what = f"{page} as {person}"
            try:
                found = _page(path, {size: f"{city}-{person}" for size, city in cities.items()}, repeat)
            except LookupError as error:
                missing.append(f"{what}: {error}")
                continue
            for size, seconds in found.items():
                name, floor = floors[size]["dashboard" if page == "dashboard" else "ledger"]
                base = found[sizes[0]] if size != sizes[0] else None
                lines.append(Line(what, f"{size:,}", seconds, base, floor, name))
    city = cities[sizes[-1]]
    lines += _part("progress writes", lambda: _writes(city, 20 if repeat < 10 else 300), missing)
    lines += _part("the record", lambda: _record(city, repeat < 10), missing)
    lines += _part("imports", lambda: _imports(import_rows, missing, beyond), missing)
    lines += _part("quarterly reports", lambda: _reports(quick=repeat < 10), missing)
    lines += _part("lists of duties", lambda: _duties(quick=repeat < 10), missing)
    lines += _part("reminders", lambda: _reminders(city, beyond), missing)
    return lines, missing, beyond


def _part(name: str, work: Callable[[], list[Line]], missing: list[str]) -> list[Line]:
    """The lines of a part; where it cannot be run, its name goes among the missing ones."""
    try:
        return work()
    except (ImportError, AttributeError, TypeError, RuntimeError) as error:
        missing.append(f"{name}: {type(error).__name__}: {error}")
        return []


def _page(path: str, people: dict[int, str], repeat: int) -> dict[int, float]:
    """The median time that the server takes for a page in each city, all middleware included.

    The cities take turns, so that what else the machine does falls on all of them. Raises LookupError.
    """
    from django.test import Client

    from organizations.models import User

    clients = {}
    for size, username in people.items():
        clients[size] = Client()
        user = User.objects.get(username=username)
        clients[size].force_login(user, backend="organizations.backends.ActiveStaffBackend")
        for _ in range(2):
            status = clients[size].get(path).status_code
            if status != 200:
                raise LookupError(f"{path} answers {status}")
    times: dict[int, list[float]] = {size: [] for size in people}
    for _ in range(repeat):
        for size, client in clients.items():
            begin = time.perf_counter()
            client.get(path)
            times[size].append(time.perf_counter() - begin)
    return {size: statistics.median(found) for size, found in times.items()}


def _median(work: Callable[[], Any], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def _floors(city: str, repeat: int) -> dict[str, tuple[str, float]]:
    """The same data without Django: one query each, fetched and dropped."""
    from tasks.models import Plan

    plan = Plan.objects.get(issuer__name__startswith=city).pk
    ledger = (
        "SELECT a.*, t.number, t.title, t.unit, o.name, o.short_name, w.number, w.title FROM tasks_assignment a "
        "JOIN tasks_task t ON t.id = a.task_id JOIN organizations_organization o ON o.id = a.organization_id "
        "JOIN tasks_workpoint w ON w.id = a.work_point_id "
        "WHERE a.plan_id = %s AND a.phase < 3 ORDER BY a.phase, a.due_on, a.id LIMIT 50"
    )
    sums = "SELECT work_point_id, lot, SUM(number) FROM tasks_assignmentcount WHERE plan_id = %s GROUP BY 1, 2"
    return {
        "ledger": ("bare query of 50 rows", _median(lambda: _bare(ledger, plan), repeat)),
        "dashboard": ("bare sums of the summary", _median(lambda: _bare(sums, plan), repeat)),
    }


def _bare(sql: str, *values: Any) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _writes(city: str, number: int) -> list[Line]:
    """Entries logged one after the other, beside bare INSERT and UPDATE with a commit each."""
    from django.db import connection, transaction

    from lib import clock
    from organizations.models import User
    from tasks.actions.progress import log_progress
    from tasks.models import Assignment, ProgressEntry
    from tasks.states import UNIT_ACTS

    author = User.objects.select_related("organization").get(username=f"{city}-inspector")
    today = clock.today()
    rows = Assignment.objects.filter(
        plan__issuer__name__startswith=city, state__in=UNIT_ACTS, starts_on__lte=today, percent__lt=100
    )
    rows = list(rows.order_by("id").select_related("plan", "task", "organization")[: 2 * number])
    ours, theirs = rows[:number], rows[number:]

    def log(row: Assignment) -> None:
        log_progress(
            assignment=row, by=author, at=clock.now(), today=today, happened_on=today, quantity=1,
            percent=min(99, row.percent + 1), what="完成检查，建立台账。", request_key=uuid.uuid4(),
        )  # fmt: skip

    table = ProgressEntry._meta.db_table
    fields = [field for field in ProgressEntry._meta.concrete_fields if not field.primary_key]
    insert = (
        f"INSERT INTO {table} ({', '.join(field.column for field in fields)}) "
        f"VALUES ({', '.join(['%s'] * len(fields))})"
    )

    def bare(row: Assignment) -> None:
        entry = ProgressEntry(
            plan_id=row.plan_id, assignment_id=row.pk, author=author, happened_on=today, quantity=1, total=1,
            percent=1, what="完成检查，建立台账。", created_at=clock.now(),
        )  # fmt: skip
        values = [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in fields]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, values)
            cursor.execute("UPDATE tasks_assignment SET quantity = quantity + 1 WHERE id = %s", [row.pk])

    log(ours.pop())
    floor = _each(bare, theirs)
    seconds = _each(log, ours)
    name = "bare INSERT + UPDATE, committed"
    return [Line("progress entry logged", f"{len(ours)} times", seconds, None, floor, name)]


def _each(work: Callable[[Any], None], rows: list[Any]) -> float:
    begin = time.perf_counter()
    for row in rows:
        work(row)
    return (time.perf_counter() - begin) / len(rows)


def _record(city: str, quick: bool) -> list[Line]:
    sizes = (20, 500, 5_000) if quick else (200, 10_000, 100_000)
    found = importlib.import_module("bench_record").run(city, *sizes)
    return [Line(what, size, seconds, None, floor, name) for what, size, seconds, floor, name in found]


def _imports(sizes: tuple[int, ...], missing: list[str], beyond: list[str]) -> list[Line]:
    """Lists of these lengths, each in a process of its own, whose memory is nobody else's."""
    found: list[Any] = []
    for rows in sizes:
        command = [sys.executable, str(BASE / "tools" / "bench_import.py"), "--json", str(rows)]
        told = subprocess.run(command, cwd=BASE, stdout=subprocess.PIPE, text=True, check=False)
        if told.returncode:
            missing.append(f"import of {rows:,} rows: it ended with {told.returncode}")
            continue
        lines, over = json.loads(told.stdout)
        found += lines
        beyond += over
    found += importlib.import_module("bench_reading").run()
    return [Line(what, "", seconds, None, floor, name) for what, seconds, floor, name in found]


def _reports(quick: bool) -> list[Line]:
    found = importlib.import_module("bench_quarter").run(*((10, 500) if quick else ()))
    return [Line(what, "", seconds, None, floor, name) for what, seconds, floor, name in found]


def _duties(quick: bool) -> list[Line]:
    """The search over all lists and the accountability sheet; what is beyond its limit raises."""
    found = importlib.import_module("bench_duties").run(*((5, 10, 300) if quick else ()))
    return [Line(what, "", seconds, None, floor, name) for what, seconds, floor, name in found]


def _reminders(city: str, beyond: list[str]) -> list[Line]:
    """Planning a day's reminders; the statement beside which it is measured is PostgreSQL's own."""
    from django.db import connection

    if connection.vendor != "postgresql":
        print("  reminders are measured on PostgreSQL only")
        return []
    found, over = importlib.import_module("bench_remind").run(city)
    beyond += over
    return [Line(what, size, seconds, None, floor, name) for what, size, seconds, floor, name in found]


def _print(lines: list[Line], postgres: bool) -> list[str]:
    """The table; in words which pages are beyond their limit."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if postgres else "SELECT sqlite_version()")
        version = cursor.fetchone()[0]
    print(f"\n{'PostgreSQL' if postgres else 'SQLite'} {version}, Python {platform.python_version()}, "
          f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when it ended\n")  # fmt: skip
    print("| what | size | time | × smallest | floor | × floor | the floor is |\n|---|--:|--:|--:|--:|--:|---|")
    over = []
    for line in lines:
        ratio = line.seconds / line.base if line.base else None
        if ratio and ratio > LIMIT and line.what.split()[0] in LIMITED and line.what.endswith("as admin"):
            over.append(f"{line.what} at {line.size}: {ratio:.1f} times the smallest; the limit is {LIMIT:.0f}")
        print(
            f"| {line.what} | {line.size} | {_time(line.seconds)} | {f'{ratio:.1f}' if ratio else ''} "
            f"| {_time(line.floor)} | {line.seconds / line.floor:.1f} | {line.floor_name} |"
        )
    return over


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
