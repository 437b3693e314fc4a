"""From the unit names of the data files to the city's units and collective units."""

from __future__ import annotations

from collections.abc import Iterable

from organizations.models import Organization, OrganizationAlias, OrganizationGroup

from .reader import SeedError

Unit = Organization | OrganizationGroup


def resolve(names: Iterable[str], commission: Organization) -> dict[str, Unit]:
    """Name → unit, by full, short and other name; raises SeedError with every name that is unknown."""
    found: dict[str, Unit] = {}
    for group in OrganizationGroup.objects.filter(city=commission):
        found |= dict.fromkeys(group.all_names, group)
    units = {unit.pk: unit for unit in Organization.objects.active().under(commission)}
    for alias in OrganizationAlias.objects.filter(organization__in=units):
        found[alias.name] = units[alias.organization_id]
    for unit in units.values():
        found[unit.short_name] = unit
    for unit in units.values():
        found[unit.name] = unit  # a full name means this unit and no other
    unknown = [name for name in dict.fromkeys(names) if name not in found]
    if unknown:
        raise SeedError(
            f"No unit or collective unit is called {'、'.join(unknown)}. "
            "Bring the units in first (manage.py import_organizations FILE) or correct the data files."
        )
    return {name: found[name] for name in names}
