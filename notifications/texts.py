"""Messages in words: stages, subjects and texts with their params, in the active language."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import formats

from . import subjects
from .models import Notification
from .rungs import BEFORE, Rung


def stage_words(subject: str, code: str) -> str:
    """A rung in words: 到期前 7 天, 到期当日, 逾期 5 个工作日; 待审 5 个工作日 where something waits for a decision."""
    rung = Rung.parse(code)
    n = {"n": rung.offset}
    if rung.side == BEFORE:
        if rung.offset == 0:
            return _("on the day itself")
        return ngettext("%(n)s day before", "%(n)s days before", rung.offset) % n
    if is_waiting(subject):
        return ngettext("waiting for %(n)s working day", "waiting for %(n)s working days", rung.offset) % n
    return ngettext("overdue by %(n)s working day", "overdue by %(n)s working days", rung.offset) % n


def is_waiting(subject: str) -> bool:
    """Whether things of this subject wait for a decision, so that their day is a beginning and no deadline."""
    known = subjects.of(subject)
    return known is not None and BEFORE not in known.sides


def subject_of(message: Notification) -> str:
    """The subject in the active language."""
    return _filled(message.subject, message.params)


def text_of(message: Notification) -> str:
    """The text in the active language; an empty one stays empty."""
    return _filled(message.text, message.params)


def _filled(message_id: str, params: dict[str, Any]) -> str:
    """The message with its params; what does not fit (an old row, a changed message) is shown as it stands."""
    if not message_id:
        return ""
    text = _(message_id)
    try:
        return text % {name: shown(value) for name, value in params.items()}
    except (KeyError, TypeError, ValueError):
        return text


def shown(value: Any) -> str:
    """A param as the reader's language writes it: ISO days as dates, numbers grouped, texts as they are."""
    if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
        try:
            return formats.day(datetime.date.fromisoformat(value))
        except ValueError:
            return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return formats.number(value)
