"""Items of a draft: added, edited, moved, removed, one at a time."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record, record_many
from organizations.names import key_of
from responsibilities.content import values_of
from responsibilities.models import ResponsibilityItem, ResponsibilityList

from .writing import Wanted, claim, items_of, locked, set_items

if TYPE_CHECKING:
    from organizations.models import User


def _check_once(items: list[ResponsibilityItem], values: dict[str, Any], but: int | None) -> None:
    """Refuses a number or words that another item of the list has."""
    for item in items:
        if item.pk == but:
            continue
        if values["number"] and item.number == values["number"]:
            text = _("Number %(number)s is taken by “%(title)s”. Give this item another one.")
            raise ValidationError({"number": text % {"number": item.number, "title": item.title}})
        if key_of(item.title) == key_of(values["title"]):
            text = _("The list has this item already, under number %(number)s.")
            raise ValidationError({"title": text % {"number": item.number or item.position + 1}})


def _wanted(items: list[ResponsibilityItem]) -> list[Wanted]:
    return [Wanted(item.duty, values_of(item)) for item in items]


@transaction.atomic
def add(
    *,
    one: ResponsibilityList,
    values: dict[str, Any],
    after: int | None,
    by: User,
    at: datetime.datetime,
    edition: int | None = None,
) -> ResponsibilityItem:
    """Puts a new item behind the one with key `after`, or at the end; raises ValidationError, StaleError."""
    now = locked(one)
    claim(now, edition=edition)
    items = items_of(now)
    _check_once(items, values, None)
    place = next((n for n, item in enumerate(items, 1) if item.pk == after), len(items))
    wanted = _wanted(items)
    wanted.insert(place, Wanted(None, values))
    record_many(set_items(now, wanted), by=by, at=at, scope_id=now.city_id)
    return now.items.get(position=place)


@transaction.atomic
def edit(
    *, item: ResponsibilityItem, values: dict[str, Any], by: User, at: datetime.datetime, edition: int | None = None
) -> bool:
    """Changes what differs; False where nothing does. Raises ValidationError, StaleError."""
    now = locked(item.list)
    claim(now, edition=edition)
    items = items_of(now)
    _check_once(items, values, item.pk)
    wanted = [Wanted(one.duty, values if one.pk == item.pk else values_of(one)) for one in items]
    acts = set_items(now, wanted)
    record_many(acts, by=by, at=at, scope_id=now.city_id)
    return bool(acts)


@transaction.atomic
def remove(*, item: ResponsibilityItem, by: User, at: datetime.datetime, edition: int | None = None) -> None:
    """Takes an item out of the draft; earlier versions keep it."""
    now = locked(item.list)
    claim(now, edition=edition)
    acts = set_items(now, _wanted([one for one in items_of(now) if one.pk != item.pk]))
    record_many(acts, by=by, at=at, scope_id=now.city_id)


@transaction.atomic
def move(*, item: ResponsibilityItem, steps: int, by: User, at: datetime.datetime, edition: int | None = None) -> bool:
    """Moves an item up (-1) or down (+1) in the list; False at the edge."""
    now = locked(item.list)
    items = items_of(now)
    place = next((n for n, one in enumerate(items) if one.pk == item.pk), -1)
    target = place + steps
    if place < 0 or not 0 <= target < len(items):
        return False
    claim(now, edition=edition)
    items.insert(target, items.pop(place))
    set_items(now, _wanted(items))
    record("item.move", item, by=by, at=at, scope_id=now.city_id,
           before={"position": place + 1}, after={"position": target + 1})  # fmt: skip
    return True


@transaction.atomic
def renumber(*, one: ResponsibilityList, by: User, at: datetime.datetime, edition: int | None = None) -> int:
    """Numbers the items 1, 2, 3 … in their order; returns how many changed."""
    now = locked(one)
    claim(now, edition=edition)
    wanted = [
        Wanted(item.duty, values_of(item) | {"number": str(place)}) for place, item in enumerate(items_of(now), 1)
    ]
    acts = set_items(now, wanted)
    record_many(acts, by=by, at=at, scope_id=now.city_id)
    return len(acts)
