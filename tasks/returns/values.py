"""From the cells of a return to what the unit says: amounts, rates, yes and no. No guess is made."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import NamedTuple

from lib.sheets.read import Cell, Percent
from tasks.imports import cells

_NOTHING = {"", "—", "——", "-", "--", "/", "／", "无", "暂无", "没有"}
_NUMBER = re.compile(r"^(?:共|约|累计|已完成)?\s*([+-]?\d[\d,，]*(?: \d{3})*(?:\.\d+)?)\s*(万|亿)?\s*(%|\D*)$")
_TIMES = {"万": 10_000, "亿": 100_000_000, None: 1}
_YES = {"是", "√", "✓", "✔", "☑", "已完成", "完成", "已办结", "办结", "Y", "y", "YES", "Yes", "yes", "TRUE", "对"}
_NO = {
    "否",
    "×",
    "✗",
    "✘",
    "X",
    "x",
    "未完成",
    "没有完成",
    "未办结",
    "N",
    "n",
    "NO",
    "No",
    "no",
    "FALSE",
    "进行中",
    "推进中",
}
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")


class Said(NamedTuple):
    """What a row says; None where nothing stands there."""

    progress: str | None = None
    completed: Decimal | None = None
    rate: Decimal | None = None
    problems: str | None = None
    next_steps: str | None = None
    done: bool | None = None
    note: str | None = None

    @property
    def is_blank(self) -> bool:
        """Nothing that would be logged."""
        return all(value is None for value in self[:6])


def said(row: dict[str, Cell]) -> tuple[Said, list[tuple[str, str, str]]]:
    """The row's values, and (field, code, value) of the cells that say nothing that can be taken."""
    faults: list[tuple[str, str, str]] = []

    def taken(field: str, read: object, code: str) -> object:
        cell = row.get(field)
        try:
            return read(cell, row.get("goal"))  # type: ignore[operator]
        except ValueError:
            faults.append((field, code, cells.text(cell)))
            return None

    found = Said(
        progress=_text(row.get("progress")),
        completed=taken("completed", amount, "amount_not_number"),  # type: ignore[arg-type]
        rate=taken("rate", rate, "rate_not_number"),  # type: ignore[arg-type]
        problems=_text(row.get("problems")),
        next_steps=_text(row.get("next_steps")),
        done=taken("done", yes, "done_unclear"),  # type: ignore[arg-type]
        note=_text(row.get("note")),
    )
    return found, faults


def number(cell: Cell) -> str:
    """The number of the task."""
    return cells.number(cell)


def _text(cell: Cell) -> str | None:
    found = cells.text(cell)
    return None if found in _NOTHING else found


def amount(cell: Cell, goal: Cell = None) -> Decimal | None:
    """156, 156家, 0.31万, 3,412; a percentage where the goal is one. Raises ValueError."""
    if isinstance(cell, bool | datetime.date):
        raise ValueError
    if isinstance(cell, Percent):
        return _positive(Decimal(str(round(cell * 100, 6))))
    if isinstance(cell, int | float):
        share = cells.text(goal).endswith("%") and 0 < cell <= 1
        return _positive(Decimal(str(round(cell * 100 if share else cell, 6))))
    written = cells.text(cell)
    if written in _NOTHING:
        return None
    found = _NUMBER.match(written)
    if found is None:
        raise ValueError
    return _positive(Decimal(re.sub("[,， ]", "", found[1])) * _TIMES[found[2]])


def rate(cell: Cell, _goal: Cell = None) -> Decimal | None:
    """A percentage: 52%, 约30%, 已完成, a percent cell, a plain number (up to 1 it is a share). Raises ValueError."""
    if isinstance(cell, bool | datetime.date):
        raise ValueError
    if isinstance(cell, Percent):
        return _positive(Decimal(str(round(cell * 100, 6))))
    if isinstance(cell, int | float):
        return _positive(Decimal(str(round(cell * 100 if cell <= 1 else cell, 6))))
    written = cells.text(cell)
    if written in _NOTHING:
        return None
    if written in {"已完成", "完成", "全部完成"}:
        return Decimal(100)
    found = re.match(r"^(?:约|大约|近|达)?\s*(\d+(?:\.\d+)?)\s*(%?)$", written)
    if found is None:
        raise ValueError
    value = Decimal(found[1])
    return value * 100 if not found[2] and value <= 1 else value


def _positive(value: Decimal) -> Decimal:
    if not value.is_finite() or value < 0 or value >= cells.TARGET_LIMIT:
        raise ValueError
    return value


def yes(cell: Cell, _goal: Cell = None) -> bool | None:
    """是, √, 已完成; 否, 未完成; nothing. Never inferred from the rate. Raises ValueError."""
    written = cells.text(cell)
    if written in {"", "—", "-", "/"}:
        return None
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise ValueError


def day(value: object) -> datetime.date | None:
    """A day from a date cell or from words; None for anything else."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    found = _DAY.search(str(value or ""))
    try:
        return datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
