"""What to do with the tasks ticked in the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm, dress
from organizations.directory import Directory
from organizations.forms.pick import UnitsField, offer
from tasks.models import Plan
from tasks.states import UnitRole

from .fields import DayField, DeadlineForm, year_fault

ACTIONS = (
    ("deadline", gettext_lazy("Move the deadline")),
    ("cadence", gettext_lazy("Change the cadence")),
    ("units", gettext_lazy("Change the units")),
    ("gates", gettext_lazy("Change the conditions of sign-off")),
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


class MoveDeadlineForm(OfficeForm):
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

    def arguments(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: self.cleaned_data[name] for name in ("cadence", "due_on", "due_day", "due_month")}


class ChangeUnitsForm(OfficeForm):
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
        offer(self, directory, "units")
        self.fields["units"].widget.attrs["data-remove"] = _("Remove")

    def arguments(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: self.cleaned_data[name] for name in ("role", "how", "units")}


class GatesForm(OfficeForm):
    """Which conditions the tasks set from now on; what is left as it is stays."""

    KEEP = (("", gettext_lazy("Leave as it is")), ("1", gettext_lazy("Yes")), ("0", gettext_lazy("No")))

    def __init__(self, *args: Any, plan: Plan, directory: Directory | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in GATES:
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=self.KEEP, coerce=lambda value: value == "1", empty_value=None, required=False
            )
        dress(self)

    def clean(self) -> dict[str, Any]:
        """At least one has to change."""
        values = self.cleaned_data
        if all(values.get(name) is None for name, _label in GATES) and not self.errors:
            raise ValidationError(_("Choose at least one condition to change."))
        return values

    def arguments(self) -> dict[str, Any]:
        """What the verb takes."""
        return {"gates": {name: value for name, value in self.cleaned_data.items() if value is not None}}


GATES = (
    ("target_required", gettext_lazy("Target before sign-off")),
    ("evidence_required", gettext_lazy("Proof before sign-off")),
    ("own_head_first", gettext_lazy("Own head first")),
)
FORMS: dict[str, type[MoveDeadlineForm | CadenceForm | ChangeUnitsForm | GatesForm]] = {
    "deadline": MoveDeadlineForm,
    "cadence": CadenceForm,
    "units": ChangeUnitsForm,
    "gates": GatesForm,
}
