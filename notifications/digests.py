"""The daily digest: one message a person and day, which also carries the ordinary news that nobody has read yet."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext_noop

from organizations.models import Organization

from . import addresses, outbox
from .due import Group, key_start
from .models import Delivery, Ladder, Notification

DIGEST, URGENT = "digest", "urgent"
ONE_THING = gettext_noop("Reminder: %(what)s")
SOME_THINGS = gettext_noop("Reminders of %(on)s: %(number)s items")
ONE_URGENT = gettext_noop("Urgent reminder: %(what)s")
SOME_URGENT = gettext_noop("Urgent reminders of %(on)s: %(number)s items")
ONLY_NEWS = gettext_noop("News of %(on)s: %(number)s messages")
State = Delivery.State


def served(commission: Organization, on: datetime.date) -> set[int]:
    """Who has had the digest of the day."""
    start = f"digest:{commission.pk}:{on}:"
    rows = Notification.objects.filter(dedup_key__gte=start, dedup_key__lt=start[:-1] + ";")
    return set(rows.order_by().values_list("recipient_id", flat=True))


def run_number(commission: Organization, on: datetime.date) -> str:
    """What tells this run's urgent messages from those of earlier runs of the day; called under the ladder's lock."""
    start = f"urgent:{commission.pk}:{on}:"
    return str(Notification.objects.filter(dedup_key__gte=start, dedup_key__lt=start[:-1] + ";").count())


def message(
    ladder: Ladder, group: Group, params: dict[str, Any], on: datetime.date, at: datetime.datetime, run: str
) -> Notification:
    """The message for one person's stages of a run; its lines are the Reminder rows."""
    one, some = (ONE_URGENT, SOME_URGENT) if group.urgent else (ONE_THING, SOME_THINGS)
    return Notification(
        recipient_id=group.recipient,
        kind=URGENT if group.urgent else DIGEST,
        subject=one if group.things == 1 else some,
        params=params,
        dedup_key=f"{key_start(ladder, on, run, urgent=group.urgent)}{group.recipient}",
        plan_id=group.plan_id,
        urgent=group.urgent,
        created_at=at,
    )


def gather(*, commission: Organization, on: datetime.date, at: datetime.datetime, served: set[int]) -> int:
    """Lets today's digests carry the mail of ordinary news; who has no digest today gets one for the mail alone.

    News that was read meanwhile is not mailed any more. Returns how many are carried. People who have had their
    digest before this run (`served`) get the rest tomorrow.
    """
    held = Delivery.objects.by_mail().filter(state=State.HELD, carried_by=None)
    held = held.filter(notification__recipient__organization__path__startswith=commission.path)
    read = held.filter(notification__read_at__isnull=False).values("pk")
    Delivery.objects.filter(pk__in=list(read.values_list("pk", flat=True))).update(state=State.READ)
    rows = held.order_by().values_list("pk", "notification__recipient_id")
    waiting = [(pk, person) for pk, person in rows if person not in served]
    if not waiting:
        return 0
    start = f"digest:{commission.pk}:{on}:"
    people = addresses.of({person for _pk, person in waiting})
    have = _digests(start)
    lacking = [person for person in people if person not in have]
    numbers = {person: sum(who == person for _pk, who in waiting) for person in lacking}
    made = Notification.objects.bulk_create(
        [
            Notification(
                recipient_id=person, kind=DIGEST, subject=ONLY_NEWS, in_inbox=False, created_at=at,
                params={"on": on.isoformat(), "number": numbers[person]}, dedup_key=f"{start}{person}",
            )
            for person in lacking
        ],
        batch_size=500,
    )  # fmt: skip
    outbox.deliver_to(((one.pk, one.recipient_id, False) for one in made), people, at, at_once=True)
    have |= {one.recipient_id: one.pk for one in made}
    return _carry([(pk, have[person]) for pk, person in waiting if person in have])


def _digests(start: str) -> dict[int, int]:
    rows = Notification.objects.filter(dedup_key__gte=start, dedup_key__lt=start[:-1] + ";")
    return dict(rows.order_by().values_list("recipient_id", "pk"))


def _carry(pairs: list[tuple[int, int]]) -> int:
    """Ties deliveries to the digest that carries them."""
    by_digest: dict[int, list[int]] = {}
    for delivery, digest in pairs:
        by_digest.setdefault(digest, []).append(delivery)
    rows = [Delivery(pk=pk, carried_by_id=digest) for digest, keys in by_digest.items() for pk in keys]
    Delivery.objects.bulk_update(rows, ["carried_by"], batch_size=500)
    return len(rows)
