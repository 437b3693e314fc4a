"""The ledger's address: what each of its parameters selects, in one place.

Whoever shows a count links to the ledger with parameters that select exactly the counted rows; the page,
its export and its total all ask AssignmentFilter, so they cannot differ.
"""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import formats
from organizations.models import Organization

from .awaits import ALL, CHOICES, UNIT, Part, awaiting
from .changes import change_of
from .models import Assignment, Extension, Plan, Task, WorkPoint
from .punctuality import signal_q
from .states import AssignmentState, Cadence, Signal, UnitRole

if TYPE_CHECKING:
    from organizations.models import User

    from .models.assignment import AssignmentQuerySet

PARAMETERS = (
    "q", "point", "unit", "under", "task", "role", "signal", "state", "cadence", "period",
    "due_from", "due_to", "done_from", "done_to", "change", "awaits", "extension", "scope",
)  # fmt: skip
_PERIOD = re.compile(r"20\d\d(Q[1-4]|-(0[1-9]|1[0-2]))?")
_DATES = ("due_from", "due_to", "done_from", "done_to")


class Extended(models.TextChoices):
    """What became of requests for a later deadline."""

    GRANTED = "granted", gettext_lazy("Extended")
    ASKED = "asked", gettext_lazy("Extension asked for, undecided")
    REFUSED = "refused", gettext_lazy("Extension refused")


def _extended_q(text: str, plan: Plan) -> Q:
    if text == Extended.GRANTED:
        return Q(extended_to__isnull=False)
    decision = "" if text == Extended.ASKED else Extension.Decision.REFUSED
    return Q(pk__in=Extension.objects.of_plan(plan).filter(decision=decision).values("assignment"))


class Chip(NamedTuple):
    """One condition in words, and the address without it."""

    key: str
    label: str
    value: str
    without: str


def labels() -> dict[str, str]:
    """What each parameter is called on the page."""
    return {
        "q": _("Words"),
        "point": _("Work point"),
        "unit": _("Unit"),
        "under": _("Unit and those below it"),
        "task": _("Task"),
        "role": _("Role"),
        "signal": _("Signal"),
        "state": _("State"),
        "cadence": _("Cadence"),
        "period": _("Period"),
        "due_from": _("Due from"),
        "due_to": _("Due to"),
        "done_from": _("Done from"),
        "done_to": _("Done to"),
        "change": _("Changed"),
        "awaits": _("Next step"),
        "extension": _("Extension"),
        "scope": _("Scope"),
    }


class AssignmentFilter:
    """The conditions of one request.

    `values` holds the valid ones by parameter (str, date, list of signals, or the object meant);
    `ignored` the parameters whose value means nothing or nothing that the person may know of.
    """

    def __init__(self, data: QueryDict, *, user: User, plan: Plan, today: datetime.date) -> None:
        self.data, self.user, self.plan, self.today = data, user, plan, today
        self.values: dict[str, Any] = {}
        self.ignored: list[str] = []
        for key in PARAMETERS:
            given = [text for text in (raw.replace("\0", "").strip() for raw in data.getlist(key)) if text]
            if not given:
                continue
            found = self._signals(given) if key == "signal" else self._read(key, given[-1])
            if found:
                self.values[key] = found
            else:
                self.ignored.append(key)

    # ------------------------------------------------------------ reading
    def _signals(self, given: list[str]) -> list[str]:
        """Several are allowed, repeated or joined by commas; they mean any of them."""
        asked = {part.strip() for text in given for part in text.split(",")}
        return [signal for signal in Signal.values if signal in asked]

    def _read(self, key: str, text: str) -> Any:
        """The value that `text` stands for, or None."""
        match key:
            case "q":
                return text[:100]
            case "point":
                return next((point for point in self.work_points if str(point.number) == text), None)
            case "unit" | "under":
                return self._organization(text)
            case "task":
                tasks = Task.objects.visible_to(self.user).filter(plan=self.plan)
                return tasks.filter(pk=int(text)).first() if _is_key(text) else None
            case "role":
                return text if text in UnitRole.values else None
            case "state":
                return text if text in AssignmentState.values else None
            case "cadence":
                return text if text in Cadence.values else None
            case "period":
                return text if _PERIOD.fullmatch(text) else None
            case "change":
                return change_of(text)
            case "awaits":
                return text if text in CHOICES else None
            case "extension":
                return text if text in Extended.values else None
            case "scope":
                return text if text == "own" else None
        try:
            return parse_date(text)
        except ValueError:
            return None

    def _organization(self, text: str) -> Organization | None:
        """One that the person sees, or one that owes something in a task led by the person's unit."""
        if not _is_key(text):
            return None
        found = Organization.objects.visible_to(self.user).filter(pk=int(text)).first()
        if found is None:
            owed = Assignment.objects.visible_to(self.user).of_plan(self.plan).filter(organization=int(text))
            row = owed.select_related("organization").first()
            found = row.organization if row else None
        return found

    @cached_property
    def work_points(self) -> list[WorkPoint]:
        """The plan's points, for the field and for reading `point`."""
        return list(self.plan.work_points.all())

    # ------------------------------------------------------------ selecting
    def rows(self) -> AssignmentQuerySet:
        """The assignments that the person may see and that fulfil every condition, in no order yet."""
        values = self.values
        found = Assignment.objects.visible_to(self.user).of_plan(self.plan)
        if "state" in values:
            found = found.filter(state=values["state"])
        if values.get("state") != AssignmentState.CANCELLED:
            found = found.standing()
        if "signal" in values:
            found = found.filter(_any(signal_q(signal, self.today) for signal in values["signal"]))
        if "point" in values:
            found = found.filter(work_point=values["point"])
        if "unit" in values:
            found = found.owed_by(values["unit"])
        if "under" in values:
            found = found.filter(organization__in=Organization.objects.under(values["under"]).values("pk"))
        if "scope" in values and not self.user.sees_city:
            found = found.filter(organization__in=Organization.objects.visible_to(self.user).values("pk"))
        if "task" in values:
            found = found.filter(task=values["task"])
        for key, column in (("role", "role"), ("period", "period"), ("cadence", "task__cadence")):
            if key in values:
                found = found.filter(**{column: values[key]})
        found = self._within_dates(found)
        if "change" in values:
            found = found.filter(values["change"].q(self.today))
        if "extension" in values:
            found = found.filter(_extended_q(values["extension"], self.plan))
        if "awaits" in values:
            found = found.filter(pk__in=awaiting(self.user, self.plan, self.today, values["awaits"]).values("pk"))
        if "q" in values:
            found = found.matching(values["q"])
        return found

    def _within_dates(self, found: AssignmentQuerySet) -> AssignmentQuerySet:
        """Deadline and day of completion, both ends included; `done_` means signed off rows only."""
        values = self.values
        if "due_from" in values:
            found = found.filter(due_on__gte=values["due_from"])
        if "due_to" in values:
            found = found.filter(due_on__lte=values["due_to"])
        if "done_from" in values or "done_to" in values:
            found = found.filter(state=AssignmentState.DONE)
        if "done_from" in values:
            found = found.filter(done_on__gte=values["done_from"])
        if "done_to" in values:
            found = found.filter(done_on__lte=values["done_to"])
        return found

    # ------------------------------------------------------------ saying
    @cached_property
    def labels(self) -> dict[str, str]:
        """What each parameter is called, in the active language."""
        return labels()

    def raw(self, key: str) -> str:
        """A valid condition as it stands in an address."""
        value = self.values[key]
        match key:
            case "signal":
                return ",".join(value)
            case "point":
                return str(value.number)
            case "unit" | "under" | "task":
                return str(value.pk)
        return str(value)

    def query(self, *without: str, **changed: Any) -> str:
        """The address's query with some parameters left out or set; the page number never stays."""
        data = self.data.copy()
        for key in ("page", *without, *self.ignored):
            data.pop(key, None)
        for key, value in changed.items():
            data[key] = str(value)
        text = data.urlencode()
        return f"?{text}" if text else "?"

    def chips(self) -> list[Chip]:
        """Every condition in words."""
        return [Chip(key, self.labels[key], self._words(key), self.query(key)) for key in self.values]

    def describe(self) -> str:
        """The conditions in one line, for print and export; empty without any."""
        return _("; ").join(_("%(label)s: %(value)s") % {"label": c.label, "value": c.value} for c in self.chips())

    def ignored_labels(self) -> list[str]:
        """The names of the parameters that were not understood."""
        return [self.labels[key] for key in self.ignored]

    def _words(self, key: str) -> str:
        value = self.values[key]
        match key:
            case "signal":
                return _(", ").join(str(Signal(signal).label) for signal in value)
            case "point":
                return f"{formats.ordinal(value.number)} {value.title}"
            case "unit" | "under":
                return str(value.label)
            case "role":
                return str(UnitRole(value).label)
            case "state":
                return str(AssignmentState(value).label)
            case "cadence":
                return str(Cadence(value).label)
            case "period":
                return formats.period(value)
            case "change":
                return str(value.words)
            case "extension":
                return str(Extended(value).label)
            case "awaits":
                return {ALL: _("awaits me"), UNIT: _("awaits my unit")}.get(value) or str(Part(value).label)
            case "scope":
                return _("units in my scope")
        return formats.day(value) if key in _DATES else str(value)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _any(conditions: Any) -> Q:
    """True where at least one condition is."""
    found = Q()
    for condition in conditions:
        found |= condition
    return found
