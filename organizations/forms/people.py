"""Opening, changing and closing accounts."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from organizations.directory import Directory
from organizations.models import User
from organizations.roles import Role

from .pick import UnitField, offer

FIELDS = ("real_name", "organization", "role", "post", "phone", "email")


def fingerprint(user: User) -> str:
    """Changes whenever somebody changes the account's details; a form carries it to notice that."""
    parts = [str(getattr(user, name)) for name in ("real_name", "organization_id", "role", "post", "phone", "email")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class MoveForm(OfficeForm):
    """The unit that people are moved to."""

    organization = UnitField(
        label=gettext_lazy("Unit"), help_text=gettext_lazy("Full, short or other name of an active unit of this city.")
    )

    def __init__(self, *args: Any, directory: Directory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, directory, "organization")


class PersonForm(MoveForm):
    """The details of a person; `user` None for a new one."""

    real_name = forms.CharField(label=gettext_lazy("Real name"), max_length=60)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Role.choices,
        initial=Role.INSPECTOR,
        help_text=gettext_lazy(
            "Inspectors log progress, heads also review and sign, auditors only read. "
            "Admins of the commission and its office manage plans, units and people."
        ),
    )
    post = forms.CharField(label=gettext_lazy("Post"), max_length=60, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("username", "real_name", "organization", "role", "post", "phone", "email")

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        self.user = user
        if user is not None:
            kwargs["initial"] = {name: getattr(user, name) for name in FIELDS} | {"seen": fingerprint(user)}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Refuses a form that was opened before somebody else changed the person."""
        values = self.cleaned_data
        if self.user is not None and values.get("seen") != fingerprint(self.user):
            raise ValidationError(
                _(
                    "Somebody changed this account while the form was open: now %(name)s, %(unit)s, %(role)s. "
                    "What you typed is kept; compare it and save again."
                )
                % {
                    "name": self.user.real_name,
                    "unit": self.user.organization.label,
                    "role": self.user.get_role_display(),
                },
                code="stale",
            )
        return values

    @property
    def details(self) -> dict[str, Any]:
        """What the verbs of organizations.actions.people take."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class InviteForm(PersonForm):
    """A new account."""

    username = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=60,
        validators=[UnicodeUsernameValidator()],
        help_text=gettext_lazy("Letters, digits and @ . + - _; what the person types to log in."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_username(self) -> str:
        """Refuses a name that is taken, also with other capitals."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("This account name is taken."))
        return username


class BulkForm(OfficeForm):
    """What to do with the people picked in the list."""

    ACTIONS = (
        ("disable", gettext_lazy("Disable")),
        ("enable", gettext_lazy("Enable")),
        ("move", gettext_lazy("Move to another unit")),
    )
    do = forms.ChoiceField(choices=ACTIONS)
