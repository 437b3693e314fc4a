"""Fields that several forms share: a day, and when a task is due."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from tasks.models import Plan
from tasks.states import Cadence

YEARS_AFTER = 5  # a deadline further away is a slip of the pen
DEADLINE_FIELDS = ("cadence", "due_on", "due_day", "due_month")

# which of the deadline's fields mean something to which cadence; static/js/task_form.js reads the same table
APPLIES: dict[str, frozenset[str]] = {
    "due_on": frozenset({Cadence.ONCE, Cadence.YEARLONG}),
    "due_day": frozenset({Cadence.MONTHLY, Cadence.QUARTERLY}),
    "due_month": frozenset({Cadence.QUARTERLY}),
}


class DayField(forms.DateField):
    """A day, typed or picked in the browser's calendar; always sent as 2017-06-30."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"], **kwargs)
        self.error_messages["invalid"] = gettext_lazy("This is no day. Write it like 2017-06-30.")


class DeadlineForm(OfficeForm):
    """Cadence and what belongs to it. The form that uses it sets `plan` before validating."""

    plan: Plan
    cadence = forms.ChoiceField(label=gettext_lazy("Cadence"), choices=Cadence.choices, initial=Cadence.ONCE)
    due_on = DayField(label=gettext_lazy("Deadline"), required=False)
    due_day = forms.IntegerField(
        label=gettext_lazy("Due day of the month"),
        required=False,
        min_value=1,
        max_value=31,
        help_text=gettext_lazy("1 to 31; empty: the last day of the month."),
    )
    due_month = forms.TypedChoiceField(
        label=gettext_lazy("Due month of the quarter"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("Third month")),
            ("1", gettext_lazy("First month")),
            ("2", gettext_lazy("Second month")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        """Refuses days that the cadence has no use for, and a deadline outside the plan's time."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        cadence = values.get("cadence")
        for name, cadences in APPLIES.items():
            if cadence and cadence not in cadences and values.get(name) is not None:
                text = _("“%(cadence)s” has no use for this. Empty the field or choose another cadence.")
                self.add_error(name, ValidationError(text % {"cadence": Cadence(cadence).label}))
        if wrong := year_fault(self.plan, values.get("due_on")):
            self.add_error("due_on", ValidationError(wrong))
        return values


class TextField(forms.CharField):
    """Several lines; browsers send them with carriage returns, which we do not keep."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> Any:
        """The text with plain line ends."""
        return str(super().to_python(value)).replace("\r\n", "\n")


def year_fault(plan: Plan, due_on: datetime.date | None) -> str:
    """What is wrong with the year of a deadline; an empty string for a likely one."""
    first, last = plan.year, plan.year + YEARS_AFTER
    if due_on is None or first <= due_on.year <= last:
        return ""
    text = _("The deadline of a task of this plan lies between %(first)s and %(last)s. Check the year.")
    return text % {"first": first, "last": last}


def applies(name: str) -> str:
    """The cadences to which a field means something, as a data attribute."""
    return " ".join(sorted(APPLIES[name]))
