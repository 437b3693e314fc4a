"""How messages reach the person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.forms import OfficeForm


class PreferenceForm(OfficeForm):
    """The own address, and whether the daily digest is mailed."""

    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=254,
        help_text=_("Without an address messages arrive here only, and the commission office sees that."),
    )  # fmt: skip
    digest_by_mail = forms.BooleanField(
        label=_("Mail me the daily digest"), required=False,
        help_text=_("At most one mail a day, at 7:30. Urgent reminders are mailed always."),
    )  # fmt: skip
