"""Forms of the ladder and of the working-day calendar."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from notifications.models import Audience, Stage
from notifications.subjects import Subject

_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_SPAN = re.compile(rf"{_DAY}(?:\s*(?:~|～|至|—|–|\.\.)\s*{_DAY})?$")
_LONGEST = 31  # days of one stretch


class StageForm(OfficeForm):
    """One rung of a subject's ladder."""

    side = forms.ChoiceField(label=gettext_lazy("When"), choices=())
    offset = forms.IntegerField(
        label=gettext_lazy("Days"), min_value=0, max_value=366,
        help_text=gettext_lazy("0 days before is the day itself."),
    )  # fmt: skip
    audiences = forms.MultipleChoiceField(
        label=gettext_lazy("Who is told"), choices=(), required=False, widget=forms.CheckboxSelectMultiple
    )
    urgent = forms.BooleanField(
        label=gettext_lazy("Urgent"), required=False,
        help_text=gettext_lazy("Sent at once in a mail of its own, also to those who want no digest."),
    )  # fmt: skip
    wording = forms.CharField(
        label=gettext_lazy("Wording"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("A sentence of the office that stands below each item of this stage."),
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=gettext_lazy("In use"), required=False,
        help_text=gettext_lazy("A stage that is switched on again counts from that day."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides: Any = self.fields["side"]
        sides.choices = [(value, label) for value, label in Stage.Side.choices if value in subject.sides]
        audiences: Any = self.fields["audiences"]
        audiences.choices = [(value, label) for value, label in Audience.choices if value in subject.audiences]


class YearForm(OfficeForm):
    """The working days of one year."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2100)
    off = forms.CharField(
        label=gettext_lazy("Holidays"), max_length=4000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("One day or stretch a line, as in the notice: 2027-10-01 ~ 2027-10-07."),
    )  # fmt: skip
    on = forms.CharField(
        label=gettext_lazy("Working weekends"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}), help_text=gettext_lazy("Saturdays and Sundays that are worked."),
    )  # fmt: skip

    def clean_off(self) -> list[datetime.date]:
        """The holidays as days."""
        return days_of(self.cleaned_data["off"])

    def clean_on(self) -> list[datetime.date]:
        """The working weekends as days."""
        return days_of(self.cleaned_data["on"])


def days_of(text: str) -> list[datetime.date]:
    """Days and stretches, one a line or joined by commas. Raises ValidationError that names what is not understood."""
    found: list[datetime.date] = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[\n,，、;；]", text))):
        found += _stretch(part)
    return found


def _stretch(part: str) -> list[datetime.date]:
    fault = ValidationError(_("“%(part)s” is no day; write 2027-10-01 or 2027-10-01 ~ 2027-10-07.") % {"part": part})
    match = _SPAN.match(part)
    if match is None:
        raise fault
    numbers = [int(group) if group else 0 for group in match.groups()]
    try:
        first = datetime.date(*numbers[:3])
        last = datetime.date(*numbers[3:]) if numbers[3] else first
    except ValueError as error:
        raise fault from error
    if not 0 <= (last - first).days < _LONGEST:
        raise fault
    return [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]
