"""Terms of office: who answers for a duty from when to when. No two terms of one duty share a day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from lib import formats
from responsibilities.models import Duty, ResponsibilityItem, Term

if TYPE_CHECKING:
    from organizations.models import User


def _locked(duty: Duty) -> Duty:
    """The duty, locked until the transaction ends: two people cannot fill the same days at once."""
    return Duty.objects.select_for_update(of=("self",)).select_related("organization").get(pk=duty.pk)


def span_words(starts_on: datetime.date | None, ends_on: datetime.date | None) -> str:
    """A span in words: 2017年3月1日 – 至今."""
    start, end = formats.day(starts_on) or _("from the beginning"), formats.day(ends_on) or _("until now")
    return f"{start} – {end}"


def check_span(duty: Duty, starts_on: datetime.date | None, ends_on: datetime.date | None, but: int | None) -> None:
    """Raises ValidationError where the span is empty or shares a day with another term of the duty."""
    if starts_on and ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": _("The term ends before it begins. Correct one of the two days.")})
    rows = duty.terms.overlapping(starts_on, ends_on).select_related("person")
    other = next((term for term in rows if term.pk != but), None)
    if other is not None:
        text = _("This overlaps the term of %(who)s (%(span)s). End that one first, or choose other days.")
        who = other.person.real_name if other.person else other.post
        raise ValidationError(
            {"starts_on": text % {"who": who, "span": span_words(other.starts_on, other.ends_on)}}, code="overlap"
        )


def _values(term: Term) -> dict[str, Any]:
    return {name: getattr(term, name) for name in ("person", "post", "starts_on", "ends_on", "note")}


def _record(verb: str, item: ResponsibilityItem, by: User, at: datetime.datetime, **sides: Any) -> None:
    record(f"term.{verb}", item, by=by, at=at, scope_id=item.list.city_id, **sides)


@transaction.atomic
def appoint(
    *,
    item: ResponsibilityItem,
    person: User | None,
    post: str,
    starts_on: datetime.date | None,
    ends_on: datetime.date | None,
    note: str = "",
    by: User,
    at: datetime.datetime,
    hand_over: bool = False,
) -> Term:
    """Adds a term; with `hand_over` the open term before it ends on the eve. Raises ValidationError."""
    duty = _locked(item.duty)
    post = post.strip()
    if person is None and not post:
        raise ValidationError({"person": _("Name a person or a post.")})
    if person is not None and person.organization_id != duty.organization_id:
        text = _("%(who)s does not belong to this unit. Choose one of its people.")
        raise ValidationError({"person": text % {"who": person.real_name}})
    if hand_over and starts_on is not None:
        _end_before(duty, item, starts_on, by, at)
    check_span(duty, starts_on, ends_on, None)
    term = Term.objects.create(
        duty=duty, person=person, post=post, starts_on=starts_on, ends_on=ends_on, note=note.strip(), by=by, at=at
    )
    _record("appoint", item, by, at, after=_values(term))
    return term


def _end_before(
    duty: Duty, item: ResponsibilityItem, starts_on: datetime.date, by: User, at: datetime.datetime
) -> None:
    eve = starts_on - datetime.timedelta(days=1)
    for term in duty.terms.standing().filter(ends_on__isnull=True):
        if term.starts_on is None or term.starts_on <= eve:
            _set_end(term, item, eve, by, at)


def _set_end(
    term: Term, item: ResponsibilityItem, ends_on: datetime.date | None, by: User, at: datetime.datetime
) -> None:
    before = _values(term)
    term.ends_on = ends_on
    term.save(update_fields=["ends_on"])
    _record("end", item, by, at, before=before, after=_values(term))


@transaction.atomic
def end(
    *, term: Term, item: ResponsibilityItem, ends_on: datetime.date | None, by: User, at: datetime.datetime
) -> Term:
    """Sets (or opens again) the last day of a term, as `term` was read by the person.

    Raises ValidationError where it then overlaps another, or where somebody else has set another end since.
    """
    duty = _locked(term.duty)
    now = duty.terms.standing().filter(pk=term.pk).first()
    if now is None:
        raise ValidationError(_("This term was withdrawn in the meantime. Nothing was done."), code="stale")
    if now.ends_on != term.ends_on:
        text = _("Somebody else has set the end of this term meanwhile: %(span)s. Your day %(day)s was not saved.")
        said = {"span": span_words(now.starts_on, now.ends_on), "day": formats.day(ends_on) or "–"}
        raise ValidationError(text % said, code="stale")
    check_span(duty, now.starts_on, ends_on, now.pk)
    _set_end(now, item, ends_on, by, at)
    return now


@transaction.atomic
def withdraw(*, term: Term, item: ResponsibilityItem, note: str, by: User, at: datetime.datetime) -> None:
    """Marks a term as a mistake; it stays in the history, struck through, and counts no longer."""
    note = note.strip()
    if not note:
        raise ValidationError({"note": _("Say why it is a mistake; this stays in the history.")}, code="note")
    duty = _locked(term.duty)
    now = duty.terms.standing().filter(pk=term.pk).first()
    if now is None:
        raise ValidationError(_("This term was withdrawn in the meantime. Nothing was done."), code="stale")
    now.withdrawn, now.note = True, note[:200]
    now.save(update_fields=["withdrawn", "note"])
    _record("withdraw", item, by, at, before=_values(term), after={"note": now.note})
