"""What quarterly reports cost, beside their floor: reading the same rows without counting anything.

    DATABASE_URL=… python tools/bench_quarter.py [UNITS] [ASSIGNMENTS]

Works inside a transaction that is rolled back, in whatever database the settings name. The limits of the office:
70 units with 20,000 assignments under 60 s, one unit's figures in at most 10 queries; beyond them it raises.
"""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qdsafety.settings")
    django.setup()

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lib import bulk
from organizations.models import Organization, User
from reports.actions.compile import compile_quarter
from reports.asof import Snapshot
from reports.documents.content import content_of
from reports.documents.fonts import NoFontError
from reports.documents.pdf import pdf
from reports.documents.word import word
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from tasks.models import Assignment, Plan, ProgressEntry, Task, Transition, WorkPoint

QUARTER, TODAY = Quarter(2017, 2), datetime.date(2017, 7, 3)
LIMIT_SECONDS, LIMIT_QUERIES = 60.0, 10
STEPS = (
    ("start", "not_started", "in_progress"), ("submit", "in_progress", "submitted"), ("approve", "submitted", "done"),
)  # fmt: skip

Result = tuple[str, float, float, str]


def run(units: int = 70, assignments: int = 20_000) -> list[Result]:
    """(what, seconds, seconds of the floor, the floor's name)."""
    with transaction.atomic():
        plan = make_city(units, assignments)
        found = _measured(plan, f"{units} units, {assignments:,} assignments")
        transaction.set_rollback(True)
    return found


def _measured(plan: Plan, size: str) -> list[Result]:
    at = timezone.make_aware(datetime.datetime(2017, 7, 3, 8))
    floor = min(timed(lambda: _read(plan)) for _ in range(3))

    def compiled() -> Any:
        return compile_quarter(plan=plan, quarter=QUARTER, by=None, at=at, today=TODAY)

    first, again = timed(compiled), timed(compiled)
    if size.startswith("70") and max(first, again) > LIMIT_SECONDS:
        raise RuntimeError(f"compiling {size} took {max(first, again):.1f} s; the limit is {LIMIT_SECONDS:.0f} s")
    report = QuarterlyReport.objects.of_units().for_page().filter(plan=plan).earliest("pk")
    one = min(timed(lambda: _figures(plan, report.organization_id)) for _ in range(5))
    with CaptureQueriesContext(connection) as queries:
        _figures(plan, report.organization_id)
    if len(queries) > LIMIT_QUERIES:
        raise RuntimeError(f"a unit's figures took {len(queries)} queries; the limit is {LIMIT_QUERIES}")
    count = min(timed(lambda: _rows(plan, report.organization_id)) for _ in range(5))
    found = [
        (f"quarterly reports drafted, {size} (limit {LIMIT_SECONDS:.0f} s)", first, floor, "reading the rows"),
        (f"quarterly reports refreshed, {size}", again, floor, "reading the rows"),
        (f"figures of one unit, {len(queries)} queries (limit {LIMIT_QUERIES})", one, count, "reading its assignments"),
    ]
    content = content_of(report)
    bare, name = content._replace(sections=[]), "the same without a word"
    found.append(("quarterly report as Word", timed(lambda: word(content)), timed(lambda: word(bare)), name))
    try:
        found.append(("quarterly report as PDF", timed(lambda: pdf(content)), timed(lambda: pdf(bare)), name))
    except NoFontError as error:
        print(f"  no PDF: {error}", file=sys.stderr)
    return found


def _figures(plan: Plan, unit: int) -> dict[str, Any]:
    return Snapshot(plan, QUARTER, [unit]).figures(unit)


def _rows(plan: Plan, unit: int) -> list[Any]:
    return list(Assignment.objects.filter(plan=plan, organization=unit).values_list("pk", "due_on", "state"))


def _read(plan: Plan) -> None:
    """The rows that any way of counting has to read once."""
    list(Assignment.objects.filter(plan=plan).values_list("pk", "organization_id", "task_id", "first_due_on", "target"))
    log = Transition.objects.filter(plan=plan, on__lte=QUARTER.ends_on)
    list(log.values_list("assignment_id", "verb", "target", "due_on", "on"))
    entries = ProgressEntry.objects.filter(plan=plan)
    list(entries.values_list("assignment_id", "quantity", "what", "problems", "next_steps"))


def timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def make_city(units: int, assignments: int) -> Plan:
    """A commission with so many departments; every task goes to all of them, and most have been worked on."""
    make = Organization.objects.create
    commission = make(name="季度基准市安全生产委员会", kind=Organization.Kind.COMMISSION)
    members = [make(name=f"季度基准{number}局", parent=commission, is_member=True) for number in range(units)]
    author = User.objects.create_user("bench-quarter", None, organization=members[0], real_name="基准")
    issued_on = datetime.date(2017, 4, 7)
    plan = Plan.objects.create(issuer=commission, year=2017, title="2017年基准", issued_on=issued_on)
    points = [WorkPoint.objects.create(plan=plan, number=number, title=f"要点{number}") for number in range(1, 11)]
    number_of_tasks = -(-assignments // units)
    tasks = bulk.insert(
        Task(plan=plan, work_point=points[n % 10], number=str(n), position=n, title=f"第{n}项任务", unit="家",
             due_on=issued_on + datetime.timedelta(days=30 + n % 120), target=100 + n)
        for n in range(number_of_tasks)
    )  # fmt: skip
    rows = bulk.insert(
        Assignment(plan=plan, work_point_id=task.work_point_id, task=task, organization=unit, role="cooperating",
                   period="2017", starts_on=issued_on, due_on=task.due_on, first_due_on=task.due_on, target=10,
                   state="in_progress", quantity=4, percent=40)
        for task in tasks for unit in members
    )[:assignments]  # fmt: skip
    _work(rows, author)
    return plan


def _work(rows: list[Assignment], author: User) -> None:
    """Three steps and two entries for nine of ten."""
    begun = [row for place, row in enumerate(rows) if place % 10]
    at = timezone.make_aware(datetime.datetime(2017, 5, 2, 9))
    moves = []
    for place, row in enumerate(begun):
        day = row.due_on - datetime.timedelta(days=place % 20 - 3)
        moves += [
            (row.plan_id, row.pk, verb, source, target, row.due_on, max(day, row.starts_on), at, author.pk)
            for verb, source, target in STEPS[: 1 + place % 3]
        ]
    names = ("plan_id", "assignment_id", "verb", "source", "target", "due_on", "on", "at", "by_id")
    bulk.insert_values(Transition, names, moves)
    bulk.insert(
        ProgressEntry(plan_id=row.plan_id, assignment=row, author=author, happened_on=at.date(), quantity=2, percent=20,
                      what=f"检查企业 {place % 50} 家，当场交办。", problems="" if place % 5 else "人手不足",
                      next_steps="继续检查", created_at=at)
        for place, row in enumerate(begun + begun)
    )  # fmt: skip


if __name__ == "__main__":
    asked = [int(text) for text in sys.argv[1:]]
    for what, seconds, floor, name in run(*asked):
        print(f"{what}: {seconds * 1000:.0f} ms, {seconds / floor:.1f} × {name}")
