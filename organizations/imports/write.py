"""Puts units that were read into the tree: new ones in bulk, changed ones where they differ."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from audit.record import Act, record_many
from organizations.models import EnterpriseProfile, Organization, OrganizationAlias, User

from .tree import Tree, Wanted

BATCH = 500


class Written(NamedTuple):
    """How many units are new, changed, and as they were."""

    created: int
    updated: int
    unchanged: int
    acts: tuple[tuple[int, Act], ...] = ()  # row of the sheet → what it came to


class _Changes:
    """What differs, gathered first and written in a few statements."""

    def __init__(self) -> None:
        self.units: dict[int, Organization] = {}
        self.fields: set[str] = set()
        self.profiles: list[EnterpriseProfile] = []
        self.new_profiles: list[EnterpriseProfile] = []
        self.dropped: list[int] = []
        self.aliases: list[OrganizationAlias] = []

    def save(self) -> None:
        """Writes them all."""
        if self.fields:
            Organization.objects.bulk_update(self.units.values(), sorted(self.fields), batch_size=BATCH)
        OrganizationAlias.objects.filter(pk__in=self.dropped).delete()
        OrganizationAlias.objects.bulk_create(self.aliases, batch_size=BATCH)
        EnterpriseProfile.objects.bulk_create(self.new_profiles, batch_size=BATCH)
        names = [field.name for field in EnterpriseProfile._meta.concrete_fields if not field.primary_key]
        EnterpriseProfile.objects.bulk_update(self.profiles, names, batch_size=BATCH)


def write(wanted: Sequence[Wanted], tree: Tree, *, by: User | None, at: datetime.datetime) -> Written:
    """Creates and changes what differs, with one audit entry each; call it inside a transaction.

    Parents stand in the tree or in `wanted`, before or after their children; what `tree` refuses is left out.
    """
    pairs = [(one, tree.present(one)) for one in wanted]
    for one, unit in pairs:
        if unit is not None:
            tree.by_name.setdefault(one.name, unit)  # others may name it by its new name
    new = _create([one for one, unit in pairs if unit is None], tree)
    changes = _Changes()
    old = [(one.row, act) for one, unit in pairs if unit is not None and (act := _change(one, unit, tree, changes))]
    changes.save()
    _settle_paths(tree.by_name.values())
    acts: dict[int, list[Act]] = defaultdict(list)  # by the commission to which the units belong
    for _row, act in [*new, *old]:
        acts[act.target.root_id].append(act)  # type: ignore[union-attr]  # always a unit here
    for root_id, mine in acts.items():
        record_many(mine, by=by, at=at, scope_id=root_id)
    return Written(len(new), len(old), len(wanted) - len(new) - len(old), (*new, *old))


def _create(new: Sequence[Wanted], tree: Tree) -> list[tuple[int, Act]]:
    """New units from the top down, so that each finds its parent's key."""
    waiting = list(new)
    made: list[tuple[Wanted, Organization]] = []
    while waiting:
        ready = [one for one in waiting if one.parent is None or one.parent in tree.by_name]
        if not ready:
            raise ValueError("superiors that lead in a circle must be refused before writing")
        units = [Organization(parent=tree.by_name.get(one.parent or ""), **one.fields) for one in ready]
        Organization.objects.bulk_create(units, batch_size=BATCH)
        tree.by_name |= {unit.name: unit for unit in units}
        made += zip(ready, units, strict=True)
        placed = {one.row for one in ready}
        waiting = [one for one in waiting if one.row not in placed]
    OrganizationAlias.objects.bulk_create(
        [OrganizationAlias(organization=unit, name=alias) for one, unit in made for alias in one.aliases or []],
        batch_size=BATCH,
    )
    EnterpriseProfile.objects.bulk_create(
        [EnterpriseProfile(organization=unit, **one.profile) for one, unit in made if one.profile is not None],
        batch_size=BATCH,
    )
    return [(one.row, Act("organization.import", unit, None, _all_of(one, unit))) for one, unit in made]


def _all_of(one: Wanted, unit: Organization) -> dict[str, Any]:
    """Everything that a new unit begins with."""
    return one.fields | {"parent": unit.parent, "aliases": one.aliases or []} | (one.profile or {})


def _change(one: Wanted, unit: Organization, tree: Tree, changes: _Changes) -> Act | None:
    """Gathers what differs; None where nothing does.

    The place in the official order follows the file but is no change of the unit: a row put in at the top would
    otherwise count, and be recorded, as a change of all below it.
    """
    wanted = one.fields | {"parent": tree.by_name.get(one.parent or "")}
    after = {name: value for name, value in wanted.items() if getattr(unit, name) != value}
    before = {name: getattr(unit, name) for name in after}
    if after:
        changes.units[unit.pk] = unit
        changes.fields |= after.keys()
        for name, value in after.items():
            setattr(unit, name, value)
    if one.aliases is not None:
        _change_aliases(one.aliases, unit, before, after, changes)
    if one.profile is not None:
        _change_profile(one.profile, unit, before, after, changes)
    for values in (before, after):
        values.pop("position", None)
    return Act("organization.import", unit, before, after) if after else None


def _change_aliases(
    wanted: list[str], unit: Organization, before: dict[str, Any], after: dict[str, Any], changes: _Changes
) -> None:
    """Gathers the other names that come and go."""
    present = {alias.name: alias for alias in unit.aliases.all()}
    if present.keys() != set(wanted):
        before["aliases"], after["aliases"] = list(present), wanted
        changes.dropped += [alias.pk for name, alias in present.items() if name not in wanted]
        changes.aliases += [OrganizationAlias(organization=unit, name=name) for name in wanted if name not in present]


def _change_profile(
    wanted: dict[str, Any], unit: Organization, before: dict[str, Any], after: dict[str, Any], changes: _Changes
) -> None:
    """Gathers what changed in the enterprise's profile."""
    profile = getattr(unit, "enterprise", None) or EnterpriseProfile(organization=unit)
    changed = {name: value for name, value in wanted.items() if getattr(profile, name) != value}
    if not changed and not profile._state.adding:
        return
    (changes.new_profiles if profile._state.adding else changes.profiles).append(profile)
    before |= {name: getattr(profile, name) for name in changed}
    after |= changed
    for name, value in changed.items():
        setattr(profile, name, value)


def _settle_paths(units: Iterable[Organization]) -> None:
    """Computes the path of every unit from the top down in memory, and writes those that are new or moved."""
    right: dict[int, str] = {}

    def path_of(unit: Organization) -> str:
        if unit.pk not in right:
            right[unit.pk] = f"{path_of(unit.parent) if unit.parent is not None else '/'}{unit.pk}/"
        return right[unit.pk]

    moved = {unit.pk: unit for unit in units if unit.path != path_of(unit)}
    for unit in moved.values():
        unit.path = right[unit.pk]
    Organization.objects.bulk_update(moved.values(), ["path"], batch_size=BATCH)
