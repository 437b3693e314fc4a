"""The result of a task, in the lead unit's words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm

from .review import saw


class ResultForm(OfficeForm):
    """What was achieved; `version` is the task's as the person saw it."""

    text = forms.CharField(
        label=gettext_lazy("Result"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Say in a few sentences what was achieved.")},
        help_text=gettext_lazy("What was reached over all units, with numbers, and what remains; the city reads it."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def seen(self, version: int) -> None:
        """After a refusal: the next attempt has seen the version that the page now shows."""
        saw(self, version)
