"""Puts units that were read into the tree: new ones in bulk, changed ones where they differ."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from audit.record import Act, record_many
from organizations.models import EnterpriseProfile, Organization, OrganizationAlias, User

BATCH = 500


class Wanted(NamedTuple):
    """A unit as the file has it; `parent` is a full name, `aliases` and `profile` None where the file is silent."""

    row: int
    fields: dict[str, Any]
    parent: str | None
    aliases: list[str] | None = None
    profile: dict[str, Any] | None = None


class Written(NamedTuple):
    """How many units are new, changed, and as they were."""

    created: int
    updated: int
    unchanged: int


class Tree:
    """All units with their names, in a constant number of queries; grows while it is written to."""

    def __init__(self) -> None:
        known = ("parent", "sector_regulator", "enterprise")
        units = Organization.objects.select_related(*known).prefetch_related("aliases")
        self.by_name = {unit.name: unit for unit in units}
        self.by_code = {unit.credit_code: unit for unit in self.by_name.values() if unit.credit_code}
        self.by_alias = {alias.name: unit for unit in self.by_name.values() for alias in unit.aliases.all()}

    def present(self, wanted: Wanted) -> Organization | None:
        """The unit that the row means: of this name, or renamed and of this credit code."""
        return self.by_name.get(wanted.fields["name"]) or self.by_code.get(wanted.fields["credit_code"])

    def refusal(self, wanted: Wanted) -> tuple[str, str, str, str] | None:
        """(field, code, value, words) where a code or other name belongs to another unit already; else None."""
        unit = self.present(wanted)
        holder = self.by_code.get(wanted.fields["credit_code"])
        if holder is not None and holder != unit:
            words = _("the code belongs to %(unit)s already. Correct it here or there.") % {"unit": holder.name}
            return "uscc", "uscc_taken", wanted.fields["credit_code"], words
        for alias in wanted.aliases or []:
            holder = self.by_alias.get(alias)
            if holder is not None and holder != unit:
                words = _("“%(name)s” is another name of %(unit)s already. Correct it here or there.")
                return "aliases", "aliases_taken", alias, words % {"name": alias, "unit": holder.name}
        return None


def write(wanted: Sequence[Wanted], tree: Tree, *, by: User | None, at: datetime.datetime) -> Written:
    """Creates and changes what differs, with one audit entry each; call it inside a transaction.

    Parents stand in the tree or in `wanted`, before or after their children.
    """
    pairs = [(one, tree.present(one)) for one in wanted]
    new = [one for one, unit in pairs if unit is None]
    acts: dict[int, list[Act]] = defaultdict(list)  # by the commission to which the units belong
    for unit, act in _create(new, tree):
        acts[unit.root_id].append(act)
    changed = 0
    for one, present in pairs:
        found = _change(one, present, tree) if present is not None else None
        if present is not None and found is not None:
            acts[present.root_id].append(found)
            changed += 1
    for root_id, mine in acts.items():
        record_many(mine, by=by, at=at, scope_id=root_id)
    return Written(len(new), changed, len(wanted) - len(new) - changed)


def _create(new: Sequence[Wanted], tree: Tree) -> list[tuple[Organization, Act]]:
    """New units from the top down, so that each finds its parent's key; their paths in one go at the end."""
    acts = []
    waiting = list(new)
    made: list[tuple[Wanted, Organization]] = []
    while waiting:
        ready = [one for one in waiting if one.parent is None or one.parent in tree.by_name]
        if not ready:
            raise ValueError("superiors that lead in a circle must be refused before writing")
        units = [Organization(parent=tree.by_name.get(one.parent or ""), **one.fields) for one in ready]
        for one, unit in zip(ready, Organization.objects.bulk_create(units, batch_size=BATCH), strict=True):
            unit.path = f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"
            tree.by_name[unit.name] = unit
            made.append((one, unit))
            acts.append((unit, Act("organization.import", unit, None, one.fields | {"parent": unit.parent})))
        placed = {one.row for one in ready}
        waiting = [one for one in waiting if one.row not in placed]
    Organization.objects.bulk_update([unit for _one, unit in made], ["path"], batch_size=BATCH)
    OrganizationAlias.objects.bulk_create(
        [OrganizationAlias(organization=unit, name=alias) for one, unit in made for alias in one.aliases or []],
        batch_size=BATCH,
    )
    EnterpriseProfile.objects.bulk_create(
        [EnterpriseProfile(organization=unit, **one.profile) for one, unit in made if one.profile is not None],
        batch_size=BATCH,
    )
    return acts


def _change(one: Wanted, unit: Organization, tree: Tree) -> Act | None:
    """Changes what differs; None where nothing does."""
    parent = tree.by_name.get(one.parent or "")
    wanted = one.fields | {"parent": parent}
    after = {name: value for name, value in wanted.items() if getattr(unit, name) != value}
    before = {name: getattr(unit, name) for name in after}
    if after:
        for name, value in after.items():
            setattr(unit, name, value)
        unit.save()
    if one.aliases is not None:
        names = [alias.name for alias in unit.aliases.all()]
        if set(names) != set(one.aliases):
            before["aliases"], after["aliases"] = names, one.aliases
            unit.aliases.exclude(name__in=one.aliases).delete()
            missing = (name for name in one.aliases if name not in names)
            OrganizationAlias.objects.bulk_create(OrganizationAlias(organization=unit, name=name) for name in missing)
    if one.profile is not None:
        _change_profile(one.profile, unit, before, after)
    return Act("organization.import", unit, before, after) if after else None


def _change_profile(wanted: dict[str, Any], unit: Organization, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Adds to before/after what changed in the enterprise's profile, and saves it."""
    profile = getattr(unit, "enterprise", None) or EnterpriseProfile(organization=unit)
    changed = {name: value for name, value in wanted.items() if getattr(profile, name) != value}
    if changed or profile._state.adding:
        before |= {name: getattr(profile, name) for name in changed}
        after |= changed
        for name, value in changed.items():
            setattr(profile, name, value)
        profile.save()


def circular(wanted: Iterable[Wanted], tree: Tree) -> list[Wanted]:
    """The rows whose chain of superiors never reaches the top, or leads to a unit that nobody knows."""
    waiting = [one for one in wanted if tree.present(one) is None]
    known = set(tree.by_name)
    while True:
        ready = {one.fields["name"] for one in waiting if one.parent is None or one.parent in known}
        rest = [one for one in waiting if one.fields["name"] not in ready]
        if len(rest) == len(waiting):
            return rest
        known |= ready
        waiting = rest
