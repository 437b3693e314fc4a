"""The review desk (审核): what waits for a person's decision, oldest first, and what of it the address selects.

A place on the desk is written `s12` (submission of assignment 12) or `e7` (request 7 for a later deadline).
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.db import models
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Assignment, Extension, Plan
from .rights import desk_of

if TYPE_CHECKING:
    from organizations.models import User

    from .models.assignment import AssignmentQuerySet
    from .models.extension import ExtensionQuerySet

PARAMETERS = ("q", "kind", "unit", "point")
_PLACE = re.compile(r"[se]\d{1,18}")


class Kind(models.TextChoices):
    """What may wait."""

    SUBMISSION = "submission", _("Submission")
    EXTENSION = "extension", _("Extension request")


class Place(NamedTuple):
    """Something that waits, since when, whose it is, and what the queue says of it."""

    since: datetime.date
    code: str
    pk: int
    unit: int
    point: int
    title: str
    unit_label: str
    point_title: str
    state: str
    version: int
    order: int


class DeskFilter:
    """The conditions of one request; `values` holds those that mean something."""

    def __init__(self, data: QueryDict, *, user: User, plan: Plan) -> None:
        self.user, self.plan = user, plan
        given = {key: str(data[key]) for key in PARAMETERS if key in data}
        self.values = {key: text.replace("\0", "").strip()[:100] for key, text in given.items()}
        self.values = {key: text for key, text in self.values.items() if text}
        if self.values.get("kind") not in (None, *Kind.values):
            del self.values["kind"]
        for key in ("unit", "point"):
            if not re.fullmatch(r"\d{1,18}", self.values.get(key, "0"), re.ASCII):
                del self.values[key]
        self._desk = desk_of(user)

    def submissions(self) -> AssignmentQuerySet:
        """Assignments that wait for the person, whatever the filter."""
        return Assignment.objects.visible_to(self.user).of_plan(self.plan).filter(self._desk.submissions)

    def extensions(self) -> ExtensionQuerySet:
        """Requests that wait for the person, whatever the filter."""
        return Extension.objects.visible_to(self.user).of_plan(self.plan).filter(self._desk.extensions)

    def everything(self) -> list[Place]:
        """All that waits, oldest first."""
        since = Coalesce("done_on", "handed_on", "starts_on")
        sent = self.submissions().order_by().annotate(since=since).values_list("since", "pk", *_columns(""))
        asked = self.extensions().order_by().values_list("asked_on", "pk", *_columns("assignment__"))
        found = [_place("s", *row) for row in sent] + [_place("e", *row) for row in asked]
        return sorted(found)

    def chosen(self, places: list[Place]) -> list[Place]:
        """Those that the conditions select."""
        values = self.values
        found = places
        if "kind" in values:
            letter = "s" if values["kind"] == Kind.SUBMISSION else "e"
            found = [place for place in found if place.code.startswith(letter)]
        if "unit" in values:
            found = [place for place in found if place.unit == int(values["unit"])]
        if "point" in values:
            found = [place for place in found if place.point == int(values["point"])]
        if "q" in values and found:
            said = self._matching(values["q"])
            found = [place for place in found if place.code in said]
        return found

    def _matching(self, text: str) -> set[str]:
        sent = self.submissions().matching(text).order_by().values_list("pk", flat=True)
        named = Assignment.objects.of_plan(self.plan).matching(text).order_by().values("pk")
        asked = self.extensions().filter(assignment__in=named).order_by().values_list("pk", flat=True)
        return {f"s{pk}" for pk in sent} | {f"e{pk}" for pk in asked}

    def href(self, at: str = "", name: str = "review_desk") -> str:
        """The desk with the same conditions, at a place; `name` another page that carries them along."""
        query: dict[str, Any] = dict(self.values) | ({"at": at} if at else {})
        base = reverse(name, kwargs={"year": self.plan.year})
        return f"{base}?{urlencode(query)}" if query else base

    def units(self, places: list[Place]) -> list[tuple[str, str]]:
        """The units of what waits, in their official order, for the field: (key, name)."""
        named = {(place.order, place.unit, place.unit_label) for place in places}
        return [(str(key), label) for _order, key, label in sorted(named)]

    def points(self, places: list[Place]) -> list[tuple[int, str]]:
        """The work points of what waits: (number, title)."""
        return sorted({(place.point, place.point_title) for place in places})


def _columns(prefix: str) -> list[str]:
    names = (
        "organization", "work_point__number", "task__title", "organization__short_name", "organization__name",
        "work_point__title", "state", "version", "organization__position",
    )  # fmt: skip
    return [f"{prefix}{name}" for name in names]


def _place(
    letter: str, since: datetime.date, pk: int, unit: int, point: int, title: str, short: str, name: str,
    point_title: str, state: str, version: int, order: int,
) -> Place:  # fmt: skip
    return Place(since, f"{letter}{pk}", pk, unit, point, title, short or name, point_title, state, version, order)


def place_of(data: QueryDict) -> str:
    """The place that the address names, or an empty string."""
    text = data.get("at", "")
    return text if _PLACE.fullmatch(text) else ""
