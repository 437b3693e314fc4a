"""The units as they stand, and what a row may not do to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from organizations.models import Organization
from organizations.names import key_of

Kind = Organization.Kind


class Wanted(NamedTuple):
    """A unit as the file has it.

    `parent` is a full name; `fields` and `profile` hold what the file speaks of, `aliases` and `profile` are None
    where it is silent.
    """

    row: int
    fields: dict[str, Any]
    parent: str | None
    aliases: list[str] | None = None
    profile: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        """The full name."""
        return str(self.fields["name"])

    @property
    def code(self) -> str:
        """The credit code; empty where the file names none."""
        return self.fields.get("credit_code") or ""


class Refusal(NamedTuple):
    """Which column of a row is wrong, in which way, and what else belongs to it."""

    field: str
    code: str
    value: str
    details: dict[str, Any]


class Tree:
    """All units with their names, in a constant number of queries; grows while it is written to.

    Changes of a city's tree take turns: the commissions stay locked until the transaction ends.
    """

    def __init__(self, city: Organization | None = None) -> None:
        """With `city` only its units may be meant; others are spoken of without their names."""
        self._city = city
        list(Organization.objects.select_for_update(of=("self",)).filter(parent=None).order_by("pk"))
        units = list(Organization.objects.select_related("enterprise").prefetch_related("aliases"))
        by_key = {unit.pk: unit for unit in units}
        for unit in units:
            # One object per unit, so that a unit that moves takes those below along in memory too.
            unit.parent = by_key.get(unit.parent_id or 0)
            unit.sector_regulator = by_key.get(unit.sector_regulator_id or 0)
        self.by_name = {unit.name: unit for unit in units}
        self.by_code = {unit.credit_code: unit for unit in units if unit.credit_code}
        self.by_alias = {alias.name: unit for unit in units for alias in unit.aliases.all()}
        self._known: dict[str, Organization] = {}
        for unit in filter(lambda unit: unit.is_active, units):
            for name in (unit.name, unit.short_name, *(alias.name for alias in unit.aliases.all())):
                self._known.setdefault(key_of(name), unit)

    def present(self, wanted: Wanted) -> Organization | None:
        """The unit that the row means: of this name, or renamed and of this credit code."""
        return self.by_name.get(wanted.name) or self.by_code.get(wanted.code)

    def is_ours(self, unit: Organization) -> bool:
        """Whether the unit may be named and changed."""
        return self._city is None or unit.path.startswith(self._city.path)

    def _called(self, unit: Organization) -> str | None:
        """Its name; None for a unit of another city, which is nobody's business here."""
        return unit.name if self.is_ours(unit) else None

    def _elsewhere(self, wanted: Wanted, unit: Organization | None) -> Refusal | None:
        """A row that would reach beyond the city."""
        if self._city is None:
            return None
        if unit is not None and not self.is_ours(unit):
            return Refusal("name", "other_city", wanted.name, {})
        if not wanted.parent and unit != self._city:
            return Refusal("parent", "parent_missing", "", {"city": self._city.name})
        return None

    def refusal(self, wanted: Wanted) -> Refusal | None:
        """Why the row cannot be taken; None where it can."""
        unit = self.present(wanted)
        elsewhere = self._elsewhere(wanted, unit)
        if elsewhere is not None:
            return elsewhere
        return self._taken(wanted, unit) or self._another(wanted, unit) or self._misplaced(wanted, unit)

    def _taken(self, wanted: Wanted, unit: Organization | None) -> Refusal | None:
        """A code or name that belongs to another unit."""
        holder = self.by_code.get(wanted.code)
        if holder is not None and holder != unit:
            return Refusal("uscc", "uscc_taken", wanted.code, {"unit": self._called(holder)})
        short = wanted.fields.get("short_name") or ""
        claims = [("aliases", alias, self.by_alias.get(alias)) for alias in wanted.aliases or []]
        claims += [("aliases", alias, self._known.get(key_of(alias))) for alias in wanted.aliases or []]
        claims += [("short_name", short, self._known.get(key_of(short)))] if short else []
        for field, name, holder in claims:
            if holder is not None and holder != unit:
                return Refusal(field, f"{field}_taken", name, {"unit": self._called(holder)})
        return None

    def _another(self, wanted: Wanted, unit: Organization | None) -> Refusal | None:
        """An enterprise's row that means an authority: nobody turns a bureau into an enterprise by a typing error."""
        if unit is None or wanted.fields["kind"] != Kind.ENTERPRISE or unit.kind == Kind.ENTERPRISE:
            return None
        field, value = ("name", wanted.name) if wanted.name in self.by_name else ("uscc", wanted.code)
        return Refusal(field, "not_an_enterprise", value, {"unit": unit.name, "unit_kind": unit.kind})

    def _misplaced(self, wanted: Wanted, unit: Organization | None) -> Refusal | None:
        """A superior that would take the tree apart."""
        parent = self.by_name.get(wanted.parent or "")
        if unit is not None and unit.parent is None and wanted.parent:
            return Refusal("parent", "parent_of_top", wanted.parent, {"unit": unit.name})
        if unit is not None and unit.parent is not None and not wanted.parent:
            return Refusal("parent", "parent_missing", "", {})
        if parent is None:
            return None
        if not parent.is_active and (unit is None or unit.is_active):
            return Refusal("parent", "parent_inactive", parent.name, {"unit": parent.name})
        if unit is not None and unit.root_id != parent.root_id:
            return Refusal("name", "other_city", wanted.name, {"unit": unit.name})
        return None

    def lost(self, wanted: Iterable[Wanted]) -> list[Wanted]:
        """The rows that would not hang on the tree: superiors in a circle, or below a row that was refused."""
        waiting = list(wanted)
        found: list[Wanted] = []
        while True:
            above, keys = self._above(waiting)
            wrong = {one.row for one in waiting if _lost(keys[one.row], above)}
            if not wrong:
                return found
            found += [one for one in waiting if one.row in wrong]
            waiting = [one for one in waiting if one.row not in wrong]

    def _above(self, wanted: Iterable[Wanted]) -> tuple[dict[Any, Any], dict[int, Any]]:
        """(unit → its superior, row → unit) as they would be; a unit is its primary key, a new one its name."""
        wanted = list(wanted)
        present = {one.name: unit for one in wanted if (unit := self.present(one)) is not None}

        def key(name: str) -> Any:
            unit = present.get(name) or self.by_name.get(name)
            return unit.pk if unit is not None else name

        above: dict[Any, Any] = {unit.pk: unit.parent_id for unit in self.by_name.values()}
        above |= {key(one.name): key(one.parent) if one.parent else None for one in wanted}
        return above, {one.row: key(one.name) for one in wanted}


def _lost(start: Any, above: Mapping[Any, Any]) -> bool:
    """True if the way up comes back to the start, or its first step leads to nobody."""
    if above[start] is not None and above[start] not in above:
        return True
    seen, key = set(), above[start]
    while key is not None and key not in seen:
        if key == start:
            return True
        seen.add(key)
        key = above.get(key)
    return False
