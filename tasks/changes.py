"""What has happened since a day, as conditions on assignments: the ledger's parameter `change`.

Written `sent.2017-09-14`. For changes that deadline and day of completion alone cannot say; those have
their own parameters (due_from, done_from …).
"""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import formats

from .states import AssignmentState


class Event(models.TextChoices):
    """What can have happened."""

    SENT = "sent", gettext_lazy("Handed in, waiting for sign-off")
    BACK = "back", gettext_lazy("Sent back")
    NEW = "new", gettext_lazy("Newly begun")


_TEXT = re.compile(r"(sent|back|new)\.(\d{4}-\d\d-\d\d)")


class Change(NamedTuple):
    """An event and the first day that counts; it is open towards the future."""

    event: Event
    since: datetime.date

    def __str__(self) -> str:
        return f"{self.event.value}.{self.since:%Y-%m-%d}"

    @property
    def words(self) -> str:
        """In the active language: sent back, from 14 Sep 2017 on."""
        return _("%(event)s, from %(day)s on") % {"event": self.event.label, "day": formats.day(self.since)}

    def q(self, today: datetime.date) -> Q:
        """The rows meant; each condition is a range on an indexed day."""
        days = (self.since, today)
        match self.event:
            case Event.SENT:
                return Q(state=AssignmentState.SUBMITTED, done_on__range=days)
            case Event.BACK:
                return Q(state=AssignmentState.SENT_BACK, sent_back_on__range=days)
            case Event.NEW:
                return Q(starts_on__range=days)


def change_of(text: str) -> Change | None:
    """The change that a text means, or None."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    try:
        return Change(Event(found[1]), datetime.date.fromisoformat(found[2]))
    except ValueError:
        return None
