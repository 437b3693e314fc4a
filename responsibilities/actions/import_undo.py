"""Undoing an import of lists: drafts that it began go, drafts that it changed get their items back.

A list is given back as a whole or kept as a whole: whoever worked on a draft since has read it as it stood. What is
kept is named with the reason.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import ForeignObjectRel

from audit.record import record, record_many
from responsibilities.content import values_of
from responsibilities.models import Duty, ListImport, ResponsibilityItem, ResponsibilityList
from responsibilities.states import EDITABLE

from . import lists
from .writing import Wanted, claim, items_of, locked, set_items

if TYPE_CHECKING:
    from organizations.models import User

State = ListImport.State
Stand = list[list[Any]]  # [key of the duty, values of the item], in order


class NotImportedError(Exception):
    """There is nothing to undo: `batch` was never imported, or is undone already."""

    def __init__(self, batch: ListImport) -> None:
        super().__init__(batch.state)
        self.batch = batch


class Back(NamedTuple):
    """A list that is given back: a draft that goes (`began`), or gets `number` items as they were."""

    one: ResponsibilityList
    began: bool
    number: int
    trace: dict[str, Any]


class Kept(NamedTuple):
    """A list that stays as it is. `why`: removed, decided (handed in or published), changed, used."""

    one: ResponsibilityList | None
    name: str
    why: str


class ListUndo(NamedTuple):
    """What an undo does and what it leaves alone."""

    back: list[Back]
    kept: list[Kept]


def stand_of(one: ResponsibilityList) -> Stand:
    """The items of a list as plain values, in order."""
    return [[item.duty_id, values_of(item)] for item in items_of(one)]


def trace_of(one: ResponsibilityList, *, began: bool, before: Stand) -> dict[str, Any]:
    """What has to be known of a list that an import wrote, to give it back later."""
    after = stand_of(one)
    return {
        "list": one.pk, "name": str(one), "began": began, "before": before, "digest": _digest(after),
        "duties": [duty for duty, _values in after], "submitted": _moment(one.submitted_at),
    }  # fmt: skip


def _digest(stand: Stand) -> str:
    return hashlib.sha256(json.dumps(stand, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _moment(at: datetime.datetime | None) -> str:
    return at.isoformat() if at else ""


def undo_plan(batch: ListImport) -> ListUndo:
    """Looks at what became of every list that the import wrote; writes nothing. A few queries for each list."""
    rows = ResponsibilityList.objects.select_related("organization", "city")
    there = rows.in_bulk([trace["list"] for trace in batch.traces])
    found = ListUndo([], [])
    for trace in batch.traces:
        one = there.get(trace["list"])
        why = "removed" if one is None else _reason(one, trace)
        if one is None or why:
            found.kept.append(Kept(one, trace["name"], why))
        else:
            number = len(trace["duties"] if trace["began"] else trace["before"])
            found.back.append(Back(one, trace["began"], number, trace))
    return found


def _reason(one: ResponsibilityList, trace: dict[str, Any]) -> str:
    if one.state not in EDITABLE or _moment(one.submitted_at) != trace["submitted"]:
        return "decided"
    if _digest(stand_of(one)) != trace["digest"]:
        return "changed"
    return "used" if _in_use(_own_duties(one, trace)) else ""


def _own_duties(one: ResponsibilityList, trace: dict[str, Any]) -> list[int]:
    """The duties that came with the import and stand in no other list: they go with their items."""
    came = set(trace["duties"]) - {duty for duty, _values in trace["before"]}
    elsewhere = ResponsibilityItem.objects.filter(duty__in=came).exclude(list=one.pk)
    return sorted(came - set(elsewhere.values_list("duty", flat=True)))


def _in_use(duties: list[int]) -> bool:
    """Whether something other than an item refers to one of the duties: a term of office, a link to a task, whatever
    this floor does not know."""
    for relation in Duty._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model is not ResponsibilityItem:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": duties})
            if rows.exists():
                return True
    return False


@transaction.atomic
def undo(*, batch: ListImport, by: User, at: datetime.datetime) -> ListUndo:
    """Gives back what can be given back; raises NotImportedError where it was never imported or is undone."""
    claimed = ListImport.objects.filter(pk=batch.pk, state=State.COMMITTED)
    if not claimed.update(state=State.UNDONE, undone_at=at, undone_by=by):
        raise NotImportedError(ListImport.objects.get(pk=batch.pk))
    now = ListImport.objects.get(pk=batch.pk)
    keys = [trace["list"] for trace in now.traces]
    rows = ResponsibilityList.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(of=("self",)).only("pk"))  # nobody hands in or edits one meanwhile
    found = undo_plan(now)
    for back in found.back:
        if back.began:
            lists.discard(one=back.one, by=by, at=at)
        else:
            _give_back(back, by, at)
    record("list.import_undo", now, by=by, at=at, scope_id=now.city_id,
           after={"file": now.name, "lists": len(found.back), "kept": [kept.name for kept in found.kept]})  # fmt: skip
    return found


def _give_back(back: Back, by: User, at: datetime.datetime) -> None:
    one = locked(back.one)
    own = _own_duties(one, back.trace)
    claim(one, edition=None)
    duties = Duty.objects.in_bulk([duty for duty, _values in back.trace["before"]])
    acts = set_items(one, [Wanted(duties.get(duty), values) for duty, values in back.trace["before"]])
    record_many(acts, by=by, at=at, scope_id=one.city_id)
    Duty.objects.filter(pk__in=own, items__isnull=True).delete()
