"""Logging in, and choosing an own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from organizations.models import User


class LoginForm(OfficeForm):
    """Account and password. `user` is the person once the form is valid."""

    username = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        self.user: User | None = None
        self.tried = ""  # the account with which an attempt failed
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["username"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Authenticates; raises ValidationError with what to do next."""
        values = self.cleaned_data
        if "username" in values and "password" in values:
            found = authenticate(self.request, username=values["username"], password=values["password"])
            if found is None:
                self.tried = values["username"]
                raise ValidationError(self._why_not(values["username"], values["password"]), code="login")
            self.user = found  # type: ignore[assignment]  # the stubs know the base user only
        return values

    def _why_not(self, username: str, password: str) -> str:
        """Who knows the password of a disabled account is told so; everybody else learns nothing."""
        if not getattr(self.request, "axes_locked_out", False):
            user = User.objects.select_related("organization").filter(username=username).first()
            if user is not None and not user.is_active and user.check_password(password):
                return _("This account is disabled. Ask the admin of the commission office.")
            if user is not None and not user.organization.is_active and user.check_password(password):
                return _("Your unit was dissolved, so its accounts are closed. Ask the admin of the commission office.")
        return _(
            "The account or the password is wrong. After %(limit)s wrong attempts "
            "the account is locked on this computer for %(minutes)s minutes."
        ) % {
            "limit": settings.AXES_FAILURE_LIMIT,
            "minutes": int(settings.AXES_COOLOFF_TIME.total_seconds() // 60),
        }


class PasswordChangeForm(OfficeForm):
    """The present password once, the new one twice."""

    old = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "aria-describedby": "id_new_helptext"}),
        help_text=gettext_lazy("At least 10 characters; not only digits, no common word, not your name or account."),
    )
    again = forms.CharField(
        label=gettext_lazy("New password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_old(self) -> str:
        """Refuses a wrong present password."""
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise ValidationError(_("This is not your present password. Enter the one you logged in with."))
        return old

    def clean_new(self) -> str:
        """Applies the rules of the settings."""
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        if "old" in self.cleaned_data and new == self.cleaned_data["old"]:
            raise ValidationError(_("This is the present password. Choose another one."))
        return new

    def clean_again(self) -> str:
        """Refuses a slip of the finger."""
        again: str = self.cleaned_data["again"]
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise ValidationError(_("The two new passwords differ. Enter the new one again."))
        return again
