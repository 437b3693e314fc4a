"""One node of the city's tree: commission, department, district, zone, town, community, enterprise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from lib import creditcode

if TYPE_CHECKING:
    from .user import User


def validate_credit_code(value: str) -> None:
    """Refuses a code whose check character is wrong (GB 32100-2015)."""
    if not creditcode.is_valid(creditcode.normalize(value)):
        raise ValidationError(
            _("%(code)s is not a valid unified social credit code: 18 characters, the last a check character."),
            params={"code": value},
            code="credit_code",
        )


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Reads, as adjectives."""

    def active(self) -> OrganizationQuerySet:
        """Those that still exist."""
        return self.filter(is_active=True)

    def under(self, organization: Organization) -> OrganizationQuerySet:
        """The organization and everything below it (属地管理)."""
        return self.filter(path__startswith=organization.path)

    def visible_to(self, user: User) -> OrganizationQuerySet:
        """Own organization, everything under it, and the enterprises it regulates.

        People of the commission and its office see the whole city. 属地管理 and 行业监管 of the plan.
        """
        if not user.is_authenticated or user.organization_id is None:
            return self.none()
        scope = user.scope_root
        seen = Q(path__startswith=scope.path)
        if not user.sees_city:
            seen |= Q(sector_regulator=scope)
        return self.filter(seen)

    def named(self, name: str) -> OrganizationQuerySet:
        """Those with exactly this full, short or other name."""
        return self.filter(Q(name=name) | Q(short_name=name) | Q(aliases__name=name)).distinct()

    def matching(self, text: str) -> OrganizationQuerySet:
        """Those whose names or credit code contain the words."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(short_name__icontains=word)
                | Q(credit_code__icontains=word)
                | Q(pk__in=OrganizationAlias.objects.filter(name__icontains=word).values("organization"))
            )
        return found

    def for_list(self) -> OrganizationQuerySet:
        """With what a list row shows."""
        return self.select_related("parent", "sector_regulator")


class Organization(models.Model):
    """A unit that can owe something.

    `path` is the materialized path of primary keys (/1/14/88/), kept by save(): one prefix scan finds a
    subtree, in every database, without recursion in hot queries.
    """

    class Kind(models.TextChoices):
        COMMISSION = "commission", _("Work Safety Commission")
        DEPARTMENT = "department", _("Department")
        DISTRICT = "district", _("District")
        ZONE = "zone", _("Functional zone")
        TOWN = "town", _("Town")
        COMMUNITY = "community", _("Community")
        ENTERPRISE = "enterprise", _("Enterprise")

    kind = models.CharField(_("Kind"), max_length=12, choices=Kind.choices)
    category = models.CharField(
        _("Category"), max_length=20, blank=True, help_text=_("The office's own class, such as 党委部门 or 驻青单位.")
    )
    name = models.CharField(_("Full name"), max_length=120, unique=True)
    short_name = models.CharField(_("Short name"), max_length=60, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Superior unit")
    )
    sector_regulator = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="regulated", verbose_name=_("Sector regulator")
    )
    credit_code = models.CharField(
        _("Unified social credit code"),
        max_length=18,
        null=True,
        blank=True,
        unique=True,
        validators=[validate_credit_code],
    )
    is_member = models.BooleanField(_("Member of the commission"), default=False)
    lng = models.DecimalField(_("Longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField(_("Latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    note = models.CharField(_("Note"), max_length=500, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    position = models.PositiveIntegerField(_("Order"), default=0, help_text=_("The official order of units."))
    path = models.CharField(max_length=200, editable=False, default="")

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        indexes = [
            models.Index(fields=["path"], name="org_path"),
            models.Index(fields=["kind", "position"], name="org_kind"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The short name where there is one: what tables show."""
        return self.short_name or self.name

    def clean(self) -> None:
        """Normalizes the code; refuses a superior unit that stands below this one."""
        self.credit_code = creditcode.normalize(self.credit_code or "") or None
        if self.pk and self.parent_id and self.parent is not None and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": _("The superior unit cannot be this unit or one below it.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves, and keeps `path` right here and in the whole subtree."""
        self.credit_code = self.credit_code or None
        super().save(*args, **kwargs)
        right = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if self.path != right:
            old, self.path = self.path, right
            Organization.objects.filter(pk=self.pk).update(path=right)
            if old:
                below = Organization.objects.filter(path__startswith=old).exclude(pk=self.pk)
                below.update(path=Concat(models.Value(right), Substr("path", len(old) + 1)))

    @property
    def root_id(self) -> int:
        """The primary key of the commission this unit belongs to."""
        return int(self.path.split("/", 2)[1])

    @property
    def alias_text(self) -> str:
        """The other names, joined by 、."""
        return "、".join(alias.name for alias in self.aliases.all())


class OrganizationAlias(models.Model):
    """Another name (其他称谓) under which a spreadsheet may mean the organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="aliases")
    name = models.CharField(_("Other name"), max_length=120, unique=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
