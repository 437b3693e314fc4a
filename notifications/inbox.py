"""The inbox (消息): what its address asks for, and its rows as strings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lib import formats
from lib.sheets.write import Column, Sheet
from organizations.models import User

from . import texts
from .digests import DIGEST, URGENT
from .models import Notification
from .models.notification import NotificationQuerySet

KINDS = ("reminders", "news")


class Tab(NamedTuple):
    """One of the views above the list."""

    label: str
    href: str
    current: bool
    number: int | None


class Row(NamedTuple):
    """A message as the list shows it."""

    pk: int
    subject: str
    text: str
    kind: str
    signal: str
    icon: str
    urgent: bool
    unread: bool
    when: str


class InboxFilter:
    """state (unread or all), kind, urgent, q of the address; nonsense is no condition."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        asked = request.GET
        self.user = user
        self.state = "unread" if asked.get("state") == "unread" else ""
        self.kind = asked["kind"] if asked.get("kind") in KINDS else ""
        self.urgent = "1" if asked.get("urgent") == "1" else ""
        self.q = asked.get("q", "").strip()[:100]

    def rows(self) -> NotificationQuerySet:
        """The messages asked for, the latest first."""
        found = Notification.objects.visible_to(self.user)
        if self.state:
            found = found.unread()
        if self.kind == "reminders":
            found = found.filter(kind__in=(DIGEST, URGENT))
        elif self.kind == "news":
            found = found.exclude(kind__in=(DIGEST, URGENT))
        if self.urgent:
            found = found.filter(urgent=True)
        return found.matching(self.q) if self.q else found

    def query(self, **changed: str) -> str:
        """The query string of the same list with something changed; an empty value takes it off."""
        values = {"state": self.state, "kind": self.kind, "urgent": self.urgent, "q": self.q} | changed
        return "?" + urlencode({name: value for name, value in values.items() if value})

    def tabs(self, unread: int) -> list[Tab]:
        """All, unread, reminders, news, urgent."""
        plain = {"state": "", "kind": "", "urgent": ""}
        views = [
            (_("All"), {}, None),
            (_("Unread"), {"state": "unread"}, unread),
            (_("Reminders"), {"kind": "reminders"}, None),
            (_("News"), {"kind": "news"}, None),
            (_("Urgent"), {"urgent": "1"}, None),
        ]
        mine = {"state": self.state, "kind": self.kind, "urgent": self.urgent}
        return [
            Tab(label, self.query(**(plain | values)), mine == plain | values, number)
            for label, values, number in views
        ]

    def chips(self) -> list[tuple[str, str]]:
        """The search as a condition that can be taken off."""
        return [(f"“{self.q}”", self.query(q=""))] if self.q else []


def kind_words(message: Notification) -> str:
    """What sort of message it is."""
    if message.kind == DIGEST:
        return _("Daily digest")
    return _("Urgent reminder") if message.kind == URGENT else _("News item")


def row_of(message: Notification) -> Row:
    """A message's row."""
    reminder = message.kind in (DIGEST, URGENT)
    signal, icon = ("over", "s-over") if message.urgent else ("soon", "s-soon") if reminder else ("sent", "i-bell")
    return Row(
        pk=message.pk,
        subject=texts.subject_of(message),
        text=texts.text_of(message),
        kind=kind_words(message),
        signal=signal,
        icon=icon,
        urgent=message.urgent,
        unread=message.read_at is None,
        when=formats.moment(timezone.localtime(message.created_at)),
    )


def sheet_of(messages: Iterable[Notification], note: str) -> Sheet:
    """The list as a sheet."""
    heads = [(_("When"), 20), (_("Kind"), 12), (_("Subject"), 50), (_("Text"), 60), (_("Read"), 20)]
    return Sheet(_("Messages"), [Column(head, width) for head, width in heads], map(_cells, messages), note)


def _cells(message: Notification) -> list[Any]:
    row = row_of(message)
    read = formats.moment(timezone.localtime(message.read_at)) if message.read_at else ""
    return [row.when, row.kind, row.subject, row.text, read]
