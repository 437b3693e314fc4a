"""The review desk prepared: the queue as rows, and everything about the item in front of the person."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from lib import formats
from lib.sheets.write import Column, Sheet
from organizations.models import User

from . import assignment_page, rights
from .awaits_page import waiting_words
from .desk import DeskFilter, Kind, Place
from .models import Assignment, Extension
from .states import AssignmentState, Party

SHOWN = 50  # rows of the queue on one page
HISTORY = 6


class QueueRow(NamedTuple):
    """One item of the queue."""

    code: str
    href: str
    title: str
    unit: str
    kind: str
    waited: str
    current: bool
    pick: str


class Item(NamedTuple):
    """What lies in front of the person: an assignment, with the request where it is one."""

    one: Assignment
    asked: Extension | None
    code: str


def rows_of(desk: DeskFilter, places: Sequence[Place], at: str, today: datetime.date) -> list[QueueRow]:
    """The rows of a page of the queue, in its order."""
    found = []
    for place in places:
        asks = place.code.startswith("e")
        own = place.state == AssignmentState.WITH_HEAD
        found.append(
            QueueRow(
                code=place.code,
                href=desk.href(place.code),
                title=place.title,
                unit=place.unit_label,
                kind=_("Extension") if asks else _("own unit") if own else "",
                waited=asked_words(place.since, today) if asks else waiting_words(place.since, today),
                current=place.code == at,
                pick="" if asks else f"{place.pk}:{place.version}",
            )
        )
    return found


def sheet_of(places: Sequence[Place], today: datetime.date) -> Sheet:
    """The queue as a sheet, in its order."""
    heads = [(_("Waiting since"), 12), (_("Days"), 7), (_("Kind"), 14), (_("Task"), 48), (_("Unit"), 26),
             (_("Work point"), 30)]  # fmt: skip
    rows = [
        (place.since, max((today - place.since).days, 0),
         str((Kind.EXTENSION if place.code.startswith("e") else Kind.SUBMISSION).label), place.title,
         place.unit_label, place.point_title)
        for place in places
    ]  # fmt: skip
    return Sheet(_("Review"), [Column(*head) for head in heads], rows)


def asked_words(since: datetime.date, today: datetime.date) -> str:
    """How long a request has waited: 今天申请, 等候 4 天."""
    return _("Asked today") if since >= today else waiting_words(since, today)


def load_item(user: User, desk: DeskFilter, code: str) -> Item | None:
    """The item of a place, if the person may know of it (also one that waits no longer)."""
    if not code:
        return None
    visible = Assignment.objects.visible_to(user).of_plan(desk.plan).for_desk()
    if code[0] == "s":
        found = visible.filter(pk=int(code[1:])).first()
        return Item(found, None, code) if found else None
    asked = Extension.objects.visible_to(user).of_plan(desk.plan).filter(pk=int(code[1:]))
    request = asked.select_related("asked_by__organization", "decided_by__organization").first()
    found = visible.filter(pk=request.assignment_id).first() if request else None
    return Item(found, request, code) if found else None


def around(places: Sequence[Place], code: str) -> tuple[int, str, str]:
    """The place of the item, counted from 1 (0: not in the queue), and the places before and after it."""
    codes = [place.code for place in places]
    if code not in codes:
        return 0, "", codes[0] if codes else ""
    index = codes.index(code)
    return index + 1, codes[index - 1] if index else "", codes[index + 1] if index + 1 < len(codes) else ""


def item_of(item: Item, user: User, today: datetime.date) -> dict[str, Any]:
    """Everything about the item: how it stands, what was handed in or asked, proofs, what the person may decide."""
    one = item.one
    entries = list(one.entries.select_related("author__organization"))
    asked = list(one.extensions.select_related("asked_by__organization", "decided_by__organization"))
    parties = rights.parties_of(user, one)
    found = assignment_page.work_of(one, today, whole=False, entries=entries, asked=asked)
    may = {verb: rights.takes(parties, one, verb) for verb in ("endorse", "approve", "send_back")}
    request = item.asked
    if request is not None:
        may = dict.fromkeys(may, False)
        may["answer"] = request.is_open and one.is_open and Party.REVIEWER in _as_reviewer(user, one, request)
    found["steps"] = found["steps"][:HISTORY]
    return found | {
        "facts": assignment_page.brief_facts(one),
        "asked": request,
        "asked_words": _asked(one, request, today) if request else None,
        "may": may,
        "own_request": request is not None and (request.asked_by_id == user.pk or rights.is_own_work(user, one)),
        "open_request": next((e for e in asked if e.is_open), None) if request is None else None,
        "latest": entries[0] if entries else None,
        "assignment_href": reverse("assignment", kwargs={"pk": one.pk}),
    }


def _as_reviewer(user: User, one: Assignment, request: Extension) -> frozenset[Party]:
    return frozenset({Party.REVIEWER}) if rights.may_decide_extension(user, one, request) else frozenset()


def _asked(one: Assignment, request: Extension, today: datetime.date) -> list[tuple[str, str]]:
    """The request in facts: what was asked, when, why, and that the clock runs on."""
    year = one.plan.year
    days = (request.due_wanted - request.due_before).days
    wanted = _("%(day)s, %(days)s days later") % {
        "day": formats.day(request.due_wanted), "days": formats.number(days),
    }  # fmt: skip
    asked = f"{formats.short_day(request.asked_on, year)} · {request.asked_by.post_and_unit}"
    found = [
        (_("Asked"), asked),
        (_("Deadline so far"), formats.day(request.due_before)),
        (_("Wanted"), wanted),
        (_("Reason"), request.reason),
    ]
    if request.explanation:
        found.append((_("Why beyond the plan's year"), request.explanation))
    if one.first_due_on and one.first_due_on != request.due_before:
        found.append((_("First deadline"), formats.day(one.first_due_on)))
    if request.is_open and one.due_on and one.due_on < today:
        found.append(
            (_("Clock"), _("Asked in time, but the deadline has passed: it is overdue until this is decided."))
        )
    return found
