"""How far an assignment is, against an even pace from its start to its deadline."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from math import ceil
from typing import NamedTuple

from django.utils.translation import gettext as _

from lib import formats

from .models import Assignment, ProgressEntry

WEEKS = 4  # the stretch that tells the present speed


class Pace(NamedTuple):
    """The bar of a page: what is done, what the plan expects today, and a sentence that says what follows."""

    percent: float
    expected: float
    behind: str
    forecast: str


def _behind(assignment: Assignment, today: datetime.date) -> Decimal:
    """What is missing to an even pace today, in the target's unit or in percent; 0 or less when in time."""
    expected = Decimal(str(assignment.expected_percent(today)))
    if assignment.target:
        return Decimal(int(assignment.target * expected / 100)) - assignment.quantity
    return Decimal(int(expected)) - assignment.percent


def behind_words(assignment: Assignment, today: datetime.date) -> str:
    """比计划少 49 家 for an open row that is not yet overdue and clearly behind; otherwise empty."""
    if not assignment.is_open or assignment.due_on is None or assignment.due_on < today:
        return ""
    missing = _behind(assignment, today)
    if missing <= 0 or missing * 20 < (assignment.target or 100):  # less than a twentieth is no news
        return ""
    if assignment.target:
        amount = formats.amount(missing, assignment.task.unit)
        return _("%(amount)s behind plan") % {"amount": amount}
    return _("%(percent)s%% behind plan") % {"percent": formats.number(missing)}


def percent_of(assignment: Assignment) -> float:
    """The bar's length: by quantity where there is a target, with one decimal; otherwise as logged."""
    if not assignment.target:
        return float(assignment.percent)
    return float(min(Decimal(100), round(100 * assignment.quantity / assignment.target, 1)))


def pace_of(assignment: Assignment, entries: Iterable[ProgressEntry], today: datetime.date) -> Pace:
    """The bar and its sentence; `entries` are all of the assignment's."""
    due_on = assignment.due_on
    running = assignment.done_on is None and not assignment.is_complete and due_on is not None and due_on >= today
    expected = round(assignment.expected_percent(today), 1) if running else 0.0
    forecast = _forecast(assignment, entries, today) if running else ""
    return Pace(percent_of(assignment), expected, behind_words(assignment, today), forecast)


def _forecast(assignment: Assignment, entries: Iterable[ProgressEntry], today: datetime.date) -> str:
    """Today's plan, the speed of the last four weeks, when it ends at that speed, and what is needed."""
    target, due_on, unit = assignment.target, assignment.due_on, assignment.task.unit
    missing = assignment.remaining
    if not target or due_on is None or not missing:
        return _("The upright mark is an even pace from start to deadline.")
    planned = int(float(target) * assignment.expected_percent(today) / 100)
    sentences = [
        _("The upright mark is an even pace from start to deadline."),
        _("By plan %(amount)s today.") % {"amount": formats.amount(planned, unit)},
    ]
    since = today - datetime.timedelta(weeks=WEEKS)
    weekly = sum((e.quantity for e in entries if since < e.happened_on <= today), Decimal(0)) / WEEKS
    needed = ceil(missing * 7 / max(1, (due_on - today).days))
    if weekly > 0:
        ends_on = today + datetime.timedelta(days=min(3650, ceil(missing * 7 / weekly)))
        late = (ends_on - due_on).days
        speed = formats.amount(round(weekly) or round(weekly, 1), unit)
        text = _("%(speed)s a week lately; at that speed done on %(day)s.") % {
            "speed": speed, "day": formats.short_day(ends_on, due_on.year),
        }  # fmt: skip
        sentences.append(text)
        if late <= 0:
            return _joined(sentences)
    sentences.append(_("In time with %(amount)s a week.") % {"amount": formats.amount(needed, unit)})
    return _joined(sentences)


def _joined(sentences: list[str]) -> str:
    """One after the other, with a blank between them where the language wants one."""
    return ("" if formats.is_chinese() else " ").join(sentences)
