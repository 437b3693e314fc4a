"""The form of a submission or a decision: a word of explanation, and the version that the person saw."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm

LABELS = {
    "submit": gettext_lazy("How it was completed"),
    "withdraw": gettext_lazy("Reason"),
    "cancel": gettext_lazy("Reason"),
    "reopen": gettext_lazy("Reason"),
}
REQUIRED = {
    "send_back": gettext_lazy("Say what is missing; the unit reads this."),
    "cancel": gettext_lazy("Give the reason; it stays in the record."),
    "reopen": gettext_lazy("Give the reason; it stays in the record."),
}


def saw(form: forms.Form, version: int) -> None:
    """Puts the version that the page now shows into a bound form, beside what was typed."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["version"] = str(version)
    form.data = data


class StepForm(OfficeForm):
    """A step of an assignment. `verb` decides whether words are required and what they are called."""

    opinion = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, verb: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["opinion"]
        field.label = LABELS.get(verb, gettext_lazy("Opinion"))
        field.required = verb in REQUIRED
        field.error_messages["required"] = REQUIRED.get(verb, "")

    def seen(self, version: int) -> None:
        """After a refusal: the next attempt has seen the version that the page now shows."""
        saw(self, version)
