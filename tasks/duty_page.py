"""Duties beside tasks, as strings: the page of an item, the desk of a unit's links."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.urls import reverse

from lib import formats
from organizations.models import User
from responsibilities.content import bases_of, basis_text
from responsibilities.list_page import holders_of
from responsibilities.models import ResponsibilityItem, ResponsibilityList
from responsibilities.rights import may_lead

from .models import Assignment, Task, TaskItem
from .rows import LedgerRow, ledger_rows

State = TaskItem.State
SIGNAL_OF = {State.SUGGESTED: "sent", State.CONFIRMED: "done", State.REJECTED: "none"}


class LinkRow(NamedTuple):
    """A link as a page shows it."""

    pk: int
    task_href: str
    task: str
    item_href: str
    item: str
    unit: str
    state: str
    signal: str
    shared: list[str]
    decided: str
    is_open: bool
    rows: list[LedgerRow]


def items_in_force(duties: Iterable[int], user: User) -> dict[int, ResponsibilityItem]:
    """Duty → its wording in force, or the newest that the person may read; two queries."""
    rows = (
        ResponsibilityItem.objects.visible_to(user).filter(duty__in=list(duties)).select_related("list__organization")
    )
    found: dict[int, ResponsibilityItem] = {}
    for item in rows.order_by("list__year", "list__version"):
        present = found.get(item.duty_id)
        if present is None or item.list.is_published or not present.list.is_published:
            found[item.duty_id] = item
    return found


def links_for(user: User, organization_ids: set[int] | None = None) -> Any:
    """The links that the person may see: confirmed ones where the list is open, proposals to unit and commission."""
    rows = TaskItem.objects.visible_to(user).standing().select_related("task__work_point", "by__organization")
    if organization_ids is not None:
        rows = rows.filter(duty__organization__in=organization_ids)
    if not user.sees_city:
        own = rows.filter(duty__organization=user.organization_id)
        rows = rows.filter(state=State.CONFIRMED) | own
    return rows


def link_rows(
    links: Sequence[TaskItem], items: dict[int, ResponsibilityItem], assignments: dict[tuple[int, int], list[LedgerRow]]
) -> list[LinkRow]:
    """The links whose duty the reader may read, as strings."""
    found = []
    for link in links:
        item = items.get(link.duty_id)
        if item is None:
            continue
        decided = ""
        if link.by and link.at:
            decided = f"{formats.day(link.at.date())} · {link.by.post_and_unit}"
        found.append(
            LinkRow(
                link.pk, reverse("task", kwargs={"pk": link.task_id}), str(link.task),
                reverse("duty_item", kwargs={"pk": item.pk}), str(item), item.list.organization.label,
                str(link.get_state_display()), SIGNAL_OF[State(link.state)], list(link.shared), decided,
                link.state == State.SUGGESTED, assignments.get((link.task_id, item.list.organization_id), []),
            )
        )  # fmt: skip
    return found


def work_of(
    user: User, tasks: Iterable[int], units: Iterable[int], today: datetime.date
) -> dict[tuple[int, int], list[LedgerRow]]:
    """(task, unit) → the unit's assignments of the task that the person may know of; two queries."""
    rows = Assignment.objects.visible_to(user).standing().filter(task__in=list(tasks), organization__in=list(units))
    listed = list(rows.for_list().select_related("plan").order_by("task", "due_on", "id"))
    found: dict[tuple[int, int], list[LedgerRow]] = {}
    for one in listed:
        shown = list(ledger_rows([one], one.plan.year, today))
        found.setdefault((one.task_id, one.organization_id), []).extend(shown)
    return found


def item_context(item: ResponsibilityItem, user: User, today: datetime.date) -> dict[str, Any]:
    """The context of the page of an item; `item` comes with list, duty and legal bases."""
    unit = item.list.organization
    links = list(links_for(user, {unit.pk}).filter(duty=item.duty_id))
    work = work_of(user, [link.task_id for link in links], [unit.pk], today)
    rows = link_rows(links, {item.duty_id: item}, work)
    leads = may_lead(user, unit.pk)
    versions = (
        ResponsibilityItem.objects.visible_to(user).filter(duty=item.duty_id).select_related("list__organization")
    )
    return {
        "item": item,
        "one": item.list,
        "unit": unit,
        "bases": [basis_text(basis) for basis in bases_of(item)],
        "holder": holders_of([item], today).get(item.duty_id, ""),
        "leads": leads,
        "confirmed": [row for row in rows if not row.is_open],
        "suggested": [row for row in rows if row.is_open],
        "versions": [
            (other.pk, other.list.official_title, other.pk == item.pk)
            for other in versions.order_by("-list__year", "-list__version")
        ],
        "choices": _choices(item, {link.task_id for link in links}) if leads else [],
    }


def _choices(item: ResponsibilityItem, linked: set[int]) -> list[tuple[int, str]]:
    """The tasks of the unit that can still be linked by hand."""
    owed = Assignment.objects.standing().filter(organization=item.list.organization_id)
    rows = Task.objects.current().filter(pk__in=owed.values("task"), plan__year=item.list.year).exclude(pk__in=linked)
    return [(task.pk, f"{task.number} {task.title}".strip()) for task in rows.order_by("work_point", "position", "id")]


class DutyGroup(NamedTuple):
    """An item on the desk of links."""

    href: str
    title: str
    kind: str
    confirmed: list[LinkRow]
    suggested: list[LinkRow]


def desk_of(lists: Sequence[ResponsibilityList], user: User) -> list[DutyGroup]:
    """The items of the lists with their links: undecided first, then those without any, then the settled."""
    items = ResponsibilityItem.objects.filter(list__in=[one.pk for one in lists]).select_related("list__organization")
    ordered = list(items.order_by("-list__kind", "position", "id"))
    by_duty = {item.duty_id: item for item in ordered}
    units = {one.organization_id for one in lists}
    links = list(links_for(user, units).filter(duty__in=list(by_duty)))
    rows: dict[str, list[LinkRow]] = {}
    for row in link_rows(links, by_duty, {}):
        rows.setdefault(row.item_href, []).append(row)
    found = []
    for item in ordered:
        href = reverse("duty_item", kwargs={"pk": item.pk})
        own = rows.get(href, [])
        found.append(
            DutyGroup(
                href, str(item), str(item.list.get_kind_display()),
                [row for row in own if not row.is_open], [row for row in own if row.is_open],
            )
        )  # fmt: skip
    return sorted(found, key=lambda group: 0 if group.suggested else 1 if not group.confirmed else 2)
