"""What an admin does with collective units: make one, change its name, rule or members."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.record import record
from organizations.models import Organization, OrganizationGroup, User

FIELDS = ("name", "spellings", "rule", "argument", "position")


def _check_members(members: Sequence[Organization], root_id: int) -> None:
    if any(unit.root_id != root_id for unit in members):
        raise ValidationError({"members": _("This unit belongs to another city.")})


def _save(group: OrganizationGroup) -> None:
    """Writes the row; says so where another person took the name between the check and the write."""
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("Another collective unit has this name already.")}) from error


def _members(group: OrganizationGroup) -> list[int]:
    return sorted(group.by_hand.values_list("pk", flat=True))


@transaction.atomic
def create(*, by: User, at: datetime.datetime, members: Sequence[Organization], **details: Any) -> OrganizationGroup:
    """Makes a collective unit of the person's city; `members` counts only where the rule is "by hand"."""
    root_id = by.organization.root_id
    _check_members(members, root_id)
    if details.get("position") is None:
        rows = OrganizationGroup.objects.filter(city=root_id).order_by("-position")
        details["position"] = (rows.values_list("position", flat=True).first() or 0) + 1
    group = OrganizationGroup(city_id=root_id, **details)
    _save(group)
    group.by_hand.set(members)
    after = {name: getattr(group, name) for name in FIELDS} | {"members": _members(group)}
    record("group.create", group, by=by, at=at, after=after)
    return group


@transaction.atomic
def update(
    *, group: OrganizationGroup, by: User, at: datetime.datetime, members: Sequence[Organization], **details: Any
) -> bool:
    """Changes what differs; False where nothing changed."""
    group = OrganizationGroup.objects.select_for_update().get(pk=group.pk, city=by.organization.root_id)
    _check_members(members, group.city_id)
    if details.get("position") is None:
        details.pop("position", None)
    before = {name: getattr(group, name) for name in details} | {"members": _members(group)}
    after = details | {"members": sorted(unit.pk for unit in members)}
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return False
    for name, value in details.items():
        setattr(group, name, value)
    _save(group)
    group.by_hand.set(members)
    record("group.update", group, by=by, at=at, before={name: before[name] for name in changed},
           after={name: after[name] for name in changed})  # fmt: skip
    return True
