"""A list on its way: submitted, approved by the unit's head, published by the commission office, or returned.

Who may is decided by responsibilities.rights before these are called; *when* is decided here, by TRANSITIONS
and by the gate: no item goes on without a holder.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import record
from responsibilities import news
from responsibilities.content import fingerprint
from responsibilities.models import ResponsibilityItem, ResponsibilityList, Term
from responsibilities.states import TRANSITIONS

from .writing import items_of, locked, stale

if TYPE_CHECKING:
    from organizations.models import User


def without_holder(one: ResponsibilityList, today: datetime.date) -> list[ResponsibilityItem]:
    """The items that name neither a post nor anybody whose term holds on that day."""
    held = set(Term.objects.on(today).filter(duty__items__list=one).values_list("duty", flat=True))
    return [item for item in one.items.order_by("position", "id") if not item.post and item.duty_id not in held]


def gate(one: ResponsibilityList, today: datetime.date) -> None:
    """What a list needs before it goes on; raises ValidationError that names what is missing."""
    if not one.items.exists():
        raise ValidationError(_("The list has no item yet. Add at least one."), code="empty")
    missing = without_holder(one, today)
    if missing:
        names = "、".join(str(item)[:40] for item in missing[:5]) + ("…" if len(missing) > 5 else "")
        text = _("%(number)s items have no holder: %(names)s. Enter the responsible post or a person with a term.")
        raise ValidationError(text % {"number": len(missing), "names": names}, code="holder")


def _move(one: ResponsibilityList, verb: str, edition: int | None, **changes: Any) -> ResponsibilityList:
    """Claims the list in its present state; of two people who act on it one wins, the other gets StaleError."""
    now = locked(one)
    sources, target = TRANSITIONS[verb]
    rows = ResponsibilityList.objects.filter(pk=now.pk, state__in=sources)
    if edition is not None:
        rows = rows.filter(edition=edition)
    if not rows.update(state=target, edition=F("edition") + 1, **changes):
        raise stale(now)
    now.state, now.edition = target, now.edition + 1
    for name, value in changes.items():
        setattr(now, name, value)
    return now


def _done(verb: str, now: ResponsibilityList, before: str, by: User, at: datetime.datetime, **after: Any) -> None:
    said = {name: value for name, value in after.items() if value}
    record(f"list.{verb}", now, by=by, at=at, scope_id=now.city_id, before={"state": before},
           after={"state": now.state} | said)  # fmt: skip
    news.tell(verb, now, by=by, at=at, remark=str(said.get("remark", "")))


def _reason(remark: str) -> str:
    remark = remark.strip()
    if not remark:
        raise ValidationError({"remark": _("Say what has to be changed; the unit reads this.")}, code="remark")
    if len(remark) > 500:
        raise ValidationError({"remark": _("At most 500 characters.")}, code="remark")
    return remark


@transaction.atomic
def submit(
    *, one: ResponsibilityList, by: User, at: datetime.datetime, today: datetime.date, edition: int | None = None
) -> ResponsibilityList:
    """Asks the unit's head for approval; raises ValidationError while a holder is missing, StaleError."""
    now = _move(one, "submit", edition, submitted_by=by, submitted_at=at)
    gate(now, today)
    _done("submit", now, one.state, by, at)
    return now


@transaction.atomic
def withdraw(
    *, one: ResponsibilityList, by: User, at: datetime.datetime, edition: int | None = None
) -> ResponsibilityList:
    """Takes it back to go on drafting; an approval is void with it."""
    now = _move(one, "withdraw", edition, approved_by=None, approved_at=None)
    _done("withdraw", now, one.state, by, at)
    return now


@transaction.atomic
def approve(
    *, one: ResponsibilityList, by: User, at: datetime.datetime, today: datetime.date, edition: int | None = None
) -> ResponsibilityList:
    """The head approves; the commission office is asked to publish."""
    now = _move(one, "approve", edition, approved_by=by, approved_at=at)
    gate(now, today)
    _done("approve", now, one.state, by, at)
    return now


@transaction.atomic
def refuse(
    *, one: ResponsibilityList, by: User, at: datetime.datetime, remark: str, edition: int | None = None
) -> ResponsibilityList:
    """The head returns it with a reason."""
    now = _move(one, "refuse", edition, remark=_reason(remark))
    _done("refuse", now, one.state, by, at, remark=now.remark)
    return now


@transaction.atomic
def send_back(
    *, one: ResponsibilityList, by: User, at: datetime.datetime, remark: str, edition: int | None = None
) -> ResponsibilityList:
    """The commission office returns it with a reason; the approval is void."""
    now = _move(one, "send_back", edition, remark=_reason(remark), approved_by=None, approved_at=None)
    _done("send_back", now, one.state, by, at, remark=now.remark)
    return now


@transaction.atomic
def publish(
    *, one: ResponsibilityList, by: User, at: datetime.datetime, today: datetime.date, edition: int | None = None
) -> ResponsibilityList:
    """Publishes and freezes; the hash of the content stands in the record.

    Nobody publishes what they approved themselves (ValidationError): two people stand behind every list.
    """
    now = locked(one)
    if now.approved_by_id == by.pk:
        text = _("You approved this list yourself, so another person of the commission office has to publish it.")
        raise ValidationError(text, code="four_eyes")
    gate(now, today)
    sha256 = fingerprint(now, items_of(now))
    now = _move(one, "publish", edition, published_by=by, published_at=at, published_on=today, sha256=sha256)
    _done("publish", now, one.state, by, at, sha256=sha256, published_on=today)
    return now
