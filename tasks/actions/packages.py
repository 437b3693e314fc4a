"""The workbooks of many units as one zip, made in the background: ordered, watched, fetched, gone after two days."""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Sequence
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from audit.record import record
from background.models import Work
from background.work import Run, ask_to_stop
from background.work import order as order_work
from lib.sheets.write import file_name
from organizations.models import Organization, User
from tasks.models import Plan
from tasks.returns.open_rows import outgoing
from tasks.workbooks.archive import write_zip
from tasks.workbooks.outgoing import Outgoing, write_outgoing

KIND = "tasks.pack_workbooks"
AT_ONCE = 30  # so many workbooks are made within a request: more would take above two seconds
KEPT = datetime.timedelta(days=2)


def packages_of(plan: Plan, user: User) -> QuerySet[Work]:
    """The packages that the person ordered, latest first: nobody else may fetch them."""
    return Work.objects.filter(kind=KIND, payload__plan=plan.pk, by=user)


def name_of(sheet: Outgoing) -> str:
    """The file name of a unit's workbook."""
    return f"{file_name(sheet.label)} {sheet.quarter} 任务进展填报表.xlsx"


def zip_name(quarter: str) -> str:
    """The file name of a package."""
    return f"任务进展填报表 {quarter}.zip"


@transaction.atomic
def order(
    *, plan: Plan, quarter: str, units: Sequence[Organization], by: User, at: datetime.datetime, today: datetime.date
) -> Work:
    """Orders the zip; the same order while one is under way gives that one."""
    keys = [unit.pk for unit in units]
    payload = {"plan": plan.pk, "quarter": quarter, "units": keys, "today": today.isoformat()}
    digest = hashlib.sha256(repr((by.pk, payload)).encode()).hexdigest()[:32]
    work = order_work(KIND, by=by, at=at, payload=payload, key=f"{KIND}:{digest}", total=len(keys))
    record("export.file", plan, by=by, at=at, after={"file": f"{zip_name(quarter)} ({len(keys)})"})
    return work


def pack_now(run: Run) -> dict[str, Any]:
    """Makes the zip and keeps it under the key of the order."""
    plan = Plan.objects.get(pk=run.payload["plan"])
    units = Organization.objects.filter(pk__in=run.payload["units"])
    total, quarter = len(run.payload["units"]), run.payload["quarter"]
    sheets = outgoing(plan, units, quarter, datetime.date.fromisoformat(run.payload["today"]))
    with tempfile.TemporaryFile() as file:
        number = write_zip(file, sheets, name_of, write_outgoing, lambda done: run.tell(done, total))
        file.seek(0)
        path = default_storage.save(f"packages/{plan.pk}/{run.row.pk}.zip", File(file))
    return {"file": path, "number": number}


def stop(*, work: Work, plan: Plan, by: User, at: datetime.datetime) -> bool:
    """Cancels it; False where it was finished before."""
    with transaction.atomic():
        if not ask_to_stop(work, at=at):
            return False
        record("export.stop", plan, by=by, at=at, after={"file": zip_name(work.payload["quarter"])})
    return True


def remove_old(*, at: datetime.datetime) -> int:
    """Lets go of packages that were ready for two days; returns how many."""
    old = Work.objects.filter(kind=KIND, state=Work.State.DONE, finished_at__lt=at - KEPT).exclude(result={})
    rows = [work for work in old if work.result.get("file")]
    for work in rows:
        default_storage.delete(work.result["file"])
    Work.objects.filter(pk__in=[work.pk for work in rows]).update(result={})
    return len(rows)
