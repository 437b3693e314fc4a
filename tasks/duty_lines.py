"""The duties that a task discharges, as lines on the pages of task and assignment."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.urls import reverse

from organizations.models import User
from responsibilities.models import ResponsibilityItem
from responsibilities.states import ListState

from .duty_page import SIGNAL_OF, links_for
from .models import Task, TaskItem

SHOWN = 100


class DutyLine(NamedTuple):
    """A link as tasks/_duty_lines.html shows it."""

    item_href: str
    item: str
    unit: str
    state: str
    signal: str
    is_open: bool
    shared: list[str]


def duties_of_task(task: Task, user: User, unit_id: int | None = None) -> list[DutyLine]:
    """The duties of all units or of one, each in the words in force. One query, whatever there is."""
    links = links_for(user, {unit_id} if unit_id else None).filter(task=task).select_related("duty__organization")
    wording = _wording(user)
    parts = {f"item_{name}": Subquery(wording.values(name)[:1]) for name in ("pk", "number", "title")}
    return [_line(link) for link in links.annotate(**parts)[:SHOWN] if link.item_pk]


def _wording(user: User) -> QuerySet[ResponsibilityItem]:
    """The item in force of a duty, or the newest that the person may read; as `duty_page.items_in_force`."""
    items = ResponsibilityItem.objects.visible_to(user).filter(duty=OuterRef("duty"))
    published = Case(When(list__state=ListState.PUBLISHED, then=1), default=0)
    return items.order_by(published.desc(), "-list__year", "-list__version")


def _line(link: Any) -> DutyLine:
    return DutyLine(
        item_href=reverse("duty_item", kwargs={"pk": link.item_pk}),
        item=f"{link.item_number} {link.item_title}".strip(),
        unit=link.duty.organization.label,
        state=str(link.get_state_display()),
        signal=SIGNAL_OF[TaskItem.State(link.state)],
        is_open=link.state == TaskItem.State.SUGGESTED,
        shared=list(link.shared),
    )
