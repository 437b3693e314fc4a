"""From the unit names of the data files to the city's units and collective units."""

from __future__ import annotations

from collections.abc import Iterable

from organizations.models import Organization, OrganizationGroup
from organizations.names import NameIndex

from .reader import SeedError

Unit = Organization | OrganizationGroup


def resolve(names: Iterable[str], commission: Organization) -> dict[str, Unit]:
    """Name → unit; raises SeedError with every name that is unknown, shared by two, or of a dissolved unit."""
    index = NameIndex.for_city(commission)
    found = {name: index.find(name) for name in dict.fromkeys(names)}
    good = {name: unit for name, unit in found.items() if unit is not None and getattr(unit, "is_active", True)}
    unknown = [name for name in found if name not in good]
    if unknown:
        raise SeedError(
            f"No active unit or collective unit is called {'、'.join(unknown)}. "
            "Bring the units in first (manage.py import_organizations FILE) or correct the data files."
        )
    return good
