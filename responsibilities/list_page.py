"""The page of a list, and of a unit with both: categories, items, holders, steps, as strings for the templates."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import formats
from organizations.models import User

from .actions.steps import without_holder
from .content import bases_of, basis_text
from .models import ResponsibilityItem, ResponsibilityList, Term
from .rights import verbs_of
from .states import SIGNAL_OF, ListState


class ItemRow(NamedTuple):
    """An item as the tables show it."""

    pk: int
    href: str
    number: str
    title: str
    bases: list[str]
    office: str
    post: str
    person: str
    lacking: bool
    means: str
    frequency: str
    liability: str


class Section(NamedTuple):
    """A run of items of one category."""

    category: str
    rows: list[ItemRow]


class Step(NamedTuple):
    """A button of a list's page."""

    verb: str
    label: str
    icon: str
    css: str


def holders_of(items: Sequence[ResponsibilityItem], day: datetime.date) -> dict[int, str]:
    """Duty → who holds it on that day, by name where one is known; one query."""
    terms = Term.objects.on(day).filter(duty__in=[item.duty_id for item in items]).select_related("person")
    return {term.duty_id: term.person.real_name if term.person else term.post for term in terms}


def row_of(item: ResponsibilityItem, person: str) -> ItemRow:
    """One item as strings; it comes with its legal bases."""
    return ItemRow(
        item.pk, reverse("duty_item", kwargs={"pk": item.pk}), item.number, item.title,
        [basis_text(basis) for basis in bases_of(item)], item.office, item.post, person,
        not item.post and not person, item.means, item.frequency, item.liability,
    )  # fmt: skip


def sections_of(items: Sequence[ResponsibilityItem], day: datetime.date) -> list[Section]:
    """The items in order, equal categories in a row together."""
    people = holders_of(items, day)
    rows = [(item.category, row_of(item, people.get(item.duty_id, ""))) for item in items]
    return [
        Section(category, [row for _category, row in run]) for category, run in groupby(rows, key=lambda pair: pair[0])
    ]


def labels() -> dict[str, tuple[str, str, str]]:
    """verb → (button, icon, CSS class)."""
    return {
        "withdraw": (_("Take back"), "i-left", "btn-plain"),
        "discard": (_("Discard draft"), "i-trash", "btn-plain"),
        "refuse": (_("Return"), "s-back", "btn-refuse"),
        "send_back": (_("Return"), "s-back", "btn-refuse"),
        "submit": (_("Submit for approval"), "s-sent", "btn-primary"),
        "approve": (_("Approve the list"), "i-check", "btn-primary"),
        "publish": (_("Publish"), "i-check", "btn-primary"),
    }


def steps_of(user: User, one: ResponsibilityList) -> list[Step]:
    """The steps that this person may take now, the primary last."""
    may = verbs_of(user, one)
    return [Step(verb, *words) for verb, words in labels().items() if may[verb]]


def facts_of(one: ResponsibilityList) -> list[tuple[str, str]]:
    """Who did what when, as far as it went."""

    def said(person: User | None, at: datetime.datetime | None) -> str:
        if at is None:
            return ""
        who = person.post_and_unit if person else _("the system")
        return f"{formats.moment(timezone.localtime(at))} · {who}"

    found = [
        (_("Drafted"), said(one.created_by, one.created_at)),
        (_("Submitted"), said(one.submitted_by, one.submitted_at)),
        (_("Approved"), said(one.approved_by, one.approved_at)),
        (_("Published"), said(one.published_by, one.published_at)),
        (_("Reason for the revision"), one.reason),
        (_("Hash"), one.sha256[:16] + "…" if one.sha256 else ""),
    ]
    return [(label, value) for label, value in found if value]


class Condition(NamedTuple):
    """A condition of the next step."""

    met: bool
    words: str


def conditions_of(one: ResponsibilityList, number: int, today: datetime.date) -> list[Condition]:
    """What the list needs before it goes on."""
    if one.is_published:
        return []
    missing = without_holder(one, today)
    found = [Condition(number > 0, ngettext("%(n)s item", "%(n)s items", number) % {"n": formats.number(number)})]
    if missing:
        names = "、".join(item.number or item.title[:12] for item in missing[:8]) + ("…" if len(missing) > 8 else "")
        words = ngettext("%(n)s item without holder: %(names)s", "%(n)s items without holder: %(names)s", len(missing))
        found.append(Condition(False, words % {"n": len(missing), "names": names}))
    else:
        found.append(Condition(number > 0, _("Each item has a holder")))
    return found


class VersionRow(NamedTuple):
    """Another version of the list."""

    pk: int
    label: str
    state: str
    signal: str
    day: str
    current: bool


def versions_of(user: User, one: ResponsibilityList) -> list[VersionRow]:
    """All versions of that unit, kind and year that the person may read, latest first."""
    rows = ResponsibilityList.objects.visible_to(user).filter(
        organization=one.organization_id, kind=one.kind, year=one.year
    )
    return [
        VersionRow(
            row.pk, _("Version %(number)s") % {"number": row.version}, str(row.get_state_display()),
            SIGNAL_OF[ListState(row.state)], formats.day(row.published_on), row.pk == one.pk,
        )
        for row in rows.order_by("-version")
    ]  # fmt: skip


def context_of(
    one: ResponsibilityList, user: User, items: list[ResponsibilityItem], today: datetime.date
) -> dict[str, Any]:
    """The context of the page of one list."""
    versions = versions_of(user, one)
    in_force = next((row for row in versions if row.signal == "done"), None)
    is_latest = not versions or versions[0].current
    may = verbs_of(user, one)
    return {
        "one": one,
        "unit": one.organization,
        "signal": SIGNAL_OF[ListState(one.state)],
        "state": one.get_state_display(),
        "sections": sections_of(items, today),
        "number": len(items),
        "may": may | {"revise": may["revise"] and is_latest},
        "steps": steps_of(user, one),
        "facts": facts_of(one),
        "conditions": conditions_of(one, len(items), today),
        "versions": versions,
        "newer": in_force if one.is_published and in_force and not in_force.current else None,
        "others": [row for row in versions if not row.current],
    }
