"""Deadlines as an office writes them: 2017.9.30, 6月底前, 第三季度, 每月, 6月底、11月底, 4月至12月, 长期坚持.

前, 底 and 末 change nothing: a period means its last day, and 10月15日前 includes the 15th.
"""

from __future__ import annotations

import datetime
import re
from typing import Any, NamedTuple

from lib import periods
from lib.sheets.read import Cell

from .cells import text
from .faults import CellError

DATE, MONTHLY, QUARTERLY, YEARLONG, ONGOING = "date", "monthly", "quarterly", "yearlong", "ongoing"
Day = datetime.date
_EPOCH = Day(1899, 12, 30)  # day 0 of Excel
_TAIL = r"(?:底|末)?(?:之?前|以前)?"
_YEAR = r"(?:(?P<year>\d{4})年)?"
_ISO = re.compile(r"(?P<year>\d{4})[-./年](?P<month>\d{1,2})[-./月](?P<day>\d{1,2})日?" + _TAIL)
_POINTS = [
    _ISO,
    re.compile(_YEAR + r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]" + _TAIL),
    re.compile(_YEAR + r"(?P<month>\d{1,2})月(?:份)?(?P<third>[上中下]旬)?" + _TAIL),
    re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})(?![\d])" + _TAIL),
    re.compile(_YEAR + r"第?(?P<quarter>[一二三四1-4])季度" + _TAIL),
    re.compile(_YEAR + r"(?P<half>[上下])半年" + _TAIL),
    re.compile(r"(?:(?P<year>\d{4})年?|全?年)(?P<end>内|底|末)(?:之?前|以前)?"),
]
_WORDS = re.compile(r"(?!.*(?:季度|半年|年底|年内|年末|月))[（(]?[\u4e00-\u9fff“”《》]*[)）]?$")
_RANGES = [
    re.compile(r"^(?P<left>.+?)(?:至|到)(?P<right>.+)$"),
    re.compile(r"^(?P<left>.+?)(?:—+|–|-|~|～)(?P<right>.+)$"),
]
_MONTHLY = re.compile(r"^每个?月(?:(?P<day>\d{1,2})[日号])?" + _TAIL + "$")
_QUARTERLY = re.compile(r"^每个?季度?(?:(?P<month>首|末|第[一二三]个)月(?:(?P<day>\d{1,2})[日号])?)?" + _TAIL + "$")
_ONGOING = {"长期坚持", "长期", "常态化", "持续推进", "长期推进", "长期坚持、常态化"}
_MONTH_OF_QUARTER = {"首": 1, "第一个": 1, "第二个": 2, "第三个": 3, "末": 3}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


class Deadline(NamedTuple):
    """What a deadline cell says. `dates` ascend; of a single deadline the last is due, earlier ones are milestones."""

    kind: str
    dates: tuple[Day, ...]
    due_day: int | None = None
    due_month: int | None = None
    starts_on: Day | None = None

    @property
    def due_on(self) -> Day | None:
        """The last day; None for what goes on."""
        return None if self.kind == ONGOING else self.dates[-1]

    def as_json(self) -> dict[str, Any]:
        """As the commands print it."""
        due_on = self.due_on
        return {
            "kind": self.kind,
            "due_on": due_on.isoformat() if due_on else None,
            "dates": [day.isoformat() for day in self.dates],
        }


class Reader:
    """Reads the phrases of one plan; the plan's year and date give what a phrase leaves out."""

    def __init__(self, year: int, issued_on: Day) -> None:
        self.year = year
        self.issued_on = issued_on
        self._known: dict[Cell, Deadline | None] = {}

    def deadline(self, cell: Cell) -> Deadline | None:
        """The deadline, or None for a blank cell; raises CellError. A list repeats few phrases: each is read once."""
        if cell not in self._known:
            self._known[cell] = self._deadline(cell)
        return self._known[cell]

    def _deadline(self, cell: Cell) -> Deadline | None:
        day = self._day_of_cell(cell)
        if day is not None:
            return Deadline(DATE, (day,))
        written = text(cell).replace(" ", "")
        if written in {"", "—", "-", "/"}:
            return None
        found = self._recurring(written) or self._single(written) or self._range(written) or self._several(written)
        if found is None or not found.dates:
            raise CellError("date_invalid", text(cell))
        return found

    def start(self, cell: Cell) -> Day | None:
        """The first day of what is written; None for a blank cell and for 已启动. Raises CellError."""
        day = self._day_of_cell(cell)
        if day is not None:
            return day
        written = text(cell).replace(" ", "")
        if written in {"", "—", "-", "/", "已启动", "已开始", "已开展"}:
            return None
        if written in {"即日起", "即日"}:
            return self.issued_on
        if written == "全年":
            return Day(self.year, 1, 1)
        span = self._span(written.removesuffix("起"), cell)
        if span is None:
            raise CellError("date_invalid", text(cell))
        return span[0]

    def _day_of_cell(self, cell: Cell) -> Day | None:
        """The day of a date cell or of an Excel day number."""
        if isinstance(cell, datetime.datetime):
            return cell.date()
        if isinstance(cell, datetime.date):
            return cell
        written = text(cell)
        if re.fullmatch(r"[2-7]\d{4}", written):
            return _EPOCH + datetime.timedelta(days=int(written))
        return None

    def _recurring(self, written: str) -> Deadline | None:
        if written in _ONGOING:
            return Deadline(ONGOING, self._days(periods.quarters(self.year, self.issued_on)))
        if written in {"全年", "全年度"}:
            return Deadline(YEARLONG, (Day(self.year, 12, 31),))
        if written in {"每半年", "每半年度"}:
            return Deadline(DATE, (Day(self.year, 6, 30), Day(self.year, 12, 31)))
        if found := _MONTHLY.match(written):
            day = self._day_number(found["day"], written)
            return Deadline(MONTHLY, self._days(periods.months(self.year, self.issued_on, day)), day)
        if found := _QUARTERLY.match(written):
            day, month = self._day_number(found["day"], written), _MONTH_OF_QUARTER.get(found["month"] or "")
            days = self._days(periods.quarters(self.year, self.issued_on, day, month))
            return Deadline(QUARTERLY, days, day, month)
        return None

    @staticmethod
    def _days(found: list[periods.Period]) -> tuple[Day, ...]:
        return tuple(period.due_on for period in found)

    @staticmethod
    def _day_number(written: str | None, phrase: str) -> int | None:
        if written is None:
            return None
        if not 1 <= int(written) <= 31:
            raise CellError("date_invalid", phrase)
        return int(written)

    def _single(self, written: str) -> Deadline | None:
        span = self._span(written, written)
        return Deadline(DATE, (span[1],)) if span else None

    def _range(self, written: str) -> Deadline | None:
        """4月至12月, 4—10月, 即日起至12月底."""
        found = next((hit for pattern in _RANGES if (hit := pattern.match(written))), None)
        if found is None:
            return None
        left = found["left"].removeprefix("从").removeprefix("自")
        if left.isdecimal() and "月" in found["right"]:
            left += "月"
        start = self.issued_on if left.startswith("即日") else (self._span(left, written) or (None,))[0]
        end = self._span(found["right"], written)
        if start is None or end is None:
            return None
        if end[1] < start:
            raise CellError("date_invalid", written)
        return Deadline(DATE, (end[1],), starts_on=start)

    def _several(self, written: str) -> Deadline | None:
        """6月底、11月底; 6月底前制定计划，11月底前完成."""
        spans = [self._span(part, written) for part in re.split("[、，,；;和及]", written) if part]
        if not spans or not all(spans):
            return None
        return Deadline(DATE, tuple(sorted({span[1] for span in spans if span})))

    def _span(self, written: str, cell: Cell) -> tuple[Day, Day] | None:
        """First and last day of one point in time; words after it (…前完成) are let pass."""
        for pattern in _POINTS:
            found = pattern.match(written)
            if found and _WORDS.match(written, found.end()):
                try:
                    return self._days_of(found.groupdict())
                except ValueError as error:
                    raise CellError("date_invalid", text(cell)) from error
        return None

    def _days_of(self, part: dict[str, str | None]) -> tuple[Day, Day]:
        year = int(part.get("year") or self.year)
        if part.get("day"):
            day = Day(year, int(part["month"] or 0), int(part["day"] or 0))
            return day, day
        if part.get("month"):
            month = int(part["month"] or 0)
            first, last = Day(year, month, 1), periods.last_day(year, month)
            match part.get("third"):
                case "上旬":
                    return first, first.replace(day=10)
                case "中旬":
                    return first.replace(day=11), first.replace(day=20)
                case "下旬":
                    return first.replace(day=21), last
            return first, last
        if part.get("quarter"):
            quarter = _QUARTERS[part["quarter"] or "1"]
            return Day(year, 3 * quarter - 2, 1), periods.last_day(year, 3 * quarter)
        if part.get("half"):
            early = part["half"] == "上"
            return Day(year, 1 if early else 7, 1), Day(year, 6, 30) if early else Day(year, 12, 31)
        return Day(year, 1, 1), Day(year, 12, 31)
