"""The list of what was sent (发送记录): who, what, how, with which result; searched, filtered, exported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lib import formats
from lib.sheets.write import Column, Sheet
from organizations.models import Organization

from . import texts, told
from .ladder_page import in_city
from .models import Delivery

OPEN = "open"  # failed, and nobody has dealt with it


class Row(NamedTuple):
    """A delivery as the list shows it."""

    pk: int
    when: str
    who: str
    unit: str
    subject: str
    how: str
    result: str
    signal: str
    address: str
    why: str
    can_act: bool
    person: int


class DeliveryFilter:
    """state, channel, q of the address; nonsense is no condition."""

    def __init__(self, request: HttpRequest, commission: Organization) -> None:
        asked = request.GET
        self.commission = commission
        self.state = asked["state"] if asked.get("state") in {OPEN, *Delivery.State.values} else ""
        self.channel = asked["channel"] if asked.get("channel") in Delivery.Channel.values else ""
        self.q = asked.get("q", "").strip()[:100]

    def rows(self) -> QuerySet[Delivery]:
        """The deliveries asked for, the latest first."""
        found: QuerySet[Delivery] = in_city(Delivery.objects.all(), self.commission)
        if self.state == OPEN:
            found = found.filter(state=Delivery.State.FAILED, settled=False)
        elif self.state:
            found = found.filter(state=self.state)
        if self.channel:
            found = found.filter(channel=self.channel)
        for word in self.q.split():
            found = found.filter(
                Q(notification__recipient__real_name__icontains=word)
                | Q(notification__recipient__organization__name__icontains=word)
                | Q(notification__recipient__organization__short_name__icontains=word)
                | Q(notification__words__icontains=word)
                | Q(address__icontains=word)
            )
        return found.select_related("notification__recipient__organization").order_by("-pk")

    def query(self, **changed: str) -> str:
        """The query string with something changed."""
        values = {"state": self.state, "channel": self.channel, "q": self.q} | changed
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def states(self) -> list[tuple[str, str, bool]]:
        """The choices by result."""
        choices = [(OPEN, _("Not delivered, to be dealt with")), *Delivery.State.choices]
        return [(value, str(label), value == self.state) for value, label in choices]

    def channels(self) -> list[tuple[str, str, bool]]:
        """The choices by way."""
        return [(value, str(label), value == self.channel) for value, label in Delivery.Channel.choices]

    def chips(self) -> list[tuple[str, str]]:
        """The conditions in words, each with the address without it."""
        words = {
            "q": f"“{self.q}”" if self.q else "",
            "state": next((label for _value, label, on in self.states() if on), ""),
            "channel": next((label for _value, label, on in self.channels() if on), ""),
        }
        return [(word, self.query(**{name: ""})) for name, word in words.items() if word]


def row_of(delivery: Delivery) -> Row:
    """A delivery's row."""
    message, person = delivery.notification, delivery.notification.recipient
    way = told.way_of(delivery)
    return Row(
        pk=delivery.pk,
        when=formats.moment(timezone.localtime(message.created_at)),
        who=person.real_name,
        unit=person.post_and_unit,
        subject=texts.subject_of(message),
        how=way.how,
        result=_("Dealt with") if delivery.settled else way.result,
        signal="none" if delivery.settled else way.signal,
        address=delivery.address,
        why=way.why,
        can_act=delivery.state == Delivery.State.FAILED and not delivery.settled,
        person=person.pk,
    )


def sheet_of(rows: Iterable[Delivery], note: str) -> Sheet:
    """The list as a sheet."""
    heads = [
        (_("When"), 20), (_("Real name"), 14), (_("Post and unit"), 30), (_("Subject"), 50), (_("How"), 12),
        (_("Result"), 26), (_("E-mail"), 28), (_("Reason"), 44),
    ]  # fmt: skip
    return Sheet(_("What was sent"), [Column(head, width) for head, width in heads], map(_cells, rows), note)


def _cells(delivery: Delivery) -> list[Any]:
    row = row_of(delivery)
    return [row.when, row.who, row.unit, row.subject, row.how, row.result, row.address, row.why]
