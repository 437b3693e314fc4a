"""Who reviews a unit's work and answers for it above (属地管理、行业监管).

The tree decides. An enterprise answers to its sector regulator and to its district; any other unit that
stands under a district, zone or department to that one; what stands directly under the commission (departments,
districts, zones) to the commission office. Where nobody above a unit can decide, the commission office does, so
that no submission waits for a desk without a person. `supervisors_of` says it for units, `supervised_q` as a
condition on rows; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.lookups import In

from organizations.models import Organization, User
from organizations.roles import CAPABILITIES, Capability

from .branches import branch_case, branch_of

Kind = Organization.Kind
REVIEWERS = tuple(sorted(role for role, may in CAPABILITIES.items() if Capability.REVIEW in may))
_BATCH = 500


def reviewers() -> QuerySet[User]:
    """Active people whose role lets them decide, in whatever unit."""
    return User.objects.active().filter(role__in=REVIEWERS)


def supervisors_of(organizations: Iterable[Organization | int]) -> dict[int, list[int]]:
    """Unit → the units that review its work: regulator before district, or the commission office.

    Takes units or their keys; asks a constant number of queries (one more for every 500 keys). The
    commission office of a unit of the commission is the office itself: there another person decides.
    """
    units: list[Organization] = []
    keys = []
    for one in organizations:
        if isinstance(one, int):
            keys.append(one)
        else:
            units.append(one)
    for start in range(0, len(keys), _BATCH):
        units += Organization.objects.filter(pk__in=keys[start : start + _BATCH])
    return {pk: [unit.pk for unit in found] for pk, found in _above(units).items()}


def supervisors_of_one(organization: Organization) -> list[Organization]:
    """The same for one unit, as units, in one query."""
    return _above([organization])[organization.pk]


def supervises(user: User, above: Iterable[Organization]) -> bool:
    """Whether the person's unit is among the units that review something."""
    if user.sees_city:
        return any(unit.kind == Kind.COMMISSION and unit.root_id == user.organization.root_id for unit in above)
    return any(unit.pk == user.organization_id for unit in above)


def _above(units: list[Organization]) -> dict[int, list[Organization]]:
    wanted = {unit.pk: _candidates(unit) for unit in units}
    staffed = Exists(reviewers().filter(organization=OuterRef("pk")))
    known: dict[int, Organization] = {}
    offices: dict[int, list[Organization]] = {}
    keys = sorted({key for found in wanted.values() for key in found})
    for start in range(0, max(1, len(keys)), _BATCH):
        named = Q(pk__in=keys[start : start + _BATCH]) & Q(staffed)
        rows = Organization.objects.active().filter(named | Q(kind=Kind.COMMISSION)).order_by("position", "pk")
        for unit in rows:
            known[unit.pk] = unit
    for unit in known.values():
        if unit.kind == Kind.COMMISSION and unit.pk != unit.root_id:
            offices.setdefault(unit.root_id, []).append(unit)
    found = {}
    for unit in units:
        above = [known[key] for key in wanted[unit.pk] if key in known]
        root = unit.root_id
        found[unit.pk] = above or offices.get(root) or [known[key] for key in (root,) if key in known]
    return found


def _candidates(unit: Organization) -> list[int]:
    """The units that the tree names, whether anybody sits there or not."""
    branch = branch_of(unit.path)
    regulator = unit.sector_regulator_id if unit.kind == Kind.ENTERPRISE else None
    found = [regulator] if regulator else []
    if branch not in (unit.pk, regulator) and unit.kind != Kind.COMMISSION:
        found.append(branch)
    return found


def supervised_q(user: User, prefix: str = "organization__") -> Q:
    """Rows whose unit is reviewed by the person's unit, for a person whose role lets them decide.

    `prefix` leads from the row to the unit. For people of the commission and its office: what stands directly
    under it, and what nobody else can review; combine with the plan, which keeps it to the own city.
    """

    def unit(**conditions: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    own = user.organization
    if not user.sees_city:
        found = unit(kind=Kind.ENTERPRISE, sector_regulator=own.pk)
        if branch_of(own.path) == own.pk:
            found |= unit(path__startswith=own.path)
        return found & ~unit(pk=own.pk) & ~unit(kind=Kind.COMMISSION)
    staffed = reviewers().order_by().values("organization")
    branches = Organization.objects.filter(parent__kind=Kind.COMMISSION).exclude(kind=Kind.COMMISSION)
    unstaffed = branches.exclude(pk__in=staffed).order_by().values("pk")
    top = unit(kind=Kind.COMMISSION) | unit(parent__kind=Kind.COMMISSION) | Q(In(branch_case(prefix), unstaffed))
    return top & ~unit(kind=Kind.ENTERPRISE, sector_regulator__in=staffed)
