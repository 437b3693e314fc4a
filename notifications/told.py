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
from .models import Audience, Delivery, Notification, Reminder
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


class Said(NamedTuple):
    """A stage of the ladder that a message said about the thing."""

    subject: str
    stage: str
    audience: str


def told_of(thing: models.Model, limit: int | None = SHOWN) -> dict[str, Any]:
    """The context of notifications/_told.html: the latest rows, and how many there are. One query.

    The caller has made sure that the person may see the thing. Every message has its deliveries (outbox), so
    they bring the messages along, and beside them what the messages said about the thing (of a digest a part).
    """
    messages: dict[int, Notification] = {}
    ways: dict[int, dict[int, Way]] = {}
    said: dict[int, dict[str, Said]] = {}
    for one in _deliveries_about(thing):
        key = one.notification_id
        messages[key] = one.notification
        ways.setdefault(key, {})[one.pk] = way_of(one)
        stages = said.setdefault(key, {})
        if one.said_stage:
            stages[one.said_stage] = Said(one.said_subject, one.said_stage, one.said_audience)
    latest = sorted(messages.values(), key=lambda one: (one.created_at, one.pk), reverse=True)
    shown = latest if limit is None else latest[:limit]
    return {
        "told": [_row(one, said[one.pk].values(), list(ways[one.pk].values())) for one in shown],
        "told_number": len(latest),
    }


def _deliveries_about(thing: models.Model) -> Any:
    """The deliveries of all that was said about it, each once for every stage that its message said about it."""
    about = {"about_type": thing._meta.label_lower, "about_id": thing.pk}
    news = Notification.objects.filter(**about).order_by().values("pk")
    stages = Reminder.objects.filter(**about).order_by().values("notification")
    path = "notification__reminders"
    on_it = models.Q(**{f"{path}__{name}": value for name, value in about.items()})
    rows = Delivery.objects.filter(notification__in=news.union(stages))
    return (
        rows.alias(said=models.FilteredRelation(path, condition=on_it))
        .annotate(**{f"said_{name}": models.F(f"said__{name}") for name in Said._fields})
        .select_related("notification__recipient__organization")
        .order_by("id", "said__id")
    )


def _row(message: Notification, said: Iterable[Said], ways: list[Way]) -> Told:
    stages = sorted(said, key=lambda one: Rung.parse(one.stage).severity)
    recipient = message.recipient
    read = formats.moment(timezone.localtime(message.read_at)) if message.read_at else ""
    return Told(
        at=message.created_at,
        when=formats.moment(timezone.localtime(message.created_at)),
        who=f"{recipient.real_name}（{recipient.post_and_unit}）" if formats.is_chinese() else
        f"{recipient.real_name} ({recipient.post_and_unit})",
        what=_("; ").join(texts.stage_words(one.subject, one.stage) for one in stages) or texts.subject_of(message),
        as_what=str(Audience(stages[-1].audience).label) if stages else "",
        urgent=message.urgent,
        read=read,
        ways=ways,
    )  # fmt: skip
