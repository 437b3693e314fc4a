"""What an admin does with units: make, change, dissolve, bring back, name their sector regulator.

Each verb checks the rules that hold whatever page it is called from and raises ValidationError in the
person's language. Three things stay true: an active unit has an active superior, the tree has no circle, and
nobody dissolves the unit from which the city is managed.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.record import Act, record, record_many
from organizations import sessions
from organizations.models import EnterpriseProfile, Organization, OrganizationAlias, User

Kind = Organization.Kind
FIELDS = (
    "name", "short_name", "kind", "category", "parent", "sector_regulator", "credit_code", "is_member",
    "lng", "lat", "note", "position",
)  # fmt: skip
PROFILE = ("industry", "legal_post", "hazard", "staff", "standardization", "major_hazard")
_NAMED = 5  # units that a message names


def _names(units: Sequence[Organization]) -> str:
    shown = "、".join(unit.label for unit in units[:_NAMED])
    return f"{shown} …" if len(units) > _NAMED else shown


def _lock_city(by: User) -> Organization:
    """Lets changes of one city's tree take turns; refuses a person whose unit was dissolved a moment ago."""
    root = Organization.objects.select_for_update().get(pk=by.organization.root_id)
    if not Organization.objects.active().filter(pk=by.organization_id).exists():
        raise ValidationError(_("Your own unit was dissolved in the meantime."))
    return root


def _fresh(units: Sequence[Organization], root: Organization) -> list[Organization]:
    """The same units as they are now, locked; what belongs to another city is left out."""
    rows = Organization.objects.select_for_update(of=("self",)).select_related("parent", "sector_regulator")
    return list(rows.under(root).filter(pk__in=[unit.pk for unit in units]).order_by("position", "pk"))


def _check_place(unit: Organization, root: Organization, by: User) -> None:
    """The rules of the tree for one unit with its new superior, kind and regulator."""
    if unit.pk == root.pk:
        return
    parent = unit.parent
    if parent is None or parent.root_id != root.pk:
        raise ValidationError({"parent": _("Name a superior unit of this city.")})
    if unit.pk and parent.path.startswith(unit.path):
        raise ValidationError({"parent": _("The superior unit cannot be this unit or one below it.")})
    if unit.is_active and not parent.is_active:
        raise ValidationError({"parent": _("%(unit)s was dissolved. Choose an active unit.") % {"unit": parent.name}})
    if unit.kind == Kind.COMMISSION and parent.pk != root.pk:
        raise ValidationError(
            {"kind": _("A unit of this kind sees the whole city, so it stands directly under %(unit)s.")
             % {"unit": root.name}}
        )  # fmt: skip
    if unit.pk == by.organization_id and unit.kind != Kind.COMMISSION:
        raise ValidationError({"kind": _("You manage the city from this unit; its kind cannot be changed.")})
    _check_regulator(unit.sector_regulator, root, unit.pk)


def _check_regulator(regulator: Organization | None, root: Organization, *but: int | None) -> None:
    if regulator is None:
        return
    if regulator.pk in but or regulator.kind == Kind.ENTERPRISE:
        raise ValidationError(
            {"sector_regulator": _("An enterprise is regulated by an authority, not by an enterprise.")}
        )
    if regulator.root_id != root.pk or not regulator.is_active:
        raise ValidationError(
            {"sector_regulator": _("%(unit)s was dissolved. Choose an active unit.") % {"unit": regulator.name}}
        )


@contextlib.contextmanager
def _unique() -> Iterator[None]:
    """Says so where another person took the same name or code between the check and the write."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise ValidationError(
            _("Another unit was given the same name, other name or credit code a moment ago. Compare and save again.")
        ) from error


def _set_aliases(unit: Organization, aliases: Sequence[str]) -> None:
    present = set(unit.aliases.values_list("name", flat=True))
    unit.aliases.exclude(name__in=aliases).delete()
    OrganizationAlias.objects.bulk_create(
        OrganizationAlias(organization=unit, name=name) for name in aliases if name not in present
    )


def _set_profile(unit: Organization, profile: dict[str, Any]) -> dict[str, Any]:
    """Writes what the register knows of an enterprise; returns what stood there before."""
    found = EnterpriseProfile.objects.filter(organization=unit).first() or EnterpriseProfile(organization=unit)
    before = {name: getattr(found, name) for name in PROFILE}
    for name, value in profile.items():
        setattr(found, name, value)
    if found._state.adding or before != before | profile:
        found.save()
    return before


@transaction.atomic
def create(
    *, by: User, at: datetime.datetime, aliases: Sequence[str], profile: dict[str, Any] | None, **details: Any
) -> Organization:
    """Makes a unit with its other names and, for an enterprise, its profile."""
    root = _lock_city(by)
    if details.get("position") is None:
        last = Organization.objects.under(root).order_by("-position").values_list("position", flat=True).first()
        details["position"] = (last or 0) + 1
    unit = Organization(**details)
    _check_place(unit, root, by)
    with _unique():
        unit.save()
        _set_aliases(unit, aliases)
    after: dict[str, Any] = {name: getattr(unit, name) for name in FIELDS} | {"aliases": list(aliases)}
    if profile is not None:
        _set_profile(unit, profile)
        after |= profile
    record("organization.create", unit, by=by, at=at, after=after)
    return unit


@transaction.atomic
def update(
    *,
    unit: Organization,
    by: User,
    at: datetime.datetime,
    aliases: Sequence[str],
    profile: dict[str, Any] | None,
    **details: Any,
) -> bool:
    """Changes what differs; a new superior takes everything below along. False where nothing changed."""
    root = _lock_city(by)
    [unit] = _fresh([unit], root)
    if details.get("position") is None:
        details.pop("position", None)
    before: dict[str, Any] = {name: getattr(unit, name) for name in details} | {"aliases": _aliases(unit)}
    after: dict[str, Any] = details | {"aliases": list(aliases)}
    for name, value in details.items():
        setattr(unit, name, value)
    _check_place(unit, root, by)
    with _unique():
        if any(before[name] != value for name, value in details.items()):
            unit.save()
        if before["aliases"] != after["aliases"]:
            _set_aliases(unit, aliases)
    if profile is not None:
        before |= _set_profile(unit, profile)
        after |= profile
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        record("organization.update", unit, by=by, at=at, before={name: before[name] for name in changed},
               after={name: after[name] for name in changed})  # fmt: skip
    return bool(changed)


def _aliases(unit: Organization) -> list[str]:
    return list(unit.aliases.values_list("name", flat=True))


@transaction.atomic
def dissolve(*, units: Sequence[Organization], by: User, at: datetime.datetime) -> int:
    """Dissolves units and ends their people's sessions at once; what they did stays. Returns how many.

    Refused while active units stand below one of them that are not dissolved along with it.
    """
    root = _lock_city(by)
    closing = [unit for unit in _fresh(units, root) if unit.is_active]
    keys = [unit.pk for unit in closing]
    if root.pk in keys:
        raise ValidationError(_("%(unit)s heads the city and cannot be dissolved.") % {"unit": root.name})
    if by.organization_id in keys:
        raise ValidationError(_("You cannot dissolve your own unit."))
    left = list(Organization.objects.active().filter(parent__in=keys).exclude(pk__in=keys).order_by("position", "pk"))
    if left:
        raise ValidationError(
            ngettext(
                "%(count)s active unit stands below: %(names)s. Move or dissolve it first.",
                "%(count)s active units stand below: %(names)s. Move or dissolve them first.",
                len(left),
            )
            % {"count": len(left), "names": _names(left)}
        )
    Organization.objects.filter(pk__in=keys).update(is_active=False)
    record_many(
        (Act("organization.dissolve", unit, {"is_active": True}, {"is_active": False}) for unit in closing),
        by=by, at=at,
    )  # fmt: skip
    people = list(User.objects.active().filter(organization__in=keys))
    if people:
        sessions.end(people)
    return len(closing)


def _check_names_free(opening: Sequence[Organization], root: Organization) -> None:
    """Refuses units whose name went to another one while they were dissolved, usually to their successor."""
    aliases = OrganizationAlias.objects.filter(organization__in=opening).values_list("name", flat=True)
    names = {name for unit in opening for name in (unit.name, unit.short_name) if name} | set(aliases)
    others = Organization.objects.active().under(root).exclude(pk__in=[unit.pk for unit in opening])
    owner = others.filter(Q(name__in=names) | Q(short_name__in=names) | Q(aliases__name__in=names)).first()
    if owner is not None:
        raise ValidationError(
            _("A name of the chosen units means %(owner)s by now. Change it on one of the two first.")
            % {"owner": owner.name}
        )


@transaction.atomic
def restore(*, units: Sequence[Organization], by: User, at: datetime.datetime) -> int:
    """Brings dissolved units back; their people can log in again. Returns how many. The superior has to be active."""
    root = _lock_city(by)
    opening = [unit for unit in _fresh(units, root) if not unit.is_active]
    keys = [unit.pk for unit in opening]
    stranded = [u for u in opening if u.parent is not None and not u.parent.is_active and u.parent_id not in keys]
    if stranded:
        raise ValidationError(
            _("The superior unit of %(names)s was dissolved. Restore it too, or choose another superior first.")
            % {"names": _names(stranded)}
        )
    _check_names_free(opening, root)
    Organization.objects.filter(pk__in=keys).update(is_active=True)
    record_many(
        (Act("organization.restore", unit, {"is_active": False}, {"is_active": True}) for unit in opening),
        by=by, at=at,
    )  # fmt: skip
    return len(opening)


@transaction.atomic
def set_regulator(*, units: Sequence[Organization], regulator: Organization, by: User, at: datetime.datetime) -> int:
    """Puts enterprises under the supervision of a department (行业监管), which then sees them. Returns how many."""
    root = _lock_city(by)
    _check_regulator(regulator, root, *(unit.pk for unit in units))
    rows = _fresh(units, root)
    changing = [row for row in rows if row.kind == Kind.ENTERPRISE and row.sector_regulator_id != regulator.pk]
    Organization.objects.filter(pk__in=[row.pk for row in changing]).update(sector_regulator=regulator)
    after = {"sector_regulator": regulator}
    acts = [Act("organization.regulate", row, {"sector_regulator": row.sector_regulator}, after) for row in changing]
    record_many(acts, by=by, at=at)
    return len(changing)
