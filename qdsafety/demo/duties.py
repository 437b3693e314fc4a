"""Lists of powers and duties of the demo: three departments with what was published, revised and waits, and a list of
duties of one unit of each other kind.

The sample workbook is brought in as an office would; then the lists go their way by the site's own verbs, so that
the record and the messages of the demo are those of real work.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from audit.record import record_many
from organizations.models import Organization, User
from organizations.roles import Role
from responsibilities.actions import imports, items, lists, steps, terms
from responsibilities.actions.writing import Wanted, set_items
from responsibilities.content import values_of
from responsibilities.models import ResponsibilityItem, ResponsibilityList
from responsibilities.states import ListKind
from tasks.actions import duty_links
from tasks.models import Plan, TaskItem

from . import dice
from .own_duties import LISTS

FILE = Path(settings.BASE_DIR) / "samples" / "responsibility-list.xlsx"
READ, SUBMITTED, APPROVED = datetime.date(2017, 3, 6), datetime.date(2017, 3, 9), datetime.date(2017, 3, 13)
PUBLISHED = datetime.date(2017, 3, 20)
LATE_SUBMITTED, LATE_APPROVED = datetime.date(2017, 9, 12), datetime.date(2017, 9, 15)
FIRST = "市安监局"  # whose lists are published, with one revision under way
WAITING = "市城乡建设委"  # whose list of powers waits for the office, the list of duties for the own head
DUST = {
    "number": "11-1", "title": "粉尘防爆专项监督检查", "category": "监督检查", "office": "安全基础处", "post": "处长",
    "means": "专项执法检查、“双随机”抽查", "frequency": "每季度", "liability": "对粉尘涉爆企业重大隐患未依法查处",
    "legal_bases": [
        {"law": "中华人民共和国安全生产法", "version": "2014", "articles": ["第三十八条", "第六十二条"]},
        {"law": "工贸企业粉尘防爆安全规定（试行）", "version": None, "articles": ["第四条"]},
    ],
}  # fmt: skip


class Staff(NamedTuple):
    """Who acts for a unit."""

    head: User
    inspector: User


def _at(day: datetime.date, hour: int = 10) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, 15)))


def write_lists(plan: Plan) -> int:
    """Makes the demo's lists; returns how many. Does nothing where a unit of the sample has no people."""
    city = plan.issuer
    office = _first(city, Role.ADMIN)
    if office is None:
        return 0
    batch = imports.preview(city=city, path=FILE, name=FILE.name, year=plan.year, unit=None, by=office, at=_at(READ))
    imports.commit(batch=batch, by=office, at=_at(READ, 11))
    _write_their_own(city, plan)
    made = list(ResponsibilityList.objects.filter(city=city, year=plan.year).select_related("organization"))
    for one in made:
        staff = _staff(one.organization)
        if staff is not None:
            _take_its_way(one, staff, office)
    _revise(city, plan)
    _hold(city)
    _link(plan)
    return len(made)


def _write_their_own(city: Organization, plan: Plan) -> None:
    """Drafts of the units that the sample workbook does not know."""
    units = Organization.objects.under(city).filter(short_name__in=LISTS)
    for unit in units.order_by("position", "id"):
        staff = _staff(unit)
        if staff is None:
            continue
        at = _at(READ, 14)
        one = lists.create(organization=unit, kind=ListKind.DUTIES, year=plan.year, by=staff.inspector, at=at)
        wanted = [Wanted(None, item.values(number)) for number, item in enumerate(LISTS[unit.short_name], 1)]
        record_many(set_items(one, wanted), by=staff.inspector, at=at, scope_id=city.pk)


def _take_its_way(one: ResponsibilityList, staff: Staff, office: User) -> None:
    """Published in March; of the third department one list waits for the head, the other for the office."""
    waits = one.organization.label == WAITING
    submitted, approved = (
        (SUBMITTED, APPROVED) if not waits else (datetime.date(2017, 9, 12), datetime.date(2017, 9, 15))
    )
    if one.organization.label == FIRST and one.kind == ListKind.DUTIES:
        before = one.items.get(title="用人单位职业卫生监督检查")
        items.add(one=one, values=dict(DUST), after=before.pk, by=staff.inspector, at=_at(READ, 15))
    steps.submit(one=one, by=staff.inspector, at=_at(submitted), today=submitted)
    if waits and one.kind == ListKind.DUTIES:
        return
    steps.approve(one=one, by=staff.head, at=_at(approved), today=approved)
    if not waits:
        steps.publish(one=one, by=office, at=_at(PUBLISHED), today=PUBLISHED)


def _revise(city: Organization, plan: Plan) -> None:
    """The first department's duties are being revised since September: one item reworded, one frequency raised."""
    unit = Organization.objects.under(city).filter(short_name=FIRST).first()
    staff = _staff(unit) if unit else None
    if unit is None or staff is None:
        return
    day = datetime.date(2017, 9, 14)
    draft = lists.create(
        organization=unit, kind=ListKind.DUTIES, year=plan.year, reason="按第三季度安委会要求提高检查频次",
        by=staff.inspector, at=_at(day),
    )  # fmt: skip
    for title, change in (
        ("重大危险源备案及监督检查", {"frequency": "每月", "means": "在线监控、现场检查、视频巡查"}),
        ("粉尘防爆专项监督检查", {"frequency": "每月"}),
    ):
        item = draft.items.prefetch_related("bases").select_related("list", "duty").filter(title=title).first()
        if item is not None:
            items.edit(item=item, values=values_of(item) | change, by=staff.inspector, at=_at(day, 16))


def _hold(city: Organization) -> None:
    """Persons with terms for the first department's duties; one of them took over in June."""
    rows = ResponsibilityItem.objects.filter(list__city=city, list__organization__short_name=FIRST).in_force()
    for item in rows.select_related("list__organization", "duty").order_by("list__kind", "position"):
        people = list(User.objects.active().filter(organization=item.list.organization_id).order_by("id"))
        if not people:
            continue
        rng = dice("holder", item.title)
        known = {"item": item, "post": item.post, "by": people[0], "at": _at(PUBLISHED, 14)}
        start = datetime.date(2017, 1, 1)
        terms.appoint(person=rng.choice(people), starts_on=start, ends_on=None, **known)
        if rng.random() < 0.2 and len(people) > 1:
            known |= {"at": _at(datetime.date(2017, 6, 1)), "note": "岗位调整"}
            terms.appoint(
                person=rng.choice(people), starts_on=datetime.date(2017, 6, 1), ends_on=None, hand_over=True, **known
            )


def _link(plan: Plan) -> None:
    """Proposes links; heads confirmed the telling ones in April, rejected a few, and left the rest to be decided."""
    duty_links.propose(plan=plan)
    links = TaskItem.objects.filter(task__plan=plan).select_related("duty__organization", "task")
    by_unit: dict[int, list[TaskItem]] = {}
    for link in links.order_by("duty", "-weight", "task"):
        by_unit.setdefault(link.duty.organization_id, []).append(link)
    for unit in Organization.objects.filter(pk__in=list(by_unit)).order_by("pk"):
        staff = _staff(unit)
        if staff is None:
            continue
        sure, wrong, met = [], [], set()
        for link in by_unit[unit.pk]:
            rng = dice("link", link.task.title, link.duty_id)
            if link.weight >= 3 or (link.duty_id not in met and rng.random() < 0.6):
                sure.append(link)
                met.add(link.duty_id)
            elif rng.random() < 0.2:
                wrong.append(link)
        at = _at(datetime.date(2017, 4, 18))
        duty_links.decide(links=sure, state=TaskItem.State.CONFIRMED, by=staff.head, at=at)
        duty_links.decide(links=wrong, state=TaskItem.State.REJECTED, by=staff.head, at=at)


def _staff(unit: Organization | None) -> Staff | None:
    people = User.objects.active().filter(organization=unit).order_by("id")
    signing = [person for role in (Role.HEAD, Role.ADMIN) for person in people if person.role == role]
    head = next(iter(signing), None)
    inspector = next((person for person in people if person.role == Role.INSPECTOR), head)
    return Staff(head, inspector) if head and inspector else None


def _first(city: Organization, role: str) -> User | None:
    people = User.objects.active().filter(organization__path__startswith=city.path, role=role)
    return people.filter(organization__kind=Organization.Kind.COMMISSION).order_by("id").first()
