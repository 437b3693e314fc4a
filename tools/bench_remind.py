"""What planning reminders costs, beside one bare INSERT … SELECT of the same rows with the same keys.

    DATABASE_URL=… python tools/bench_remind.py CITY     (a city of generate_load)

Gives every unit of the city an inspector and a head, leaves 5,000 assignments overdue, and plans one day: all the
stages that were ever missed at once, which is the worst case. Then again, when nothing is left to say.
"""

from __future__ import annotations

import io
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
from notifications import ladders, subjects
from notifications.models import Notification, Reminder
from notifications.planner import plan_day, told_by
from notifications.rungs import cutoff
from organizations.models import Organization, User
from organizations.roles import Role
from tasks.models import Assignment
from tasks.states import Phase

BASE = Path(__file__).resolve().parent.parent
OVERDUE = 5_000
LIMIT, MEMORY = 3.0, 150  # × the floor; MiB
_TELLING = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""

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
    assert rows == planned.stages, "the floor writes other rows"
    name = "one INSERT … SELECT of the same rows"
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
    """The same rows in one statement, joined from the table that says who is told of each unit at each stage.

    Every subject of the ladder is asked by its own query, so that nothing is missing; what is due is written straight
    into the table, with its keys, beside one message.
    """
    ladder, today = ladders.ladder_of(commission), clock.today()
    note = Notification.objects.create(
        recipient=User.objects.first(), kind="x", subject="x", dedup_key="bench", created_at=timezone.now()
    )
    asked, told = [], []
    for code, stages in ladders.active_stages(ladder).items():
        subject = subjects.discover()[code]
        reach = subject.reach(commission)
        rows_of = subject.rows(commission, today).order_by().values_list(*subjects.ROW)
        select, params = rows_of.query.sql_with_params()
        names = ", ".join(connection.ops.quote_name(name) for name in subjects.ROW)
        named = f"SELECT %s AS subject, %s AS about_type, s.* FROM ({select}) AS s({names})"
        asked.append((named, [subject.code, subject.model, *params]))
        for stage in stages:
            cut = cutoff(stage.rung, today, Calendar())
            told += [(code, stage.code, cut, unit, person) for unit, person, _a in told_by(stage, reach, set())]
    union = " UNION ALL ".join(select for select, _params in asked)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_told (code varchar(20), stage varchar(10), cut date, unit bigint, "
            "person bigint)"
        )
        lines = "".join("\t".join(map(str, row)) + "\n" for row in told)
        cursor.copy_expert("COPY bench_told FROM STDIN", io.StringIO(lines))
        cursor.execute("ANALYZE bench_told")
        sql = f"""
            INSERT INTO {Reminder._meta.db_table} (ladder_id, subject, about_type, about_id, plan_id, due_on, stage,
                recipient_id, notification_id, audience, "on", what, unit, link)
            SELECT {ladder.pk}, s.subject, s.about_type, s.about_key, s.plan_key, s.deadline, b.stage, b.person,
                   {note.pk}, 'inspector', s.deadline, s.what, s.unit_name, '/assignments/' || s.about_key || '/'
            FROM ({union}) AS s JOIN bench_told b
                 ON b.code = s.subject AND b.unit = s.unit_key AND s.deadline <= b.cut
            ON CONFLICT (subject, about_id, due_on, stage, recipient_id) DO NOTHING"""
        seconds, _ = _timed(lambda: cursor.execute(sql, [value for _s, params in asked for value in params]))
        rows = cursor.rowcount
        cursor.execute("DROP TABLE bench_told")
    return seconds, rows


def _memory() -> float:
    """MiB that `send_reminders` takes at its peak, in a process of its own. That process tells it: what the system
    tells of a child that has ended is never less than what its parent held when it began."""
    command = [sys.executable, "-c", _TELLING, "send_reminders", "--on", clock.today().isoformat()]
    child = subprocess.run(command, cwd=BASE, stdout=subprocess.PIPE, text=True, check=False)
    if child.returncode:
        raise RuntimeError(f"send_reminders ended with {child.returncode}")
    return int(child.stdout.split()[-1]) / 1024


if __name__ == "__main__":
    lines, over = run(sys.argv[1])
    for what, size, seconds, floor, name in lines:
        print(f"{what}: {seconds:.2f} s on {size}; {name}: {floor:.2f} s ({seconds / floor:.1f} ×)")
    sys.exit("\n".join(over) if over else 0)
