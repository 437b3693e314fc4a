"""Plans and work points."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from tasks.actions.plans import PLAN_FIELDS, POINT_FIELDS
from tasks.models import Plan, WorkPoint

from .fields import DayField, TextField


def fingerprint(row: models.Model, fields: Sequence[str]) -> str:
    """Changes whenever one of the fields does; a form carries it to notice that somebody else was faster."""
    return hashlib.sha256("\0".join(str(getattr(row, name)) for name in fields).encode()).hexdigest()[:16]


class _SeenForm(OfficeForm):
    """Refuses to overwrite what changed after the form was loaded; `row` None for a new one."""

    FIELDS: tuple[str, ...] = ()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Plan | WorkPoint | None = None, **kwargs: Any) -> None:
        self.row = row
        if row is not None:
            kwargs["initial"] = {name: getattr(row, name) for name in self.FIELDS}
            kwargs["initial"]["seen"] = fingerprint(row, self.FIELDS)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Compares with the row as it is now."""
        if self.row is not None and self.cleaned_data.get("seen") != fingerprint(self.row, self.FIELDS):
            text = _("Somebody changed this while the form was open: now “%(now)s”. What you typed is kept; "
                     "compare it and save again.")  # fmt: skip
            raise ValidationError(text % {"now": self.row}, code="stale")
        return self.cleaned_data

    @property
    def details(self) -> dict[str, Any]:
        """What the verbs of tasks.actions.plans take."""
        return {name: self.cleaned_data[name] for name in self.FIELDS}


class PlanForm(_SeenForm):
    """Title, document number and day of issue; for a new plan also the year and whose work points to take over."""

    FIELDS = PLAN_FIELDS
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2100)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    document_number = forms.CharField(label=gettext_lazy("Document number"), max_length=60, required=False)
    issued_on = DayField(
        label=gettext_lazy("Issued on"),
        help_text=gettext_lazy("Months and quarters that end before this day ask for nothing."),
    )
    points_of = forms.ModelChoiceField(
        label=gettext_lazy("Take over the work points of"),
        queryset=Plan.objects.none(),
        required=False,
        empty_label=gettext_lazy("no plan, begin empty"),
        help_text=gettext_lazy("Numbers and titles, which you can then edit; no tasks."),
        error_messages={"invalid_choice": gettext_lazy("There is no such plan in this city. Choose one of the list.")},
    )

    def __init__(self, *args: Any, plans: models.QuerySet[Plan] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is not None:
            del self.fields["year"], self.fields["points_of"]
        elif plans is not None:
            field: Any = self.fields["points_of"]
            field.queryset = plans
        self.plans = plans

    def clean_year(self) -> int:
        """Refuses a year that has its plan."""
        year: int = self.cleaned_data["year"]
        if self.plans is not None and self.plans.filter(year=year).exists():
            raise ValidationError(_("There is already a plan of this year. Edit that one."))
        return year

    def clean(self) -> dict[str, Any]:
        """The day of issue lies in the plan's year or shortly before it."""
        year = self.row.year if isinstance(self.row, Plan) else self.cleaned_data.get("year")
        day = self.cleaned_data.get("issued_on")
        if year and day and not year - 1 <= day.year <= year:
            text = _("A plan of %(year)s is issued in %(year)s or the year before. Check the date.")
            self.add_error("issued_on", ValidationError(text % {"year": year}))
        return super().clean()


class WorkPointForm(_SeenForm):
    """A numbered work point."""

    FIELDS = POINT_FIELDS
    number = forms.IntegerField(label=gettext_lazy("Number"), min_value=1, max_value=99)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    short_title = forms.CharField(
        label=gettext_lazy("Short title"),
        max_length=12,
        required=False,
        help_text=gettext_lazy("At most 12 characters, for narrow tables."),
    )
    summary = TextField(label=gettext_lazy("Summary"), required=False, max_length=2000)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        self.plan = plan
        super().__init__(*args, **kwargs)

    def clean_number(self) -> int:
        """Refuses a number that another work point of the plan has."""
        number: int = self.cleaned_data["number"]
        others = self.plan.work_points.filter(number=number)
        if (others.exclude(pk=self.row.pk) if self.row else others).exists():
            raise ValidationError(_("This plan already has a work point of this number. Choose another number."))
        return number
