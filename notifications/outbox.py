"""Telling people something. Called by the owner of the event, in the transaction of the event itself.

    queue([News(recipient_id=…, kind="review", subject=gettext_noop("…"), …)], at=clock.now())

A message is a row before anybody rings for it: in the inbox at once, by mail at once where it is urgent, otherwise
with the next daily digest unless it was read before.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.utils.translation import gettext_noop

from lib import bulk

from . import addresses, bell
from .models import Delivery, Notification

Channel, State = Delivery.Channel, Delivery.State
NO_ADDRESS = gettext_noop("No e-mail address is on record for this person.")


class News(NamedTuple):
    """One message to one person.

    `subject` and `text` are English message ids (gettext_noop) with %(name)s, `params` a JSON dict: days in ISO
    form are written in the reader's language when shown. `about` is (model label in lower case, primary key).
    `dedup_key`: the same key is said once, for ever; name the event and the person in it.
    """

    recipient_id: int
    kind: str
    subject: str
    text: str
    params: dict[str, Any]
    link: str
    dedup_key: str
    plan_id: int | None = None
    about: tuple[str, int] | models.Model | None = None
    urgent: bool = False
    stage: str = ""


def queue(news: Iterable[News], *, at: datetime.datetime) -> int:
    """Writes the messages that were not written before, with their deliveries; returns how many.

    Raises ImproperlyConfigured outside a transaction: news of what is rolled back must not go out. People who
    are disabled get nothing. Six statements, however many messages.
    """
    if not connection.in_atomic_block:
        raise ImproperlyConfigured("News is queued in the transaction of what it tells; open one first.")
    wanted = {one.dedup_key: one for one in news}
    if not wanted:
        return 0
    people = addresses.of({one.recipient_id for one in wanted.values()})
    keys = list(wanted)
    said = set(Notification.objects.filter(dedup_key__in=keys).values_list("dedup_key", flat=True))
    new = [_row(one, at) for key, one in wanted.items() if key not in said and one.recipient_id in people]
    if not new:
        return 0
    Notification.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    # What another transaction wrote under the same key meanwhile has its deliveries already.
    fresh = Notification.objects.filter(dedup_key__in=[one.dedup_key for one in new], deliveries__isnull=True)
    made = list(fresh.values_list("pk", "recipient_id", "urgent"))
    deliver_to(made, people, at)
    return len(made)


def _row(one: News, at: datetime.datetime) -> Notification:
    about: Any = one.about
    if isinstance(about, models.Model):
        about = (about._meta.label_lower, about.pk)
    label, key = about or ("", None)
    words = " ".join(str(value) for value in one.params.values() if isinstance(value, str))
    return Notification(
        recipient_id=one.recipient_id, kind=one.kind, subject=one.subject, text=one.text, params=one.params,
        words=words, link=one.link, dedup_key=one.dedup_key, plan_id=one.plan_id, about_type=label, about_id=key,
        stage=one.stage, urgent=one.urgent, created_at=at,
    )  # fmt: skip


def deliver_to(
    made: Iterable[tuple[int, int, bool]],
    people: Mapping[int, addresses.Address],
    at: datetime.datetime,
    at_once: bool = False,
) -> None:
    """Writes the deliveries of new messages, given as (message, recipient, urgent), and rings after the commit.

    Ordinary ones wait for the digest, unless they are to go out at once (which a digest itself is).
    """
    rows: list[tuple[Any, ...]] = []
    for message, recipient, urgent in made:
        person = people[recipient]
        rows.append((message, Channel.INBOX, State.SENT, "", None, "", False, at))
        rows.append((message, Channel.MAIL, *_mail(person, urgent, at_once, at)))
    names = ("notification_id", "channel", "state", "address", "next_attempt_at", "error", "permanent", "sent_at")
    bulk.insert_values(Delivery, names, rows)
    if any(row[2] == State.WAITING for row in rows):
        bell.ring()


def _mail(person: addresses.Address, urgent: bool, at_once: bool, at: datetime.datetime) -> tuple[Any, ...]:
    """State, address, next attempt, error, permanent, sent at."""
    if not urgent and not person.wants_digest:
        return (State.DECLINED, person.email, None, "", False, None)
    if not person.email:
        return (State.FAILED, "", None, NO_ADDRESS, True, None)
    if urgent or at_once:
        return (State.WAITING, person.email, at, "", False, None)
    return (State.HELD, person.email, None, "", False, None)
