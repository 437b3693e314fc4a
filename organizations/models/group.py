"""Collective units (集合单位): one name in a sheet that stands for many organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .organization import Organization, OrganizationQuerySet

if TYPE_CHECKING:
    from .user import User


class OrganizationGroupQuerySet(models.QuerySet["OrganizationGroup"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> OrganizationGroupQuerySet:
        """Those of the commissions that the user sees: a collective unit spans the city, so does who reads it."""
        return self.filter(city__in=Organization.objects.visible_to(user))


class OrganizationGroup(models.Model):
    """各区市政府 and the like. Members follow a rule, or a list kept by hand.

    `spellings` are the other ways a sheet writes the name, one per line.
    """

    class Rule(models.TextChoices):
        HAND = "hand", _("Chosen by hand")
        KIND = "kind", _("All of one kind")
        CATEGORY = "category", _("All of some categories")
        MEMBERS = "members", _("Members of the commission")
        REGULATORS = "regulators", _("Departments that regulate an enterprise")
        ENTERPRISES = "enterprises", _("All enterprises")
        KEY_ENTERPRISES = "key_enterprises", _("Enterprises with a major hazard source")

    city = models.ForeignKey(Organization, models.CASCADE, related_name="groups", verbose_name=_("Commission"))
    name = models.CharField(_("Name"), max_length=60)
    spellings = models.TextField(_("Other spellings"), blank=True, help_text=_("One per line."))
    rule = models.CharField(_("Rule"), max_length=16, choices=Rule.choices)
    argument = models.CharField(
        _("Kind or categories"), max_length=200, blank=True, help_text=_("Categories joined by 、.")
    )
    by_hand = models.ManyToManyField(Organization, blank=True, related_name="+", verbose_name=_("Members"))
    position = models.PositiveIntegerField(_("Order"), default=0)

    objects = OrganizationGroupQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("collective unit")
        verbose_name_plural = _("collective units")
        constraints = [models.UniqueConstraint(fields=["city", "name"], name="group_name_once_per_city")]

    def __str__(self) -> str:
        return self.name

    @property
    def all_names(self) -> list[str]:
        """The name and its other spellings."""
        return [self.name, *(line.strip() for line in self.spellings.splitlines() if line.strip())]

    def members(self) -> OrganizationQuerySet:
        """The active organizations that the name stands for today."""
        city = Organization.objects.active().under(self.city)
        match self.rule:
            case self.Rule.KIND:
                return city.filter(kind=self.argument)
            case self.Rule.CATEGORY:
                return city.filter(category__in=self.argument.split("、"))
            case self.Rule.MEMBERS:
                return city.filter(is_member=True)
            case self.Rule.REGULATORS:
                regulators = Organization.objects.filter(sector_regulator__isnull=False).values("sector_regulator")
                return city.filter(pk__in=regulators)
            case self.Rule.ENTERPRISES:
                return city.filter(kind=Organization.Kind.ENTERPRISE)
            case self.Rule.KEY_ENTERPRISES:
                return city.filter(Q(kind=Organization.Kind.ENTERPRISE) & Q(enterprise__major_hazard=True))
            case _:
                return city.filter(pk__in=self.by_hand.values("pk"))
