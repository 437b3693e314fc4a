"""Search over all published lists: which unit answers for 粉尘防爆? Items, then tasks, then what comes nearest."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lib.marks import excerpt, marked
from lib.sheets.write import CHUNK, Column, Sheet
from organizations.models import User
from responsibilities.content import bases_of, bases_text
from responsibilities.list_page import holders_of
from responsibilities.models import ResponsibilityItem
from responsibilities.models.item import ItemQuerySet

from .duty_match import pairs
from .duty_page import State
from .models import Task, TaskItem
from .states import UnitRole

NEAR = 20  # items shown where none holds every word
FEW = 8  # tasks shown beside them


class Hit(NamedTuple):
    """An item that was found."""

    href: str
    number: str
    title: SafeString
    category: str
    unit: str
    unit_href: str
    office: str
    holder: str
    kind: str
    where: SafeString
    through: list[str]


def readable(user: User) -> ItemQuerySet:
    """The items of the lists in force."""
    return ResponsibilityItem.objects.visible_to(user).in_force()


def find(user: User, query: str, kind: str = "", unit: int | None = None) -> ItemQuerySet:
    """Items in force that hold every word, in their own words or in those of a task that discharges them."""
    rows = readable(user)
    if kind:
        rows = rows.filter(list__kind=kind)
    if unit:
        rows = rows.filter(list__organization=unit)
    tasks = Task.objects.visible_to(user).current()
    for word in query.split():
        tasks = tasks.filter(Q(title__icontains=word) | Q(requirement__icontains=word))
    through = TaskItem.objects.confirmed().filter(task__in=tasks.values("pk"))
    own = rows.matching(query).values("pk")
    found = rows.filter(Q(pk__in=own) | Q(duty__in=through.values("duty")))
    return found.select_related("list__organization").prefetch_related("bases").order_by(
        "list__organization__position", "list__organization_id", "-list__kind", "position", "id"
    )  # fmt: skip


def nearest(user: User, query: str, kind: str = "", unit: int | None = None) -> list[ResponsibilityItem]:
    """Where no item holds every word: those that share most pairs of characters with what was asked."""
    asked = sorted(pairs(query))[:24]
    if not asked:
        return []
    wanted = Q()
    for pair in asked:
        wanted |= Q(words__icontains=pair)
    rows = readable(user).filter(wanted)
    if kind:
        rows = rows.filter(list__kind=kind)
    if unit:
        rows = rows.filter(list__organization=unit)
    texts = list(rows.order_by("pk").values_list("pk", "words")[:2000])
    scored = sorted((-sum(pair in text.lower() for pair in asked), pk) for pk, text in texts)
    keys = [pk for _score, pk in scored[:NEAR]]
    found = rows.select_related("list__organization").prefetch_related("bases").in_bulk(keys)
    return [found[key] for key in keys]


def hits(items: Sequence[ResponsibilityItem], user: User, words: list[str], day: datetime.date) -> list[Hit]:
    """The items as rows, the words marked, with the place where they stand outside the title."""
    people = holders_of(items, day)
    linked: dict[int, list[str]] = {}
    links = TaskItem.objects.visible_to(user).filter(state=State.CONFIRMED, duty__in=[item.duty_id for item in items])
    for duty, title in links.values_list("duty", "task__title"):
        if any(word.lower() in title.lower() for word in words):
            linked.setdefault(duty, []).append(title)
    found = []
    for item in items:
        person = people.get(item.duty_id, "")
        rest = "；".join([bases_text(bases_of(item)), item.means, item.liability])
        unit = item.list.organization
        found.append(
            Hit(
                reverse("duty_item", kwargs={"pk": item.pk}), item.number, marked(item.title, words), item.category,
                unit.label, reverse("duty_unit", kwargs={"pk": unit.pk}), item.office,
                "，".join(part for part in (item.post, person) if part), str(item.list.get_kind_display()),
                excerpt(rest, words), linked.get(item.duty_id, [])[:3],
            )
        )  # fmt: skip
    return found


def sheet_of(items: ItemQuerySet, user: User, query: str) -> Sheet:
    """The items that were found, as a sheet."""
    heads = [(_("Unit"), 26), (_("List"), 12), (_("Number"), 8), (_("Item"), 44), (_("Category of the item"), 16),
             (_("Responsible office"), 20), (_("Legal bases"), 60)]  # fmt: skip
    cells = (
        (item.list.organization.name, str(item.list.get_kind_display()), item.number, item.title, item.category,
         item.office, bases_text(bases_of(item)))
        for item in items.iterator(chunk_size=CHUNK)
    )  # fmt: skip
    return Sheet(_("Search all lists"), [Column(*head) for head in heads], cells, query)


class TaskHit(NamedTuple):
    """A task of the plan that holds the words, with the units that answer for it there."""

    href: str
    title: SafeString
    lead: str


def tasks_with(user: User, query: str, words: list[str]) -> list[TaskHit]:
    """The first tasks with every word; three queries."""
    rows = Task.objects.visible_to(user).current().matching(query).for_list()
    found = []
    for task in rows.order_by("-plan__year", "work_point__number", "position", "id")[:FEW]:
        lead = [line.organization or line.group for line in task.units.all() if line.role == UnitRole.LEAD]
        names = "、".join(getattr(unit, "label", unit.name) for unit in lead if unit)
        found.append(TaskHit(reverse("task", kwargs={"pk": task.pk}), marked(task.title, words), names))
    return found
