"""What planning reminders costs, beside one bare INSERT … SELECT of the same rows with the same keys.

    DATABASE_URL=… python tools/bench_remind.py CITY     (a city of generate_load)

Gives every unit of the city an inspector and a head, leaves 5,000 assignments overdue, and plans one day: all the
stages that were ever missed at once, which is the worst case. Then again, when nothing is left to say.
"""

from __future__ import annotations

import os
import subprocess
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
from django.utils import timezone

from lib import bulk, clock
from lib.workdays import Calendar
from notifications import ladders
from notifications.models import Notification, Reminder
from notifications.planner import plan_day, told_by
from notifications.rungs import cutoff
from organizations.models import Organization, User
from organizations.roles import Role
from tasks.models import Assignment
from tasks.reminders import unit_reach
from tasks.states import Phase

BASE = Path(__file__).resolve().parent.parent
OVERDUE = 5_000
LIMIT, MEMORY = 3.0, 150  # × the floor; MiB

Result = tuple[str, str, float, float, str]


def run(city: str, overdue: int = OVERDUE) -> tuple[list[Result], list[str]]:
    """(what, size, seconds, seconds of the floor, the floor's name), and what is beyond its limit."""
    commission = Organization.objects.get(name=f"{city}安全生产委员会")
    _people(commission)
    number = _overdue(commission, overdue)
    connection.cursor().execute("ANALYZE")
    with transaction.atomic():
        floor, rows = _floor(commission)
        transaction.set_rollback(True)
    with transaction.atomic():
        seconds, planned = _timed(lambda: _plan(commission))
        again, nothing = _timed(lambda: _plan(commission))
        assert nothing.stages == 0, "a second run said something"
        transaction.set_rollback(True)
    memory = _memory()
    total = Assignment.objects.filter(plan__issuer=commission).count()
    size = f"{total:,}, {number:,} overdue"
    floor *= planned.stages / rows  # those of assignments alone were inserted; reviews and requests have theirs
    name = f"one INSERT … SELECT of as many rows, from {rows:,}"
    found = [
        (f"planning {planned.stages:,} reminders", size, seconds, floor, name),
        ("planning again, nothing to say", size, again, floor, name),
    ]
    over = [f"planning takes {seconds / floor:.1f} × its floor, limit {LIMIT}"] if seconds > LIMIT * floor else []
    over += [f"send_reminders takes {memory:.0f} MiB, limit {MEMORY}"] if memory > MEMORY else []
    print(f"  send_reminders: {memory:.0f} MiB at its peak")
    return found, over


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _plan(commission: Organization) -> Any:
    return plan_day(commission=commission, on=clock.today(), at=timezone.now(), calendar=Calendar())


def _people(commission: Organization) -> None:
    """An inspector and a head for every unit."""
    units = Organization.objects.under(commission).values_list("pk", flat=True)
    bulk.insert(
        [
            User(username=f"{role}-{unit}", real_name=f"{role} {unit}", organization_id=unit, role=role, password="!",
                 email=f"{role}-{unit}@example.com", date_joined=timezone.now())
            for unit in units
            for role in (Role.INSPECTOR, Role.HEAD)
        ]
    )  # fmt: skip


def _overdue(commission: Organization, wanted: int) -> int:
    """Moves deadlines so that `wanted` assignments are overdue; returns how many are."""
    rows = Assignment.objects.filter(plan__issuer=commission, phase=Phase.UNIT).order_by("pk")
    keys = list(rows.overdue(clock.today()).values_list("pk", flat=True))
    Assignment.objects.filter(pk__in=keys[wanted:]).update(due_on="2017-12-31")
    return min(len(keys), wanted)


def _floor(commission: Organization) -> tuple[float, int]:
    """The same rows in one statement, from a table that says who is told of each unit at each stage."""
    ladder = ladders.ladder_of(commission)
    stages = ladders.active_stages(ladder)["assignment"]
    reach, today = unit_reach(commission), clock.today()
    told = [
        (stage.code, cutoff(stage.rung, today, Calendar()).isoformat(), unit, person)
        for stage in stages
        for unit, person, _audience in told_by(stage, reach, set())
    ]
    note = Notification.objects.create(
        recipient=User.objects.first(), kind="x", subject="x", dedup_key="bench", created_at=timezone.now()
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_told (stage varchar(10), cut date, unit bigint, person bigint)")
        for start in range(0, len(told), 5000):
            part = told[start : start + 5000]
            marks = ", ".join(["(%s, %s, %s, %s)"] * len(part))
            cursor.execute(f"INSERT INTO bench_told VALUES {marks}", [value for row in part for value in row])
        sql = f"""
            INSERT INTO {Reminder._meta.db_table} (ladder_id, subject, about_type, about_id, plan_id, due_on, stage,
                recipient_id, notification_id, audience, "on", what, unit, link)
            SELECT {ladder.pk}, 'assignment', 'tasks.assignment', a.id, a.plan_id, a.due_on, b.stage, b.person,
                   {note.pk}, 'inspector', a.due_on, t.title, o.short_name, '/assignments/' || a.id || '/'
            FROM tasks_assignment a JOIN tasks_task t ON t.id = a.task_id
                 JOIN organizations_organization o ON o.id = a.organization_id
                 JOIN tasks_plan p ON p.id = a.plan_id
                 JOIN bench_told b ON b.unit = a.organization_id AND a.due_on <= b.cut
            WHERE p.issuer_id = {commission.pk} AND a.phase = 0 AND a.starts_on <= %s
            ON CONFLICT (subject, about_id, due_on, stage, recipient_id) DO NOTHING"""
        seconds, _ = _timed(lambda: cursor.execute(sql, [today.isoformat()]))
        rows = cursor.rowcount
        cursor.execute("DROP TABLE bench_told")
    return seconds, rows


def _memory() -> float:
    """MiB that `send_reminders` takes at its peak, in a process of its own."""
    settings = connection.settings_dict
    environment = dict(os.environ)
    command = [sys.executable, "manage.py", "send_reminders", "--on", clock.today().isoformat()]
    assert settings["NAME"]
    child = subprocess.Popen(command, cwd=BASE, env=environment, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(child.pid, 0)  # of this child alone; other parts of the run have children, too
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"send_reminders ended with {child.returncode}")
    return used.ru_maxrss / 1024


if __name__ == "__main__":
    lines, over = run(sys.argv[1])
    for what, size, seconds, floor, name in lines:
        print(f"{what}: {seconds:.2f} s on {size}; {name}: {floor:.2f} s ({seconds / floor:.1f} ×)")
    sys.exit("\n".join(over) if over else 0)
