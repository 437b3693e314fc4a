"""The form of a submission or a decision: a word of explanation, and the version that the person saw."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from lib.forms import dress


class StepForm(forms.Form):
    """Submit, approve, send back. `verb` decides whether words are required and what they are called."""

    opinion = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, verb: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["opinion"]
        field.label = gettext_lazy("How it was completed") if verb == "submit" else gettext_lazy("Opinion")
        field.required = verb == "send_back"
        field.error_messages["required"] = gettext_lazy("Say what is missing; the unit reads this.")
        dress(self)

    def seen(self, version: int) -> None:
        """After a refusal: the next attempt has seen the version that the page now shows."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(version)
        self.data = data
