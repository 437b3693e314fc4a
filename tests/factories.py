"""Small factories: a valid thing with as few words as possible. Tests say only what matters to them."""

from __future__ import annotations

import datetime
import hashlib
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from notifications.models import Notification
from notifications.outbox import News, queue
from organizations.models import Organization, OrganizationGroup, User
from organizations.roles import Role
from reports.asof import Snapshot
from reports.frozen import digest
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from responsibilities.actions.writing import Wanted, set_items
from responsibilities.content import FIELDS
from responsibilities.models import ResponsibilityList, Term
from responsibilities.states import ListKind, ListState
from tasks import counts
from tasks.models import Assignment, Evidence, Plan, ProgressEntry, Task, TaskUnit, WorkPoint
from tasks.states import AssignmentState, Cadence, UnitRole

_serial = count(1)
PASSWORD = "correct horse battery"
TODAY = datetime.date(2017, 9, 20)
ISSUED_ON = datetime.date(2017, 4, 7)
POINTS = [
    "改革发展",
    "责任制",
    "体制机制",
    "依法治理",
    "预防控制",
    "大快严",
    "基础保障",
    "职业卫生",
    "应急管理",
    "队伍建设",
]


def organization(name: str = "", kind: str = Organization.Kind.DEPARTMENT, **fields: Any) -> Organization:
    """A unit; `parent`, `sector_regulator`, `short_name` … as given."""
    return Organization.objects.create(name=name or f"第{next(_serial)}单位", kind=kind, **fields)


def user(unit: Organization, role: str = Role.INSPECTOR, username: str = "", **fields: Any) -> User:
    """A person with PASSWORD."""
    name = username or f"user{next(_serial)}"
    fields.setdefault("real_name", f"{unit.label}{name}")
    return User.objects.create_user(name, PASSWORD, organization=unit, role=role, **fields)


def plan(issuer: Organization, year: int = 2017, points: int = 10) -> Plan:
    """A plan of 7 April with its work points."""
    issued_on = ISSUED_ON.replace(year=year)
    made = Plan.objects.create(issuer=issuer, year=year, title=f"{year}年安全生产工作要点", issued_on=issued_on)
    WorkPoint.objects.bulk_create(
        WorkPoint(plan=made, number=n, title=POINTS[n - 1], short_title=POINTS[n - 1]) for n in range(1, points + 1)
    )
    return made


def task(made: Plan, point: int = 1, lead: Any = (), cooperating: Any = (), **fields: Any) -> Task:
    """A task without assignments; `lead` and `cooperating` take organizations and collective units."""
    serial = next(_serial)
    fields.setdefault("due_on", datetime.date(2017, 10, 31) if fields.get("cadence") in (None, Cadence.ONCE) else None)
    fields = {"number": str(serial), "title": f"任务{serial}", "position": serial} | fields
    found = Task.objects.create(plan=made, work_point=made.work_points.get(number=point), **fields)
    for role, units in ((UnitRole.LEAD, lead), (UnitRole.COOPERATING, cooperating)):
        for position, unit in enumerate(units if isinstance(units, list | tuple) else [units]):
            key = "group" if isinstance(unit, OrganizationGroup) else "organization"
            TaskUnit.objects.create(task=found, role=role, position=position, **{key: unit})
    return found


def assignment(of: Task, unit: Organization, **fields: Any) -> Assignment:
    """One assignment with right counts, in whatever state the test needs."""
    due_on = fields.pop("due_on", of.due_on)
    values = {
        "role": UnitRole.LEAD, "period": str(of.plan.year), "starts_on": of.starts_on or of.plan.issued_on,
        "first_due_on": due_on, "target": of.target,
    } | fields  # fmt: skip
    if values.get("state") == AssignmentState.DONE:
        values.setdefault("closed_at", timezone.now())
    made = Assignment.objects.create(
        plan=of.plan, work_point=of.work_point, task=of, organization=unit, due_on=due_on, **values
    )
    counts.changed(before=None, after=made)
    return made


def evidence(of: Assignment, author: User, content: bytes = b"%PDF-1.4", name: str = "proof.pdf") -> Evidence:
    """A file with its entry; the sums of the assignment stay as they are."""
    now = timezone.now()
    entry = ProgressEntry.objects.create(
        plan=of.plan, assignment=of, author=author, happened_on=TODAY, percent=of.percent, what=name, created_at=now
    )
    fields = {"content_type": "application/pdf", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    made = Evidence(plan=of.plan, assignment=of, entry=entry, name=name, uploaded_at=now, **fields)
    made.file.save(name, ContentFile(content))
    return made


def report(of: Plan, unit: Organization, quarter: int = 2, state: str = "drafted", **fields: Any) -> QuarterlyReport:
    """One version of a unit's quarterly report with true figures; `signer` signs what is not a draft."""
    signer, previous = fields.pop("signer", None), fields.get("previous")
    period = Quarter(of.year, quarter)
    values = {
        "due_on": period.due_on, "figures": Snapshot(of, period).figures(unit.pk), "compiled_at": timezone.now(),
        "narrative": {"1": "4月20日，召开动员会。"}, "version": previous.version + 1 if previous else 1,
        "document_number": f"{unit.label}〔2017〕{quarter}号",
    } | fields  # fmt: skip
    made = QuarterlyReport(plan=of, organization=unit, quarter=quarter, state=state, **values)
    if state != "drafted":
        made.signed_by, made.signed_at, made.sha256 = signer, timezone.now(), digest(made.content())
    if state in ("signed", "accepted") and made.handed_in_on is None:
        made.handed_in_on = period.due_on
    if previous:
        QuarterlyReport.objects.filter(pk=previous.pk).update(is_current=False)
        previous.is_current = False
    made.save()
    return made


def message(person: User, subject: str = "Sent back", **fields: Any) -> Notification:
    """One message in the person's inbox; `text`, `params`, `link`, `urgent`, `about` … as given."""
    key = fields.pop("dedup_key", f"message {next(_serial)}")
    at = fields.pop("at", timezone.now())
    values = {"kind": "news", "text": "", "params": {}, "link": "/"} | fields
    with transaction.atomic():
        queue([News(person.pk, subject=subject, dedup_key=key, **values)], at=at)
    return Notification.objects.get(dedup_key=key)


def duty(title: str = "", **fields: Any) -> dict[str, Any]:
    """The values of an item of a list, complete unless the test says otherwise."""
    serial = next(_serial)
    values = dict.fromkeys(FIELDS, "") | {
        "number": str(serial), "title": title or f"职责{serial}", "category": "监督检查", "office": "执法处",
        "post": "处长", "legal_bases": [{"law": "安全生产法", "version": "2014", "articles": ["第五十九条"]}],
    }  # fmt: skip
    return values | fields


def duty_list(
    unit: Organization, *items: Any, kind: str = ListKind.DUTIES, state: str = ListState.DRAFT, **fields: Any
) -> ResponsibilityList:
    """A version of a list with items (titles or values of `duty`); a published one is frozen."""
    values = {"year": 2017, "version": 1, "created_at": timezone.now(), "city_id": unit.root_id} | fields
    made = ResponsibilityList.objects.create(organization=unit, kind=kind, **values)
    wanted = [Wanted(None, duty(item) if isinstance(item, str) else item) for item in items or ("",)]
    set_items(made, wanted)
    if state != ListState.DRAFT:
        published = {"published_on": datetime.date(2017, 9, 1)} if state == ListState.PUBLISHED else {}
        ResponsibilityList.objects.filter(pk=made.pk).update(state=state, **published)
    return ResponsibilityList.objects.select_related("organization").get(pk=made.pk)


def term(of: ResponsibilityList, **fields: Any) -> Term:
    """A term of office for the first item of a list."""
    return Term.objects.create(duty=of.items.first().duty, at=timezone.now(), **({"post": "处长"} | fields))
