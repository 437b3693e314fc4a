"""The page of one unit: what is known of it, what stands below it, who works in it, as strings for the template."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from lib.formats import number

from .membership import groups_of
from .models import Organization, OrganizationGroup, User
from .roles import Capability
from .unit_list import UnitRow, row_of, with_people

SHOWN = 30  # subordinate units and people; the rest stands in their own lists


class Fact(NamedTuple):
    """One line: what, its value, and the address that the value leads to (or none)."""

    label: str
    value: str
    href: str = ""


class Link(NamedTuple):
    """A word that leads somewhere; nowhere for whom it is out of sight."""

    label: str
    href: str = ""


class Worker(NamedTuple):
    """A person of the unit."""

    name: str
    href: str
    role: str
    post: str
    phone: str


class UnitPage:
    """Everything the page shows, for one reader; a fixed number of queries. `unit` comes with its people_number."""

    def __init__(self, unit: Organization, user: User) -> None:
        self.unit, self.user = unit, user
        self.may_manage = user.may(Capability.MANAGE_PEOPLE)
        self._seen = Organization.objects.visible_to(user)

    @cached_property
    def _known(self) -> dict[int, Organization]:
        """The units named on the page that the reader may open."""
        keys = [int(key) for key in self.unit.path.split("/") if key]
        if self.unit.sector_regulator_id:
            keys.append(self.unit.sector_regulator_id)
        return self._seen.in_bulk(keys)

    def _href(self, unit: Organization) -> str:
        return reverse("organization", args=[unit.pk]) if unit.pk in self._known else ""

    def above(self) -> list[Link]:
        """The units above, from the top, as far as the reader sees them."""
        keys = [int(key) for key in self.unit.path.split("/") if key][:-1]
        return [Link(self._known[key].label, self._href(self._known[key])) for key in keys if key in self._known]

    def facts(self) -> list[Fact]:
        """Names, place in the tree, code."""
        unit = self.unit
        superior, regulator = unit.parent, unit.sector_regulator
        regulated = self.numbers["regulated"]
        listed = f"{reverse('organization_list')}?regulator={unit.pk}&active=1"
        found = [
            Fact(_("Full name"), unit.name),
            Fact(_("Short name"), unit.short_name),
            Fact(_("Other names"), unit.alias_text),
            Fact(_("Kind"), str(unit.get_kind_display())),
            Fact(_("Category"), unit.category),
            Fact(_("Superior unit"), superior.name, self._href(superior)) if superior else None,
            Fact(_("Sector regulator"), regulator.name, self._href(regulator)) if regulator else None,
            Fact(_("Unified social credit code"), unit.credit_code or ""),
            Fact(_("Member of the commission"), _("Yes")) if unit.is_member else None,
            Fact(_("Position"), f"{unit.lng}, {unit.lat}") if unit.lng is not None and unit.lat is not None else None,
            Fact(_("Regulated enterprises"), number(regulated), listed) if regulated else None,
            Fact(_("Note"), unit.note),
        ]
        return [fact for fact in found if fact is not None and fact.value]

    def profile(self) -> list[Fact]:
        """What the enterprise register knows; empty for other units."""
        known = getattr(self.unit, "enterprise", None)
        if known is None or self.unit.kind != Organization.Kind.ENTERPRISE:
            return []
        found = [
            Fact(_("Industry"), known.industry),
            Fact(_("Post of the legal representative"), known.legal_post),
            Fact(_("Occupational hazard class"), known.hazard),
            Fact(_("Staff"), number(known.staff)),
            Fact(_("Standardization level"), known.standardization),
            Fact(_("Major hazard source"), _("Yes") if known.major_hazard else _("No")),
        ]
        return [fact for fact in found if fact.value]

    @property
    def is_leaf(self) -> bool:
        """True for a kind that mostly has nothing below it."""
        return self.unit.kind in (Organization.Kind.ENTERPRISE, Organization.Kind.COMMUNITY)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Active units directly below, at every level with this one, and regulated."""
        active = Q(is_active=True)
        found: dict[str, int] = self._seen.aggregate(
            children=Count("pk", filter=active & Q(parent=self.unit)),
            whole=Count("pk", filter=active & Q(path__startswith=self.unit.path)),
            regulated=Count("pk", filter=active & Q(sector_regulator=self.unit)),
        )
        return found

    def children(self) -> list[UnitRow]:
        """The first active units directly below."""
        rows = with_people(self._seen.active().filter(parent=self.unit).for_list())
        return [row_of(row) for row in rows.order_by("position", "id")[:SHOWN]]

    def people(self) -> list[Worker]:
        """The first people who can log in for the unit."""
        rows = User.objects.visible_to(self.user).active().filter(organization=self.unit).order_by("role", "id")
        return [
            Worker(
                person.real_name,
                reverse("user_edit", args=[person.pk]) if self.may_manage else "",
                str(person.get_role_display()),
                person.post,
                person.phone,
            )
            for person in rows[:SHOWN]
        ]

    def groups(self) -> list[Link]:
        """The collective units that mean this unit."""

        def href(group: OrganizationGroup) -> str:
            if self.may_manage:
                return reverse("group_edit", args=[group.pk])
            return f"{reverse('organization_list')}?group={group.pk}" if self.user.sees_city else ""

        return [Link(group.name, href(group)) for group in groups_of(self.unit)]
