"""Which collective units a unit belongs to, and how many units each stands for, without a query for each of them.

OrganizationGroup.members() says the same as a query; a test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef

from .models import Organization, OrganizationGroup
from .models.organization import OrganizationQuerySet

Rule = OrganizationGroup.Rule
_BY_HAND = OrganizationGroup.by_hand.through


class _Facts(NamedTuple):
    """All that a rule looks at."""

    kind: str
    category: str
    is_member: bool
    major_hazard: bool
    regulates: bool


def _stands_for(group: OrganizationGroup, facts: _Facts) -> bool:
    """True if the group's rule takes units like this one."""
    enterprise = facts.kind == Organization.Kind.ENTERPRISE
    match group.rule:
        case Rule.KIND:
            return facts.kind == group.argument
        case Rule.CATEGORY:
            return facts.category in group.argument.split("、")
        case Rule.MEMBERS:
            return facts.is_member
        case Rule.REGULATORS:
            return facts.regulates
        case Rule.ENTERPRISES:
            return enterprise
        case Rule.KEY_ENTERPRISES:
            return enterprise and facts.major_hazard
        case _:
            return False


def _facts_of(units: OrganizationQuerySet) -> Counter[_Facts]:
    """How many units there are of each sort."""
    regulated = Organization.objects.filter(sector_regulator=OuterRef("pk"))
    rows = (
        units.annotate(regulates=Exists(regulated))
        .order_by()
        .values_list("kind", "category", "is_member", "enterprise__major_hazard", "regulates")
        .annotate(number=Count("pk"))
    )
    found: Counter[_Facts] = Counter()
    for kind, category, is_member, major, regulates, number in rows:
        found[_Facts(kind, category, is_member, bool(major), regulates)] += number
    return found


def groups_of(unit: Organization) -> list[OrganizationGroup]:
    """The collective units that mean this unit today; none for a dissolved one. Three queries."""
    groups = list(OrganizationGroup.objects.filter(city=unit.root_id))
    chosen = set(_BY_HAND.objects.filter(organization=unit).values_list("organizationgroup_id", flat=True))
    sorts = _facts_of(Organization.objects.active().filter(pk=unit.pk))
    return [
        group
        for group in groups
        if sorts and (group.pk in chosen if group.rule == Rule.HAND else any(_stands_for(group, s) for s in sorts))
    ]


def member_counts(city: Organization, groups: list[OrganizationGroup]) -> dict[int, int]:
    """Group → how many active units it stands for. Two queries."""
    seen = Organization.objects.active().under(city)
    chosen: dict[int, int] = dict(
        _BY_HAND.objects.filter(organization__in=seen)
        .values_list("organizationgroup_id")
        .annotate(number=Count("organization_id"))
    )
    sorts = _facts_of(seen)
    return {
        group.pk: chosen.get(group.pk, 0)
        if group.rule == Rule.HAND
        else sum(number for facts, number in sorts.items() if _stands_for(group, facts))
        for group in groups
    }
