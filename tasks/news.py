"""Who is told of a step, and in which words; called by the actions, in their transaction."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from notifications.outbox import News, queue
from organizations.models import User
from organizations.roles import Role

from .models import Assignment
from .supervisors import REVIEWERS, supervisors_of

if TYPE_CHECKING:
    from organizations.models import User as Person

UNIT, OWN_HEAD, REVIEWER = "unit", "own_head", "reviewer"
UNIT_ROLES = (Role.INSPECTOR.value, Role.HEAD.value)
# step -> (who is told, subject)
EVENTS: dict[str, tuple[str, str]] = {
    "hand_in": (OWN_HEAD, gettext_noop("Waiting for you as own head: %(title)s")),
    "submit": (REVIEWER, gettext_noop("Submitted for sign-off: %(title)s (%(unit)s)")),
    "endorse": (REVIEWER, gettext_noop("Submitted for sign-off: %(title)s (%(unit)s)")),
    "withdraw": (REVIEWER, gettext_noop("Withdrawn from sign-off: %(title)s (%(unit)s)")),
    "approve": (UNIT, gettext_noop("Signed off: %(title)s")),
    "send_back": (UNIT, gettext_noop("Sent back: %(title)s")),
    "cancel": (UNIT, gettext_noop("Cancelled: %(title)s")),
    "reopen": (UNIT, gettext_noop("Reopened: %(title)s")),
    "revive": (UNIT, gettext_noop("Owed again: %(title)s")),
    "resume": (UNIT, gettext_noop("Owed again: %(title)s")),
    "ask_extension": (REVIEWER, gettext_noop("Extension asked for: %(title)s (%(unit)s)")),
    "extend": (UNIT, gettext_noop("Extension granted: %(title)s")),
    "refuse_extension": (UNIT, gettext_noop("Extension refused: %(title)s")),
}
WORDS = gettext_noop("%(who)s: %(opinion)s")
WHO = gettext_noop("%(who)s")
UNTIL = gettext_noop("Until %(due)s. %(who)s: %(opinion)s")


def tell(
    step: str,
    rows: Sequence[Assignment],
    *,
    by: Person,
    at: datetime.datetime,
    opinion: str = "",
    due: datetime.date | None = None,
    from_head: bool = False,
) -> int:
    """Queues the news of a step taken on these rows, to everybody concerned but the person who took it.

    `due`: the day that was granted or asked for; `from_head`: what was withdrawn had waited for the own head.
    Six statements however many rows; returns how many messages were written.
    """
    audience, subject = EVENTS[step]
    if from_head:
        audience = OWN_HEAD
    text = UNTIL if due else WORDS if opinion.strip() else WHO
    news = []
    people = _people(audience, rows)
    for row in rows:
        params = {"title": row.task.title, "unit": row.organization.label, "who": by.post_and_unit,
                  "opinion": opinion.strip()}  # fmt: skip
        if due:
            params["due"] = due.isoformat()
        for person in people[row.pk]:
            if person != by.pk:
                key = f"assignment.{step}:{row.pk}:{row.version}:{person}:{at:%Y%m%d%H%M%S}"
                news.append(
                    News(person, f"assignment.{step}", subject, text, params, f"/assignments/{row.pk}/", key,
                         plan_id=row.plan_id, about=row)
                )  # fmt: skip
    return queue(news, at=at)


def _people(audience: str, rows: Iterable[Assignment]) -> dict[int, list[int]]:
    """Row → the people concerned."""
    own = {row.pk: [row.organization_id] for row in rows}
    roles: tuple[str, ...] = UNIT_ROLES if audience == UNIT else REVIEWERS
    if audience == REVIEWER:
        above = supervisors_of({row.organization_id: row.organization for row in rows}.values())
        own = {row.pk: above[row.organization_id] for row in rows}
    units = {unit for found in own.values() for unit in found}
    staff: dict[int, list[int]] = defaultdict(list)
    active = User.objects.active().filter(organization__in=units, role__in=roles)
    for unit, person in active.order_by("pk").values_list("organization", "pk"):
        staff[unit].append(person)
    return {pk: [person for unit in found for person in staff[unit]] for pk, found in own.items()}
