"""What a progress entry must look like; the form and the action ask the same rules."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lib import formats

from .models import Assignment

MAX_QUANTITY = Decimal("999999999999")
# Units of measure that are counted one by one; others (%, 万元, 公里) may have decimals.
_ONE_BY_ONE = "家 个 人 次 人次 户 名 台 套 份 件 处 所 项 场 期 条 座 辆 起 张 篇 部 家次 场次 课时"
COUNTED = frozenset(_ONE_BY_ONE.split())


def what_missing() -> str:
    """The words for an entry that says nothing."""
    return _("Say in a sentence what was done.")


def percent_after(assignment: Assignment, added: Decimal, percent: int | None) -> int:
    """The percentage after an entry: as typed, otherwise what follows from the target, otherwise as before."""
    if percent is not None:
        return percent
    if not assignment.target:
        return assignment.percent
    return int(min(Decimal(100), max(Decimal(0), 100 * (assignment.quantity + added) / assignment.target)))


def faults(
    assignment: Assignment,
    *,
    today: datetime.date,
    happened_on: datetime.date | None = None,
    quantity: Decimal | None = None,
    percent: int | None = None,
) -> dict[str, str]:
    """What is wrong, by field, with what to enter instead; None values are not looked at."""
    found = {}
    if happened_on is not None:
        found["happened_on"] = _date_fault(assignment, happened_on, today)
    if quantity is not None:
        found["quantity"] = _quantity_fault(assignment, quantity)
    if percent is not None:
        found["percent"] = _percent_fault(assignment, quantity, percent)
    return {field: text for field, text in found.items() if text}


def _date_fault(assignment: Assignment, day: datetime.date, today: datetime.date) -> str:
    if day > today:
        return _("%(day)s lies in the future. Enter the day on which it was done, today at the latest.") % {
            "day": formats.day(day)
        }
    if day < assignment.starts_on:
        return _("This assignment starts on %(start)s. Enter that day or a later one.") % {
            "start": formats.day(assignment.starts_on)
        }
    return ""


def _quantity_fault(assignment: Assignment, quantity: Decimal) -> str:
    if quantity < 0:
        return _("The quantity adds to what was done, so it cannot be negative. Enter 0 or more.")
    if assignment.quantity + quantity > MAX_QUANTITY:
        return _("This number is too large. Enter what was done this time.")
    whole = quantity.to_integral_value()
    if assignment.task.unit in COUNTED and quantity != whole:
        low = int(quantity)
        return _("A number of %(unit)s is a whole number. Enter %(low)s or %(high)s.") % {
            "unit": assignment.task.unit,
            "low": formats.number(low),
            "high": formats.number(low + 1),
        }
    return ""


def _percent_fault(assignment: Assignment, quantity: Decimal | None, percent: int) -> str:
    if not 0 <= percent <= 100:
        return _("Enter a percentage from 0 to 100.")
    total = assignment.quantity + (quantity or Decimal(0))
    if percent == 100 and assignment.target and total < assignment.target:
        return _("100%% is reached with %(target)s; with this entry it is %(total)s. Enter less than 100.") % {
            "target": formats.amount(assignment.target, assignment.task.unit),
            "total": formats.amount(total, assignment.task.unit),
        }
    return ""
