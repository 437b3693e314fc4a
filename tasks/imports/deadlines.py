"""Deadlines as an office writes them: 2017.9.30, 6月底前, 第三季度, 每月, 6月底、11月底, 4月至12月, 长期坚持.

前, 底 and 末 change nothing: a period means its last day, and 10月15日前 includes the 15th.
"""

from __future__ import annotations

import datetime
import re
from typing import Any, NamedTuple

from lib import periods
from lib.sheets.read import Cell

from .cells import chinese_number, text
from .faults import CellError

DATE, MONTHLY, QUARTERLY, YEARLONG, ONGOING = "date", "monthly", "quarterly", "yearlong", "ongoing"
Day = datetime.date
_EPOCH = Day(1899, 12, 30)  # day 0 of Excel
_FIRST_YEAR, _LAST_YEAR = 2000, 2100  # a day outside is a slip of the pen, or of the cell's format
_TAIL = r"(?:份?[底末])?(?:之?前|以前|止)?"
_YEAR = r"(?:(?P<year>\d{4})年)?"
_ISO = re.compile(r"(?P<year>\d{4})[-./年](?P<month>\d{1,2})[-./月](?P<day>\d{1,2})[日号]?" + _TAIL)
_POINTS = [
    _ISO,
    re.compile(r"(?P<year>20\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)" + _TAIL),
    re.compile(_YEAR + r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]" + _TAIL),
    re.compile(r"(?P<month>\d{1,2})[./](?P<day>\d{1,2})[日号]?(?:之?前|以前)"),
    re.compile(_YEAR + r"(?P<month>\d{1,2})月(?:份)?(?!初|中(?!旬|下))(?P<third>[上中下]旬)?" + _TAIL),
    re.compile(r"(?P<year>\d{4})[-./](?P<month>\d{1,2})(?![\d.])" + _TAIL),
    re.compile(_YEAR + r"第?(?P<quarter>[一二三四1-4])季度?" + _TAIL),
    re.compile(_YEAR + r"(?P<half>[上下])半年度?" + _TAIL),
    re.compile(r"(?:(?P<year>\d{4})年{0,2}|全?年)度?(?P<end>[内底末])(?:之?前|以前)?"),
    re.compile(r"(?P<year>\d{4})年度?"),
]
_WORDS = re.compile(r"(?!.*(?:季度|半年|年底|年内|年末|月|\d))[（(]?[\u4e00-\u9fff“”《》]*[)）]?$")
_JOINTS = re.compile(r"至|到|—+|–|―|-|~|～|－")
_AFTERWARDS = r"(?!.*(?:半年|年底|年内|年末|月))[\u4e00-\u9fff]{0,10}$"
_MONTHLY = re.compile(
    r"^(?:[每逐按各]个?月度?|月度)(?:份)?(?:(?P<day>\d{1,2})[日号]|(?P<third>[上中下])旬)?" + _TAIL + r"(?:[一\d]次)?"
    + _AFTERWARDS
)  # fmt: skip
_QUARTERLY = re.compile(
    r"^(?:[每逐按各]个?季度?|季度)(?:(?P<month>首|末|最后一?个?|第[一二三1-3]个)月(?:(?P<day>\d{1,2})[日号])?)?" + _TAIL
    + r"(?:[一\d]次)?" + _AFTERWARDS
)  # fmt: skip
_HALF_YEARLY = re.compile(
    r"^(?:[每逐按各]个?半年度?|半年度?|每年[两二2]次)(?:[一1]次)?" + _TAIL + "[\u4e00-\u9fff]{0,6}$"
)
_YEARLONG = re.compile(r"^(?:贯穿)?(?:\d{4}年)?全年度?(?:持续|推进|开展|实施|坚持|落实|贯穿|进行|完成|组织)*$")
_YEARLONG_TO = re.compile(r"^全年度?[（(]至(?P<day>.+)[)）]$")  # as the annex writes one that ends before December
_ONGOING = re.compile(
    r"^(?:(?:长期|常年|常态化?|持续|经常性|日常|长效|不间断|始终)"
    r"(?:坚持|推进|开展|实施|落实|执行|进行|保持|抓好|性|化)*(?:工作)?[、，,；;和]?)+$"
)
_BLANK = {"", "—", "——", "–", "-", "--", "/", "\\", "无"}
_STARTED = {"已启动", "已开始", "已开展", "已实施", "正在进行", "正在开展", "已完成", "持续", "长期"}
_AT_ONCE = re.compile(r"^(?:即日|即刻|印发之日|发文之日|发布之日|自?即日)(?:起|开始)?")
_DIGITS = {**{char: str(value) for value, char in enumerate("〇一二三四五六七八九")}, "零": "0", "○": "0", "Ｏ": "0"}
_PREFIX = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,6}[:：])?"
    r"(?:于|在|至|到|截至|截止到?|力争|争取|确保|原则上|不迟于|不晚于|最迟|预计|计划|应于|须于|应当?在|约)*"
    r"(?=[\d年上下第全一二三四每])"
)
_MONTH_OF_QUARTER = {
    "首": 1, "第一个": 1, "第1个": 1, "第二个": 2, "第2个": 2, "第三个": 3, "第3个": 3,
    "末": 3, "最后一个": 3, "最后一": 3, "最后个": 3, "最后": 3,
}  # fmt: skip
_DAY_OF_THIRD = {"上": 10, "中": 20, "下": 31}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def normalized(cell: Cell) -> str:
    """The phrase in the spelling that the patterns know: 二〇一七年十二月底 → 2017年12月底, Q3 → 第3季度."""
    written = re.sub(r"(?<=\d)[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$", "", text(cell)[:100])
    written = re.sub(r"[\s\u3000\u00a0]", "", written).strip("。.;；，,、")
    written = re.sub(
        r"[二][〇零○Ｏ0]([一二三四五六七八九〇零○0-9])([一二三四五六七八九〇零○0-9])(?=年)",
        lambda found: "20" + "".join(_DIGITS.get(char, char) for char in found.groups()),
        written,
    )
    written = re.sub(r"[一二三四五六七八九十]{1,3}(?=[月日号](?!次))", _arabic, written)
    written = re.sub(r"(?<!\d)([12]\d)年(?=\d|[底末内第上下全一二三四])", r"20\1年", written)
    written = re.sub(r"(?:今|本|当)年度?(?=年|\d|[上下第全一二三四])", "", written)
    written = re.sub(r"(?:今|本|当)年度?", "年", written)
    written = re.sub(r"[Qq]([1-4])|([1-4])[Qq]", lambda found: f"第{found[1] or found[2]}季度", written)
    without = re.sub(r"[（(][^（）()\d月季年]*[)）]$", "", written)
    return _PREFIX.sub("", without, count=1)


def _arabic(found: re.Match[str]) -> str:
    value = chinese_number(found[0])
    return found[0] if value is None else str(value)


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


def _plausible(day: Day, cell: Cell) -> Day:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise CellError("date_invalid", text(cell))
    return day


class Reader:
    """Reads the phrases of one plan; the plan's year and date give what a phrase leaves out."""

    def __init__(self, year: int, issued_on: Day) -> None:
        self.year = year
        self.issued_on = issued_on
        self._known: dict[Cell, Deadline | None] = {}
        self._starts: dict[Cell, Day | None] = {}

    def deadline(self, cell: Cell) -> Deadline | None:
        """The deadline, or None for a blank cell; raises CellError. A list repeats few phrases: each is read once."""
        if cell not in self._known:
            self._known[cell] = self._deadline(cell)
        return self._known[cell]

    def _deadline(self, cell: Cell) -> Deadline | None:
        day = self._day_of_cell(cell)
        if day is not None:
            return Deadline(DATE, (day,))
        written = normalized(cell)
        if written in _BLANK:
            return None
        found = self._recurring(written) or self._single(written) or self._range(written) or self._several(written)
        if found is None or not found.dates:
            raise CellError("date_invalid", text(cell))
        return found

    def start(self, cell: Cell) -> Day | None:
        """The first day of what is written; None for a blank cell and for 已启动. Raises CellError."""
        if cell not in self._starts:
            self._starts[cell] = self._start(cell)
        return self._starts[cell]

    def _start(self, cell: Cell) -> Day | None:
        day = self._day_of_cell(cell)
        if day is not None:
            return day
        written = normalized(cell)
        if written in _BLANK | _STARTED:
            return None
        if _AT_ONCE.match(written):
            return self.issued_on
        if written in {"全年", "年初"}:
            return Day(self.year, 1, 1)
        written = re.sub(r"(?:起|开始|启动|开展|始)$", "", written)
        span = self._span(re.sub(r"(?<=月)初$", "上旬", written), cell)
        if span is None:
            raise CellError("date_invalid", text(cell))
        return span[0]

    def _day_of_cell(self, cell: Cell) -> Day | None:
        """The day of a date cell or of an Excel day number."""
        if isinstance(cell, datetime.date):
            day = cell.date() if isinstance(cell, datetime.datetime) else cell
        elif re.fullmatch(r"[2-7]\d{4}(?:\.\d+)?", written := text(cell)):
            day = _EPOCH + datetime.timedelta(days=int(float(written)))
        else:
            return None
        return _plausible(day, cell)

    def _recurring(self, written: str) -> Deadline | None:
        if _ONGOING.match(written):
            return Deadline(ONGOING, self._days(periods.quarters(self.year, self.issued_on)))
        if _YEARLONG.match(written):
            return Deadline(YEARLONG, (Day(self.year, 12, 31),))
        if found := _YEARLONG_TO.match(written):
            span = self._span(found["day"], written)
            return Deadline(YEARLONG, (span[1],)) if span else None
        if _HALF_YEARLY.match(written):
            return Deadline(DATE, (Day(self.year, 6, 30), Day(self.year, 12, 31)))
        if found := _MONTHLY.match(written):
            day = _DAY_OF_THIRD.get(found["third"] or "") or self._day_number(found["day"], written)
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
        """4月至12月, 4—10月, 即日起至12月底, 自4月1日起至12月31日止: the first joint with a point on either side."""
        for joint in _JOINTS.finditer(written):
            left, right = written[: joint.start()].lstrip("从自由"), written[joint.end() :]
            left = left.removesuffix("起").removesuffix("开始")
            if left.isdecimal() and len(left) < 3 and "月" in right:
                left += "月"
            start = self.issued_on if _AT_ONCE.match(left) else (self._span(left, written) or (None,))[0]
            end = self._span(right, written)
            if start is None or end is None:
                continue
            if end[1] < start:
                raise CellError("date_invalid", written)
            return Deadline(DATE, (end[1],), starts_on=start)
        return None

    def _several(self, written: str) -> Deadline | None:
        """6月底、11月底; 6、12月; 6月底前制定计划，11月底前完成."""
        for separators in ("[、，,；;和及与]|以及|并于|并在", "[、，,；;和及与/]"):
            spans = self._points_of([part for part in re.split(separators, written) if part], written)
            if spans:
                return Deadline(DATE, tuple(sorted({last for _first, last in spans})))
        return None

    def _points_of(self, parts: list[str], written: str) -> list[tuple[Day, Day]]:
        """Each part as a point in time; empty where one of them is none. A part without any figure is words."""
        found: list[tuple[Day, Day]] = []
        month = ""
        for position, part in enumerate(parts):
            if found and not re.search(r"[\d月季年旬]", part):
                continue
            if part.isdecimal() and any(re.match(r"\d{1,2}月(?!\d)", later) for later in parts[position + 1 :]):
                part += "月"
            elif month and re.match(r"\d{1,2}[日号]", part):
                part = month + part
            span = self._span(_PREFIX.sub("", part, count=1), written)
            if span is None:
                return []
            stated = re.match(r"(?:\d{4}年)?\d{1,2}月", part)
            month = stated[0] if stated else ""
            found.append(span)
        return found

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
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise ValueError(year)
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
