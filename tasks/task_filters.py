"""The address of the admin's list of tasks: what each of its parameters selects, in one place.

The page, its export and "all of this list" in bulk changes all ask TaskFilter, so they cannot differ.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from lib import formats
from organizations.models import Organization, OrganizationGroup

from .filters import Chip
from .models import Assignment, Plan, Task, TaskUnit, WorkPoint
from .states import Cadence, UnitRole

if TYPE_CHECKING:
    from organizations.models import User

    from .models.task import TaskQuerySet

PARAMETERS = ("q", "point", "cadence", "lead", "proposed", "units", "due_from", "due_to", "withdrawn")
Lead = Organization | OrganizationGroup


def labels() -> dict[str, str]:
    """What each parameter is called on the page."""
    return {
        "q": _("Words"),
        "point": _("Work point"),
        "cadence": _("Cadence"),
        "lead": _("Lead unit"),
        "proposed": _("Proposed"),
        "units": _("Units"),
        "due_from": _("Due from"),
        "due_to": _("Due to"),
        "withdrawn": _("State"),
    }


def choices() -> dict[str, dict[str, str]]:
    """The values of the parameters that have few, in words."""
    return {
        "cadence": {value: str(label) for value, label in Cadence.choices},
        "proposed": {"1": _("proposed"), "0": _("confirmed")},
        "units": {"with": _("with units"), "without": _("without units"), "nolead": _("without lead unit")},
        "withdrawn": {"1": _("withdrawn"), "all": _("withdrawn ones too")},
    }


class TaskFilter:
    """The conditions of one request; `ignored` are parameters whose value means nothing here."""

    def __init__(self, data: QueryDict, *, user: User, plan: Plan) -> None:
        self.data, self.user, self.plan = data, user, plan
        self.values: dict[str, Any] = {}
        self.ignored: list[str] = []
        for key in PARAMETERS:
            text = data.get(key, "").replace("\0", "").strip()
            if not text:
                continue
            found = self._read(key, text)
            if found:
                self.values[key] = found
            else:
                self.ignored.append(key)

    def _read(self, key: str, text: str) -> Any:
        match key:
            case "q":
                return text[:100]
            case "point":
                return next((point for point in self.work_points if str(point.number) == text), None)
            case "lead":
                return next((unit for value, unit in self.leads if value == text), None)
            case "due_from" | "due_to":
                try:
                    return parse_date(text)
                except ValueError:
                    return None
        return text if text in self.choices[key] else None

    @cached_property
    def choices(self) -> dict[str, dict[str, str]]:
        """The values that a parameter may have, in the active language."""
        return choices()

    @cached_property
    def labels(self) -> dict[str, str]:
        """What each parameter is called, in the active language."""
        return labels()

    @cached_property
    def work_points(self) -> list[WorkPoint]:
        """The plan's points."""
        return list(self.plan.work_points.all())

    @cached_property
    def leads(self) -> list[tuple[str, Lead]]:
        """Units and collective units that lead a task of this plan: (value in the address, unit)."""
        leading = TaskUnit.objects.filter(task__plan=self.plan, role=UnitRole.LEAD)
        groups = OrganizationGroup.objects.filter(pk__in=leading.values("group"))
        units = Organization.objects.filter(pk__in=leading.values("organization"))
        return [(f"g{group.pk}", group) for group in groups] + [(str(unit.pk), unit) for unit in units]

    # ------------------------------------------------------------ selecting
    def rows(self) -> TaskQuerySet:
        """The tasks of the plan that fulfil every condition."""
        values = self.values
        found = Task.objects.visible_to(self.user).filter(plan=self.plan)
        if "withdrawn" not in values:
            found = found.current()
        elif values["withdrawn"] == "1":
            found = found.filter(withdrawn=True)
        if "point" in values:
            found = found.filter(work_point=values["point"])
        if "cadence" in values:
            found = found.filter(cadence=values["cadence"])
        if "proposed" in values:
            found = found.filter(is_proposed=values["proposed"] == "1")
        if "lead" in values:
            kind = "group" if isinstance(values["lead"], OrganizationGroup) else "organization"
            leading = TaskUnit.objects.filter(role=UnitRole.LEAD, **{kind: values["lead"]})
            found = found.filter(pk__in=leading.values("task"))
        if "units" in values:
            found = self._with_units(found, values["units"])
        found = self._within_dates(found)
        return found.matching(values["q"]) if "q" in values else found

    def _with_units(self, found: TaskQuerySet, asked: str) -> TaskQuerySet:
        named = TaskUnit.objects.filter(task__plan=self.plan)
        if asked == "nolead":
            named = named.filter(role=UnitRole.LEAD)
        return (
            found.filter(pk__in=named.values("task")) if asked == "with" else found.exclude(pk__in=named.values("task"))
        )

    def _within_dates(self, found: TaskQuerySet) -> TaskQuerySet:
        """Tasks with a deadline in the range, their own or that of one of their assignments; both ends included."""
        first, last = self.values.get("due_from"), self.values.get("due_to")
        if first is None and last is None:
            return found
        within = Q(due_on__isnull=False)
        within &= Q(due_on__gte=first) if first else Q()
        within &= Q(due_on__lte=last) if last else Q()
        owed = Assignment.objects.of_plan(self.plan).standing().filter(within)
        return found.filter(within | Q(pk__in=owed.values("task")))

    # ------------------------------------------------------------ saying
    def raw(self, key: str) -> str:
        """A valid condition as it stands in an address."""
        value = self.values[key]
        if key == "lead":
            return next(text for text, unit in self.leads if unit == value)
        return str(value.number) if key == "point" else str(value)

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
        """The conditions in one line, for the export; empty without any."""
        return _("; ").join(_("%(label)s: %(value)s") % {"label": c.label, "value": c.value} for c in self.chips())

    def ignored_labels(self) -> list[str]:
        """The names of the parameters that were not understood."""
        return [self.labels[key] for key in self.ignored]

    def _words(self, key: str) -> str:
        value = self.values[key]
        if key == "point":
            return f"{formats.ordinal(value.number)} {value.title}"
        if isinstance(value, datetime.date):
            return formats.day(value)
        if key == "lead":
            return value.label if isinstance(value, Organization) else value.name
        return self.choices.get(key, {}).get(value, str(value))
