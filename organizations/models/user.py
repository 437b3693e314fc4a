"""People. One account, one named person (实名制): nobody acts under a shared account."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from organizations.roles import CAPABILITIES, COMMISSION_ONLY, Role

from .organization import Organization


class UserQuerySet(models.QuerySet["User"]):
    """Reads, as adjectives."""

    def active(self) -> UserQuerySet:
        """Those who may log in."""
        return self.filter(is_active=True)

    def visible_to(self, user: User) -> UserQuerySet:
        """People of the organizations that the user may see."""
        return self.filter(organization__in=Organization.objects.visible_to(user))

    def matching(self, text: str) -> UserQuerySet:
        """Those whose name, account, post, phone or organization contains the words."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(real_name__icontains=word)
                | Q(username__icontains=word)
                | Q(post__icontains=word)
                | Q(phone__icontains=word)
                | Q(email__icontains=word)
                | Q(organization__name__icontains=word)
                | Q(organization__short_name__icontains=word)
            )
        return found


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]  # a base made at run time
    """Creates accounts; the verbs with `by=` stand in organizations.actions.people."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """An account with a hashed password; an unusable one where `password` is None."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A named person with a post in one organization."""

    username = models.CharField(
        _("Account"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This account name is taken.")},
    )  # fmt: skip
    real_name = models.CharField(_("Real name"), max_length=60)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="people", verbose_name=_("Unit"))
    role = models.CharField(_("Role"), max_length=10, choices=Role.choices, default=Role.INSPECTOR)
    post = models.CharField(_("Post"), max_length=60, blank=True)
    phone = models.CharField(_("Phone"), max_length=30, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    must_change_password = models.BooleanField(_("Must change the password at next login"), default=False)
    date_joined = models.DateTimeField(_("Created"), auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["real_name"]
    EMAIL_FIELD = "email"

    objects = UserManager()

    class Meta:
        ordering = ["organization__position", "role", "id"]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.real_name or self.username

    def get_full_name(self) -> str:
        """The real name."""
        return self.real_name

    @property
    def post_and_unit(self) -> str:
        """How a person appears on pages: 安监一科 联络员，市安监局."""
        return f"{self.post or self.get_role_display()}，{self.organization.label}"

    @property
    def sees_city(self) -> bool:
        """True in the commission and its office, whose scope is the whole city."""
        return self.organization.kind == Organization.Kind.COMMISSION

    @cached_property
    def scope_root(self) -> Organization:
        """The organization under which everything is visible: the commission, or the own unit."""
        own = self.organization
        if not self.sees_city or own.root_id == own.pk:
            return own
        if own.parent is not None and own.parent_id == own.root_id:
            return own.parent
        return Organization.objects.get(pk=own.root_id)

    def may(self, capability: str) -> bool:
        """True if the role (and, for what concerns the whole city, the commission) allows it."""
        if capability not in CAPABILITIES.get(self.role, frozenset()):
            return False
        return capability not in COMMISSION_ONLY or self.sees_city
