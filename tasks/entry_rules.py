"""What a progress entry must look like; the form and the action ask the same rules."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lib import formats

from .models import Assignment
from .told import Details, TellableError

MAX_QUANTITY = Decimal("999999999999")
# Units of measure that are counted one by one; others (%, 万元, 公里) may have decimals.
_ONE_BY_ONE = "家 个 人 次 人次 户 名 台 套 份 件 处 所 项 场 期 条 座 辆 起 张 篇 部 家次 场次 课时"
COUNTED = frozenset(_ONE_BY_ONE.split())


def words(code: str, details: Details) -> str:
    """A rule in the reader's language: what is wrong, and what to enter instead."""
    match code:
        case "entry_empty":
            return _("Say in a sentence what was done.")
        case "entry_future":
            text = _("%(day)s lies in the future. Enter the day on which it was done, today at the latest.")
            return text % {"day": _day(details["day"])}
        case "entry_early":
            text = _("This assignment starts on %(start)s. Enter that day or a later one.")
            return text % {"start": _day(details["start"])}
        case "entry_negative":
            return _("The quantity adds to what was done, so it cannot be negative. Enter 0 or more.")
        case "entry_too_large":
            return _("This number is too large. Enter what was done this time.")
        case "entry_not_whole":
            low = int(details["low"])
            return _("A number of %(unit)s is a whole number. Enter %(low)s or %(high)s.") % {
                "unit": details["unit"],
                "low": formats.number(low),
                "high": formats.number(low + 1),
            }
        case "entry_percent":
            return _("Enter a percentage from 0 to 100.")
        case "entry_target":
            return _("100%% is reached with %(target)s; with this entry it is %(total)s. Enter less than 100.") % {
                "target": formats.amount(Decimal(details["target"]), details["unit"]),
                "total": formats.amount(Decimal(details["total"]), details["unit"]),
            }
    raise KeyError(code)


def _day(iso: str) -> str:
    return formats.day(datetime.date.fromisoformat(iso))


def _refusal(code: str, **details: str | int) -> TellableError:
    return TellableError(code, details, words)


def what_missing() -> TellableError:
    """For an entry that says nothing."""
    return _refusal("entry_empty")


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
) -> dict[str, TellableError]:
    """What is wrong, by field, with what to enter instead; None values are not looked at."""
    found: dict[str, TellableError | None] = {}
    if happened_on is not None:
        found["happened_on"] = _date_fault(assignment, happened_on, today)
    if quantity is not None:
        found["quantity"] = _quantity_fault(assignment, quantity)
    if percent is not None:
        found["percent"] = _percent_fault(assignment, quantity, percent)
    return {field: error for field, error in found.items() if error is not None}


def _date_fault(assignment: Assignment, day: datetime.date, today: datetime.date) -> TellableError | None:
    if day > today:
        return _refusal("entry_future", day=day.isoformat())
    if day < assignment.starts_on:
        return _refusal("entry_early", start=assignment.starts_on.isoformat())
    return None


def _quantity_fault(assignment: Assignment, quantity: Decimal) -> TellableError | None:
    if quantity < 0:
        return _refusal("entry_negative")
    if assignment.quantity + quantity > MAX_QUANTITY:
        return _refusal("entry_too_large")
    if assignment.task.unit in COUNTED and quantity != quantity.to_integral_value():
        return _refusal("entry_not_whole", unit=assignment.task.unit, low=int(quantity))
    return None


def _percent_fault(assignment: Assignment, quantity: Decimal | None, percent: int) -> TellableError | None:
    if not 0 <= percent <= 100:
        return _refusal("entry_percent")
    total = assignment.quantity + (quantity or Decimal(0))
    if percent == 100 and assignment.target and total < assignment.target:
        unit = assignment.task.unit
        return _refusal("entry_target", target=str(assignment.target), total=str(total), unit=unit)
    return None
