"""Finding a unit by what a spreadsheet calls it: full name, short name, other name, or a collective unit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from .models import Organization, OrganizationAlias, OrganizationGroup

Unit = Organization | OrganizationGroup


def key_of(name: str) -> str:
    """What two spellings of one name have in common: no blanks, half-width signs and brackets, lower case."""
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()


class NameIndex:
    """All names of a city in memory: three queries, whatever the number of names looked up."""

    def __init__(self, levels: Iterable[Iterable[tuple[str, Unit]]]) -> None:
        """`levels` of (name, unit), the strongest first: a full name beats a short one, that beats an alias."""
        self._units: dict[str, Unit | None] = {}
        for level in levels:
            for key, unit in _settled(level).items():
                self._units.setdefault(key, unit)

    @classmethod
    def for_city(cls, commission: Organization) -> NameIndex:
        """The index over a commission's whole tree, dissolved units included (callers refuse those by name)."""
        units = {unit.pk: unit for unit in Organization.objects.under(commission)}
        groups = list(OrganizationGroup.objects.filter(city=commission))
        aliases = OrganizationAlias.objects.filter(organization__path__startswith=commission.path)
        return cls(
            [
                [(unit.name, unit) for unit in units.values()],
                [(group.name, group) for group in groups],
                [(unit.short_name, unit) for unit in units.values() if unit.short_name],
                [(name, group) for group in groups for name in group.all_names],
                [(alias.name, units[alias.organization_id]) for alias in aliases],
            ]
        )

    def find(self, name: str) -> Unit | None:
        """The one unit with this name; None where there is none, or where two of equal right share it."""
        return self._units.get(key_of(name))

    def organization(self, name: str) -> Organization | None:
        """Like `find`, for a single organization only."""
        unit = self.find(name)
        return unit if isinstance(unit, Organization) else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._units)


def _settled(level: Iterable[tuple[str, Unit]]) -> dict[str, Unit | None]:
    """Key → unit; an active unit beats a dissolved one, and a name that two active units share means neither."""
    found: dict[str, Unit | None] = {}
    for name, unit in level:
        key = key_of(name)
        if key not in found:
            found[key] = unit
            continue
        present = found[key]
        if present is None or present == unit:
            continue
        if not _active(unit):
            continue
        found[key] = None if _active(present) else unit
    return found


def _active(unit: Unit) -> bool:
    return unit.is_active if isinstance(unit, Organization) else True
