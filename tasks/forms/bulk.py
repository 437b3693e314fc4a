"""What to do with the tasks ticked in the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm, dress
from organizations.directory import Directory
from organizations.forms.pick import UnitsField
from tasks.models import Plan
from tasks.states import UnitRole

from .fields import DayField, DeadlineForm, year_fault

ACTIONS = (
    ("deadline", gettext_lazy("Move the deadline")),
    ("cadence", gettext_lazy("Change the cadence")),
    ("units", gettext_lazy("Change the units")),
    ("confirm", gettext_lazy("Mark as confirmed")),
    ("propose", gettext_lazy("Mark as proposed")),
    ("withdraw", gettext_lazy("Withdraw")),
    ("restore", gettext_lazy("Restore")),
    ("delete", gettext_lazy("Delete")),
)
MOST_DAYS = 366


class DoForm(OfficeForm):
    """Which of the actions."""

    do = forms.ChoiceField(choices=ACTIONS)


class MoveDeadlineForm(forms.Form):
    """Either a day for all, or days to add."""

    due_on = DayField(label=gettext_lazy("New deadline for all"), required=False)
    days = forms.IntegerField(
        label=gettext_lazy("Or move each by days"),
        required=False,
        min_value=-MOST_DAYS,
        max_value=MOST_DAYS,
        help_text=gettext_lazy("14 means two weeks later, -7 a week earlier."),
    )

    def __init__(self, *args: Any, plan: Plan, directory: Directory | None, **kwargs: Any) -> None:
        self.plan = plan
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        values = self.cleaned_data
        if wrong := year_fault(self.plan, values.get("due_on")):
            self.add_error("due_on", ValidationError(wrong))
        if "due_on" in values and "days" in values and bool(values["due_on"]) == bool(values["days"]):
            raise ValidationError(_("Enter either a day or a number of days."))
        return values

    def arguments(self) -> dict[str, Any]:
        """What the verb takes."""
        return {"due_on": self.cleaned_data["due_on"], "days": self.cleaned_data["days"] or 0}


class CadenceForm(DeadlineForm):
    """One cadence for all."""

    def __init__(self, *args: Any, plan: Plan, directory: Directory | None, **kwargs: Any) -> None:
        self.plan = plan
        super().__init__(*args, **kwargs)
        self.fields["due_on"].help_text = _("Empty: each task keeps its deadline.")
        dress(self)

    def arguments(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: self.cleaned_data[name] for name in ("cadence", "due_on", "due_day", "due_month")}


class ChangeUnitsForm(forms.Form):
    """Which units, in which role, and what to do with them."""

    HOW = (
        ("replace", gettext_lazy("Replace the present ones by these")),
        ("add", gettext_lazy("Add these")),
        ("remove", gettext_lazy("Remove these")),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=UnitRole.choices)
    how = forms.ChoiceField(label=gettext_lazy("What to do"), choices=HOW)
    units = UnitsField(label=gettext_lazy("Units"))

    def __init__(self, *args: Any, plan: Plan, directory: Directory | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].directory = directory  # type: ignore[attr-defined]
        self.fields["units"].widget.attrs["data-remove"] = _("Remove")
        dress(self)

    def arguments(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: self.cleaned_data[name] for name in ("role", "how", "units")}


FORMS: dict[str, type[MoveDeadlineForm | CadenceForm | ChangeUnitsForm]] = {
    "deadline": MoveDeadlineForm,
    "cadence": CadenceForm,
    "units": ChangeUnitsForm,
}
