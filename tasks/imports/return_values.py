"""The cells of a return: amounts, rates, yes and no.

The rules are those of samples/README.md: a rate in a percent cell counts times 100, so does a plain number up to 1;
a larger number is a percentage already; 已完成 is 100; 约 is dropped; 万 multiplies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lib.sheets.read import Broken, Cell, Percent

from . import cells
from .faults import CellError

LONGEST = 2000  # characters of a text
_NONE = {"", "无", "无。", "暂无", "—", "——", "-", "/", "／"}
_YES = {"是", "√", "✓", "✔", "☑", "已完成", "完成", "已办结", "办结", "y", "yes", "true", "1"}
_NO = {"否", "×", "✗", "✘", "☐", "未完成", "未办结", "没有", "n", "no", "false", "0"}
_RATE = re.compile(r"^(?:约|大约|近|达|达到|已完成|完成)?([+-]?\d+(?:\.\d+)?)\s*(%)?(?:左右)?$")


def read_values(found: Mapping[str, Cell]) -> tuple[dict[str, Any], list[CellError]]:
    """The values of a row in the order of the command's JSON, and what is wrong with single cells."""
    errors: list[CellError] = []

    def value(field: str, read: Any) -> Any:
        cell = found.get(field)
        try:
            if isinstance(cell, Broken):
                raise CellError("formula_unsaved" if cell == "=" else "cell_broken", str(cell))
            return read(cell)
        except CellError as error:
            error.field = field
            errors.append(error)
            return None

    def words(cell: Cell) -> str | None:
        written = cells.text(cell)
        if len(written) > LONGEST:
            raise CellError("text_too_long", written, length=len(written), limit=LONGEST)
        return None if written in _NONE else written

    return {
        "number": cells.number(found.get("number")) or None,
        "progress": value("progress", words),
        "completed": value("completed", completed),
        "rate": value("rate", rate),
        "problems": value("problems", words),
        "next_steps": value("next_steps", words),
        "done": value("done", done),
        "note": value("note", words),
    }, errors


def completed(cell: Cell) -> float | int | None:
    """The amount that was done: 156, 156家, 0.31万, a percent cell of 20 %. Raises CellError."""
    try:
        found = cells.target(cell, None)
    except CellError as error:
        code = "completed_not_number" if error.code == "target_not_number" else error.code
        raise CellError(code, error.value) from error
    return None if found is None else cells.plain(found.value)


def rate(cell: Cell) -> float | int | None:
    """The percentage that was reached; raises CellError for words other than 已完成."""
    if isinstance(cell, bool) or cell in (None, ""):
        return None
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or cell < 0:
            raise CellError("rate_not_number", cells.text(cell))
        times = 100 if isinstance(cell, Percent) or cell <= 1 else 1
        return cells.plain(Decimal(str(round(cell * times, 4))))
    written = cells.text(cell)
    if written in _NONE:
        return None
    if written == "已完成":
        return 100
    found = _RATE.match(written)
    if found is None or float(found[1]) < 0:
        raise CellError("rate_not_number", written)
    number = Decimal(found[1])
    return cells.plain(number * 100 if not found[2] and number <= 1 else number)


def done(cell: Cell) -> bool | None:
    """是 or 否 in whatever spelling; anything else says nothing."""
    written = cells.text(cell).lower().strip("。.")
    return True if written in _YES else False if written in _NO else None
