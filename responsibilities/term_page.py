"""The history of holders as strings."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from .actions.terms import span_words
from .models import ResponsibilityItem


class TermRow(NamedTuple):
    """A term as the page shows it."""

    pk: int
    who: str
    post: str
    span: str
    note: str
    state: str
    signal: str
    withdrawn: bool
    ends_on: str


def rows_of(item: ResponsibilityItem, today: datetime.date) -> list[TermRow]:
    """All terms of the item's duty, latest first; one query."""
    found = []
    for term in item.duty.terms.select_related("person"):
        if term.withdrawn:
            state, signal = _("Withdrawn"), "none"
        elif term.holds_on(today):
            state, signal = _("Holds today"), "ok"
        elif term.starts_on is not None and term.starts_on > today:
            state, signal = _("To come"), "sent"
        else:
            state, signal = _("Ended"), "none"
        who = term.person.real_name if term.person else _("by post")
        ends = term.ends_on.isoformat() if term.ends_on else ""
        span = span_words(term.starts_on, term.ends_on)
        found.append(TermRow(term.pk, who, term.post, span, term.note, state, signal, term.withdrawn, ends))
    return found
