"""What a row of assignments shows, as strings prepared once.

Localizing dates and numbers inside a template costs three times as much as preparing them here.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import formats
from lib.templatetags.ui import sig

from .models import Assignment
from .states import AssignmentState, Signal, UnitRole


class LedgerRow(NamedTuple):
    """One assignment, ready to print. `signal` is the mark with its words."""

    pk: int
    href: str
    task_id: int
    number: str
    task_words: str
    title: str
    point: str
    point_title: str
    unit: str
    unit_title: str
    role: str
    period: str
    due: str
    signal: SafeString
    amount: str
    percent: int
    progress: str
    last: str


def signal_words(assignment: Assignment, today: datetime.date) -> tuple[Signal, str]:
    """The signal and what stands beside it in lists: 逾期 20 天, 还有 10 天, 待审核, 退回 · 逾期 41 天."""
    signal = assignment.signal(today)
    left = assignment.days_left(today)
    if assignment.state == AssignmentState.CANCELLED:
        return Signal.NONE, str(AssignmentState.CANCELLED.label)
    if signal in (Signal.BACK, Signal.HEAD) and left is not None and left < 0:
        words = {"signal": str(signal.label), "overdue": days_words(left)}
        return signal, _("%(signal)s · %(overdue)s") % words
    if signal in (Signal.OVER, Signal.SOON, Signal.OK, Signal.NONE):
        return signal, days_words(left)
    return signal, str(signal.label)


def days_words(left: int | None) -> str:
    """Days to a deadline in words, negative when overdue: 还有 10 天, 今天到期, 逾期 3 天, 无时限."""
    if left is None:
        return _("No deadline")
    if left == 0:
        return _("Due today")
    if left < 0:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -left) % {"days": formats.number(-left)}
    return ngettext("%(days)s day left", "%(days)s days left", left) % {"days": formats.number(left)}


def amount_words(assignment: Assignment) -> str:
    """Quantity of target with the unit: 312 / 450 家; a dash without a target."""
    if assignment.target is None:
        return "—"
    done, target = formats.number(assignment.quantity), formats.number(assignment.target)
    return f"{done} / {target} {assignment.task.unit}".rstrip()


def ledger_rows(assignments: Iterable[Assignment], year: int, today: datetime.date) -> list[LedgerRow]:
    """The rows of a table; `year` is the plan's, within which dates go without their year.

    Needs task, organization and work_point on each assignment (`for_list()`).
    """
    roles = {role.value: str(role.label) for role in UnitRole}
    address = reverse("assignment", kwargs={"pk": 0})
    task_number = _("Task %(number)s")
    percent_done = _("%(percent)s%% done")
    found = []
    for one in assignments:
        signal, words = signal_words(one, today)
        found.append(
            LedgerRow(
                pk=one.pk,
                href=address.replace("/0/", f"/{one.pk}/"),
                task_id=one.task_id,
                number=one.task.number,
                task_words=task_number % {"number": one.task.number} if one.task.number else "",
                title=one.task.title,
                point=formats.ordinal(one.work_point.number),
                point_title=one.work_point.title,
                unit=one.organization.label,
                unit_title=one.organization.name,
                role=roles[one.role],
                period=formats.period(one.period),
                due=formats.short_day(one.due_on, year) or "—",
                signal=sig(signal.value, words),
                amount=amount_words(one),
                percent=one.percent,
                progress=percent_done % {"percent": one.percent},
                last=formats.short_day(one.last_progress_on, year) or "—",
            )
        )
    return found
