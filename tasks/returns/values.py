"""The cells of a return: texts, amounts, rates, yes and no. No guess is made.

The rules are those of samples/README.md: a rate in a percent cell counts times 100, so does a plain number up to 1;
a larger number is a percentage already; 已完成 is 100; 约 is dropped; 万 multiplies.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from lib.sheets.read import Broken, Cell, Percent
from tasks.imports import cells
from tasks.imports.faults import CellError

LONGEST = 2000  # characters of a text
_NONE = {"", "无", "无。", "暂无", "没有", "—", "——", "-", "--", "/", "／"}
_YES = {"是", "√", "✓", "✔", "☑", "已完成", "完成", "已办结", "办结", "对", "y", "yes", "true", "1"}
_NO = {
    "否", "×", "✗", "✘", "☐", "x", "未完成", "没有完成", "未办结", "没有", "进行中", "推进中", "n", "no", "false", "0",
}  # fmt: skip
_SO_FAR = re.compile("^(?:累计|已完成|已|共|合计|完成)+")
_RATE = re.compile(r"^(?:约|大约|近|达|达到|已完成|完成)?([+-]?\d+(?:\.\d+)?)\s*(%)?(?:左右)?$")


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

    def as_json(self) -> dict[str, Any]:
        """The same as plain values: 156, 47.8."""
        numbers = {key: None if value is None else cells.plain(value)
                   for key, value in (("completed", self.completed), ("rate", self.rate))}  # fmt: skip
        return self._asdict() | numbers


def said(row: Mapping[str, Cell]) -> tuple[Said, list[CellError]]:
    """The row's values, and what is wrong with single cells; a wrong cell counts as blank."""
    faults: list[CellError] = []

    def value(field: str, read: Callable[[Cell], Any]) -> Any:
        cell = row.get(field)
        try:
            if isinstance(cell, Broken):
                raise CellError("formula_unsaved" if cell == "=" else "cell_broken", str(cell))
            return read(cell)
        except CellError as error:
            error.field = field
            faults.append(error)
            return None

    found = Said(
        progress=value("progress", words),
        completed=value("completed", lambda cell: amount(cell, row.get("target"))),
        rate=value("rate", rate),
        problems=value("problems", words),
        next_steps=value("next_steps", words),
        done=value("done", yes),
        note=value("note", words),
    )
    return found, faults


def words(cell: Cell) -> str | None:
    """A text; 无 and dashes are none. Raises CellError."""
    written = cells.text(cell)
    if len(written) > LONGEST:
        raise CellError("text_too_long", None, length=len(written), limit=LONGEST)
    return None if written in _NONE else written


def amount(cell: Cell, goal: Cell = None) -> Decimal | None:
    """The amount done: 156, 156家, 累计0.31万, a percent cell, a share of a goal in percent. Raises CellError."""
    if isinstance(cell, str):
        cell = _SO_FAR.sub("", cells.text(cell))
    try:
        found = None if isinstance(cell, bool) else cells.target(cell, None)
    except CellError as error:
        raise CellError("completed_not_number", error.value) from error
    if found is None:
        return None
    plain = isinstance(cell, int | float) and not isinstance(cell, Percent)
    return found.value * 100 if plain and 0 < found.value <= 1 and cells.text(goal).endswith("%") else found.value


def rate(cell: Cell) -> Decimal | None:
    """The percentage that was reached; raises CellError for words other than 已完成."""
    if cell in (None, "") or isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or cell < 0:
            raise CellError("rate_not_number", cells.text(cell))
        times = 100 if isinstance(cell, Percent) or cell <= 1 else 1
        return Decimal(str(round(cell * times, 4)))
    written = cells.text(cell)
    if written in _NONE:
        return None
    if written == "已完成":
        return Decimal(100)
    found = _RATE.match(written)
    if isinstance(cell, datetime.date) or found is None or float(found[1]) < 0:
        raise CellError("rate_not_number", written)
    number = Decimal(found[1])
    return number * 100 if not found[2] and number <= 1 else number


def yes(cell: Cell) -> bool | None:
    """是, √, 已完成; 否, 未完成; nothing. Never inferred from the rate. Raises CellError."""
    written = cells.text(cell).lower().strip("。.")
    if written in {"", "—", "-", "/"}:
        return None
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise CellError("done_unclear", cells.text(cell))


def percent(found: Decimal | None) -> int | None:
    """Whole percent, never rounded up: 99.6 % is not done, and 52.9 % is what 2380 of 4500 come to: 52."""
    return None if found is None else min(100, int(found))
