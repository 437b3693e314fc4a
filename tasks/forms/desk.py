"""The decision on the review desk: an opinion, and for a request the day that is granted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm

from .review import StepForm, saw

OPINION = gettext_lazy("Give your opinion; the unit reads it and it stays in the record.")


class AnswerForm(StepForm):
    """Grant a later deadline, or refuse it. The opinion is required either way."""

    due_after = forms.DateField(
        label=gettext_lazy("Grant until"), required=False,
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d %b %Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("This is no date. Enter it as 2017-09-20.")},
        help_text=gettext_lazy("As asked, or another day; the first deadline stays on record."),
    )  # fmt: skip

    def __init__(self, *args: Any, do: str = "", **kwargs: Any) -> None:
        super().__init__(*args, verb="answer", **kwargs)
        opinion = self.fields["opinion"]
        opinion.required = True
        opinion.error_messages["required"] = OPINION
        self.fields["due_after"].required = do == "grant"
        self.fields["due_after"].error_messages["required"] = gettext_lazy("Enter the day that is granted.")
        self.order_fields(["due_after", "opinion", "version"])


class AskForm(OfficeForm):
    """A unit asks for a later deadline."""

    due_wanted = forms.DateField(
        label=gettext_lazy("Deadline wanted"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d %b %Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "invalid": gettext_lazy("This is no date. Enter it as 2017-09-20."),
            "required": gettext_lazy("Enter the day by which it can be done."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Say why the deadline cannot be kept; the reviewer decides by this.")},
        help_text=gettext_lazy("What hinders the work, what is done so far, and what will be done by the new day."),
    )  # fmt: skip
    explanation = forms.CharField(
        label=gettext_lazy("Why beyond the plan's year"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only where the new day lies after 31 December of the plan's year."),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def seen(self, version: int) -> None:
        """After a refusal: the next attempt has seen the version that the page now shows."""
        saw(self, version)
