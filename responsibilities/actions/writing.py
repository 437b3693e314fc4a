"""Putting the items of a draft down, in bulk; the door that every write of items goes through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import Act
from lib import bulk
from responsibilities.content import PLAIN, differences, values_of
from responsibilities.models import Duty, LegalBasis, ResponsibilityItem, ResponsibilityList
from responsibilities.states import EDITABLE


class StaleError(ValidationError):
    """Somebody else was faster: the list is not in the state, or not of the edition, that the person saw."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="stale")


class Wanted(NamedTuple):
    """An item as it should stand; `duty` None makes a new duty."""

    duty: Duty | None
    values: dict[str, Any]


def locked(one: ResponsibilityList) -> ResponsibilityList:
    """The list as it is now, locked until the transaction ends; raises StaleError where it was discarded."""
    rows = ResponsibilityList.objects.select_for_update(of=("self",)).select_related("organization", "city")
    found = rows.filter(pk=one.pk).first()
    if found is None:
        raise StaleError(_("This draft was discarded in the meantime. Nothing was done."))
    return found


def claim(now: ResponsibilityList, *, edition: int | None, **changes: Any) -> None:
    """Counts one more edit of a locked draft; raises StaleError where it is frozen or another edition."""
    rows = ResponsibilityList.objects.filter(pk=now.pk, state__in=EDITABLE)
    if edition is not None:
        rows = rows.filter(edition=edition)
    if not rows.update(edition=F("edition") + 1, **changes):
        raise stale(now)
    now.edition += 1
    for name, value in changes.items():
        setattr(now, name, value)


def stale(now: ResponsibilityList) -> StaleError:
    """What to tell a person whose page is out of date."""
    text = _("Somebody else has changed this list in the meantime; it is now “%(state)s”. Nothing was done.")
    return StaleError(text % {"state": now.get_state_display()})


def items_of(one: ResponsibilityList) -> list[ResponsibilityItem]:
    """The items with their legal bases, in order."""
    return list(one.items.select_related("duty").prefetch_related("bases").order_by("position", "id"))


def set_items(one: ResponsibilityList, wanted: Sequence[Wanted], *, recorded: bool = True) -> list[Act]:
    """Makes the draft's items what is wanted, in that order; returns the acts for the record. A few statements.

    Items of duties that are not wanted leave the draft; those that stay keep their keys.
    """
    present = {item.duty_id: item for item in items_of(one)}
    new = [place for place, want in enumerate(wanted) if want.duty is None]
    made = dict(zip(new, bulk.insert([Duty(organization=one.organization, kind=one.kind) for _p in new]), strict=True))
    kept = {want.duty.pk for want in wanted if want.duty is not None}
    acts = _drop([item for duty, item in present.items() if duty not in kept])
    fresh: list[tuple[ResponsibilityItem, dict[str, Any]]] = []
    changed: list[tuple[ResponsibilityItem, dict[str, Any]]] = []
    moved: list[ResponsibilityItem] = []
    for place, want in enumerate(wanted):
        duty = want.duty or made[place]
        item = present.get(duty.pk)
        if item is None:
            item = ResponsibilityItem(list=one, duty=duty, position=place, **{n: want.values[n] for n in PLAIN})
            fresh.append((item, want.values))
            continue
        difference = differences(values_of(item), want.values)
        if item.position != place:
            item.position = place
            moved.append(item)
        if difference:
            for name in PLAIN:
                setattr(item, name, want.values[name])
            changed.append((item, want.values))
            acts.append(_changed(item, difference))
    _write(fresh, changed, moved)
    acts += [Act("item.create", item, None, values) for item, values in fresh]
    return acts if recorded else []


def _changed(item: ResponsibilityItem, difference: dict[str, dict[str, Any]]) -> Act:
    before = {name: change["from"] for name, change in difference.items()}
    return Act("item.update", item, before, {name: change["to"] for name, change in difference.items()})


def _drop(items: list[ResponsibilityItem]) -> list[Act]:
    acts = [Act("item.remove", item, values_of(item), None) for item in items]
    # Copies keep the keys that the acts need; delete() would take them off.
    LegalBasis.objects.filter(item__in=[item.pk for item in items]).delete()
    ResponsibilityItem.objects.filter(pk__in=[item.pk for item in items]).delete()
    return acts


def _write(
    fresh: list[tuple[ResponsibilityItem, dict[str, Any]]],
    changed: list[tuple[ResponsibilityItem, dict[str, Any]]],
    moved: list[ResponsibilityItem],
) -> None:
    for item, values in [*fresh, *changed]:
        item.index(_bases(item, values))
    bulk.insert([item for item, _values in fresh])
    if moved:
        ResponsibilityItem.objects.bulk_update(moved, ["position"], batch_size=200)
    if changed:
        ResponsibilityItem.objects.bulk_update([item for item, _v in changed], [*PLAIN, "words"], batch_size=50)
        LegalBasis.objects.filter(item__in=[item.pk for item, _values in changed]).delete()
    bulk.insert([basis for item, values in [*fresh, *changed] for basis in _bases(item, values)])


def _bases(item: ResponsibilityItem, values: dict[str, Any]) -> list[LegalBasis]:
    return [
        LegalBasis(item=item, position=place, law=basis["law"], version=basis["version"] or "",
                   articles=basis["articles"])
        for place, basis in enumerate(values["legal_bases"])
    ]  # fmt: skip
