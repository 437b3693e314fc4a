"""Who was told what about one thing, when, how, and with which result."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from lib import formats

from . import texts
from .models import Delivery, Notification, Reminder
from .rungs import Rung

SHOWN = 8
_SIGNALS = {
    Delivery.State.SENT: "done",
    Delivery.State.FAILED: "over",
    Delivery.State.WAITING: "sent",
    Delivery.State.HELD: "sent",
    Delivery.State.DECLINED: "none",
    Delivery.State.READ: "none",
}


class Way(NamedTuple):
    """One way of a message: how, the result in words, its signal, and why it failed."""

    how: str
    result: str
    signal: str
    why: str


class Told(NamedTuple):
    """One thing said to one person; several stages of the same message stand in one row."""

    at: datetime.datetime
    when: str
    who: str
    what: str
    as_what: str
    urgent: bool
    read: str
    ways: list[Way]


def way_of(delivery: Delivery) -> Way:
    """A delivery in words."""
    result = str(Delivery.State(delivery.state).label)
    if delivery.state == Delivery.State.SENT and delivery.sent_at and delivery.channel == Delivery.Channel.MAIL:
        result += f" {formats.moment(timezone.localtime(delivery.sent_at))}"
    if delivery.state == Delivery.State.WAITING and delivery.attempts:
        result = _("Not delivered yet, %(n)s attempts") % {"n": delivery.attempts}
    how = str(Delivery.Channel(delivery.channel).label)
    return Way(how, result, _SIGNALS[Delivery.State(delivery.state)], _(delivery.error) if delivery.error else "")


def told_of(thing: models.Model, limit: int | None = SHOWN) -> dict[str, Any]:
    """The context of notifications/_told.html: the latest rows, and how many there are. Two queries.

    The caller has made sure that the person may see the thing. Every message has its deliveries (outbox), so
    they bring the messages along.
    """
    about = {"about_type": thing._meta.label_lower, "about_id": thing.pk}
    stages = Reminder.objects.filter(**about)
    said: dict[int, list[Reminder]] = {}
    for row in stages.select_related("recipient__organization").order_by("id"):
        said.setdefault(row.notification_id, []).append(row)
    news = Notification.objects.filter(**about).order_by()
    concerned = models.Q(notification__in=news.values("pk"))
    if said:
        concerned |= models.Q(notification__in=list(said))
    deliveries = Delivery.objects.filter(concerned).select_related("notification__recipient__organization")
    messages: dict[int, Notification] = {}
    ways: dict[int, list[Way]] = {}
    for one in deliveries.order_by("id"):
        messages[one.notification_id] = one.notification
        ways.setdefault(one.notification_id, []).append(way_of(one))
    latest = sorted(messages.values(), key=lambda one: (one.created_at, one.pk), reverse=True)
    shown = latest if limit is None else latest[:limit]
    return {
        "told": [_row(one, said.get(one.pk, []), ways[one.pk]) for one in shown],
        "told_number": len(latest),
    }


def _row(message: Notification, stages: Iterable[Reminder], ways: list[Way]) -> Told:
    stages = sorted(stages, key=lambda row: Rung.parse(row.stage).severity)
    recipient = (stages[0] if stages else message).recipient
    read = formats.moment(timezone.localtime(message.read_at)) if message.read_at else ""
    return Told(
        at=message.created_at,
        when=formats.moment(timezone.localtime(message.created_at)),
        who=f"{recipient.real_name}（{recipient.post_and_unit}）" if formats.is_chinese() else
        f"{recipient.real_name} ({recipient.post_and_unit})",
        what=_("; ").join(texts.stage_words(row.subject, row.stage) for row in stages) or texts.subject_of(message),
        as_what=str(stages[-1].get_audience_display()) if stages else "",
        urgent=message.urgent,
        read=read,
        ways=ways,
    )  # fmt: skip
