"""The lines of a digest or an urgent message: one per thing, with the stages said about it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import formats

from . import subjects
from .models import Audience, Notification, Reminder
from .rungs import AFTER, Rung
from .texts import is_waiting, stage_words


class Line(NamedTuple):
    """A thing as a message shows it. `stages` names the earlier ones that are said with the most severe one."""

    what: str
    unit: str
    link: str
    signal: str
    when: str
    deadline: str
    stages: str
    wording: str
    stand_in: bool


def of(message: Notification) -> list[Line]:
    """The lines, the most pressing thing first; the stages of one thing the most severe last. One query."""
    return of_rows(message, message.reminders.all())


def of_rows(message: Notification, rows: Iterable[Reminder]) -> list[Line]:
    """The same from rows that are loaded already."""
    things: dict[tuple[str, int, datetime.date], list[Reminder]] = {}
    for row in rows:
        things.setdefault((row.subject, row.about_id, row.due_on), []).append(row)
    ordered = sorted(things.values(), key=lambda said: (-max(_severity(row) for row in said), said[0].due_on))
    return [_line(message, said) for said in ordered]


def _severity(row: Reminder) -> int:
    return Rung.parse(row.stage).severity


def _line(message: Notification, said: list[Reminder]) -> Line:
    said = sorted(said, key=_severity)
    last = said[-1]
    left = (last.due_on - last.on).days
    over = Rung.parse(last.stage).side == AFTER or left < 0
    waits = is_waiting(last.subject)
    subject = subjects.of(last.subject)
    wordings = message.params.get("wordings", {})
    return Line(
        what=last.what,
        unit=last.unit,
        link=last.link,
        signal="sent" if waits else "over" if over else "soon",
        when=_when(left, waits),
        deadline=f"{subject.deadline_label if subject else _('Deadline')} {formats.day(last.due_on)}",
        stages=_("; ").join(stage_words(row.subject, row.stage) for row in said),
        wording=wordings.get(f"{last.subject} {last.stage}", ""),
        stand_in=any(row.audience == Audience.STAND_IN for row in said),
    )


def _when(left: int, waits: bool) -> str:
    """How it stood on the day the message was written."""
    n = {"n": formats.number(abs(left))}
    if waits:
        return ngettext("waits for %(n)s day", "waits for %(n)s days", abs(left)) % n
    if left == 0:
        return _("Due today")
    if left > 0:
        return ngettext("%(n)s day left", "%(n)s days left", left) % n
    return ngettext("Overdue by %(n)s day", "Overdue by %(n)s days", -left) % n
