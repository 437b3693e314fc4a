"""Who reviews a unit's work and answers for it above (属地管理、行业监管).

The tree decides. An enterprise answers to its sector regulator and to its district; any other unit that
stands under a district, zone or department to that one; what stands directly under the commission (departments,
districts, zones) to the commission office. Where nobody above a unit can decide, the commission office does, so
that no submission waits for a desk without a person. `supervisors_of` says it for units, `supervised_q` as a
condition on rows; a test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q

from lib.within import Within
from organizations.models import Organization, User
from organizations.roles import CAPABILITIES, Capability

from .branches import branch_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

Kind = Organization.Kind
REVIEWERS = tuple(sorted(role for role, may in CAPABILITIES.items() if Capability.REVIEW in may))
_BATCH = 500


def reviewers() -> QuerySet[User]:
    """Active people whose role lets them decide, in whatever unit."""
    return User.objects.active().filter(role__in=REVIEWERS)


def supervisors_of(organizations: Iterable[Organization | int]) -> dict[int, list[int]]:
    """Unit → the units that review its work: regulator before district, or the commission office.

    Takes units or their keys; asks a constant number of queries (a few more for every 500 units). The
    commission office of a unit of the commission is the office itself: there another person decides.
    """
    keys = sorted({one if isinstance(one, int) else one.pk for one in organizations})
    units: list[tuple[int, str, str, int | None]] = []
    for start in range(0, len(keys), _BATCH):
        rows = Organization.objects.filter(pk__in=keys[start : start + _BATCH]).order_by()
        units += rows.values_list("pk", "path", "kind", "sector_regulator")
    offices = _offices({path.split("/", 2)[1] for _pk, path, *_rest in units})
    above: dict[int, list[int]] = {}
    for pk, path, kind, regulator in units:
        branch = branch_of(path)
        found = [regulator] if kind == Kind.ENTERPRISE and regulator else []
        if branch not in (pk, regulator) and kind != Kind.COMMISSION:
            found.append(branch)
        above[pk] = found
    manned = _manned({key for found in above.values() for key in found})
    return {
        pk: [key for key in above[pk] if key in manned] or offices.get(path.split("/", 2)[1], [])
        for pk, path, *_rest in units
    }


def _manned(keys: set[int]) -> set[int]:
    """Those of the units in which somebody can decide."""
    found: set[int] = set()
    listed = sorted(keys)
    for start in range(0, len(listed), _BATCH):
        rows = reviewers().filter(organization__in=listed[start : start + _BATCH])
        found.update(rows.order_by().values_list("organization", flat=True).distinct())
    return found


def _offices(roots: set[str]) -> dict[str, list[int]]:
    """City (key of its commission, as in a path) → its commission office; the commission itself without one."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Organization.objects.active().filter(kind=Kind.COMMISSION)
    for pk, path in rows.order_by("position", "pk").values_list("pk", "path"):
        root = path.split("/", 2)[1]
        if root in roots and str(pk) != root:
            found[root].append(pk)
    return {root: found.get(root) or [int(root)] for root in roots}


def supervised_q(user: User, field: str = "organization") -> Q:
    """Rows whose `field` is a unit that the person's unit reviews, for a person whose role lets them decide.

    For people of the commission and its office: what stands directly under it, and what nobody else can
    review. Combine with visible_to(user), which keeps it to the own city.
    """
    own = user.organization
    if not user.sees_city:
        regulated = Q(kind=Kind.ENTERPRISE, sector_regulator=own.pk)
        below = Q(path__startswith=own.path) if branch_of(own.path) == own.pk else Q(pk__in=[])
        found = Organization.objects.filter(regulated | below).exclude(pk=own.pk).exclude(kind=Kind.COMMISSION)
        return Q(Within(field, found.values("pk")))
    manned = reviewers().exclude(organization__kind=Kind.COMMISSION).order_by().values("organization")
    city = Organization.objects.filter(path__startswith=user.scope_root.path)
    branches = city.filter(parent__kind=Kind.COMMISSION).exclude(kind=Kind.COMMISSION)
    unmanned = branches.exclude(pk__in=manned).values_list("path", flat=True)
    top = Q(kind=Kind.COMMISSION) | Q(parent__kind=Kind.COMMISSION)
    for path in unmanned:
        top |= Q(path__startswith=path)
    regulated = Q(kind=Kind.ENTERPRISE, sector_regulator__in=manned)
    return Q(Within(field, city.filter(top).exclude(regulated).values("pk")))


def supervises(user: User, organization: Organization) -> bool:
    """Whether the person's unit reviews the work of this unit; the same answer for one."""
    above = supervisors_of([organization]).get(organization.pk, [])
    if user.sees_city:
        return organization.root_id == user.organization.root_id and _is_office(above)
    return user.organization_id in above and user.organization_id != organization.pk


def _is_office(keys: list[int]) -> bool:
    return Organization.objects.filter(pk__in=keys, kind=Kind.COMMISSION).exists()
