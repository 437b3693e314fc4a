"""Below a header: which rows mean a task, which are sections, totals or signatures, and where numbers restart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lib.sheets.read import Cell

from .cells import leading_number, number, squeezed, text

_FOOT = re.compile(
    r"^(?:[（(]?注\d{0,2}[:：、.]"
    r"|(?:合计|小计|总计|共计|累计|本页合计|本页小计|合计数)(?:[:：]|[（(]|$|\d|.{0,3}$)"
    r"|(?:说明|备注|附注|填表|填报|制表|审核|审批|签发|复核|联系人|单位负责人|主要负责人|分管领导|报送|经办)(?:$|.{0,6}[:：]|[（(]))"
)
_FORM = re.compile("填报|附件|附表|日期|时间[:：]|单位[:：]|（盖章）|密级")
_STYLES = (
    re.compile(r"^(?:第[一二三四五六七八九十]+[部项类章]|[一二三四五六七八九十]+[、.．，,\s])"),
    re.compile(r"^[（(][一二三四五六七八九十]+[)）]"),
    re.compile(r"^\d{1,2}[、.．，,]"),
)
_NUMERAL = re.compile(r"^[（(]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?$")
_ONES = re.compile(r"^0*1(?:[.\-—]0*1)*$")


def is_form_line(line: str) -> bool:
    """A line above a table that is no title: 附件1, 填报单位 …"""
    return bool(_FORM.search(line))


def is_foot(word: str) -> bool:
    """合计, 注：…, 填表人：… and the like."""
    return bool(_FOOT.match(re.sub(r"\s", "", word[:40])))


class Reader:
    """Goes through the rows of a table from above; knows the section it is in."""

    def __init__(self, named: Sequence[str], points: Mapping[str, int] | None, run: int = 0) -> None:
        """`named`: fields that make a row without a title a row; `points`: squeezed work points, None where the
        kind of sheet has no sections; `run`: the first run of numbers."""
        self.named = named
        self.points = points
        self.run = run
        self._point: Cell = None
        self._style: int | None = None
        self._moved = True  # a header or a section came since the last row
        self._last: tuple[Cell, int | None] = (None, None)
        self._seen: set[int] = set()

    def begin(self, first: bool) -> None:
        """Another header: numbers begin anew."""
        self.run += not first
        self._seen.clear()
        self._moved = True
        self._last = (None, None)

    def repeated(self) -> None:
        """The same header once more, as at the top of a page."""
        self._moved = True

    def title_above(self, row: Sequence[Cell]) -> None:
        """A line above the first header may name the work point of all that follows."""
        words = {text(cell) for cell in row} - {""}
        if len(words) == 1 and self.points and (point := self._official(word := words.pop())):
            self._point = word if leading_number(word) == point else str(point)

    def row(self, line: Sequence[Cell], places: Mapping[str, int]) -> dict[str, Cell] | None:
        """The cells of a task by field, its work point filled in from above; None for any other row."""
        values = {field: line[column] for field, column in places.items()}
        if self._plain_task(line, values):
            if self.points is not None:
                self._fill_point(values)
            self._count(values)
            return values
        words = list(dict.fromkeys(word for cell in line if cell not in (None, "") and (word := text(cell))))
        if not words or is_foot(words[0]):
            return None
        if not self._is_task(values, len(words)):
            if self.points is not None:
                self._section(words)
            return None
        if self.points is not None:
            if self._names_section(values, words):
                return None
            self._fill_point(values)
        self._count(values)
        return values

    def _plain_task(self, line: Sequence[Cell], values: Mapping[str, Cell]) -> bool:
        """The usual row, told without a closer look: a number first, a task, and somebody who does it."""
        first = next((cell for cell in line if cell not in (None, "")), None)
        if isinstance(first, str) and not first[:1].isdecimal():
            return False
        title = values.get("title")
        return type(title) is str and len(title) > 3 and any(len(str(values.get(f) or "")) > 1 for f in self.named)

    def _fill_point(self, values: dict[str, Cell]) -> None:
        written = values.get("work_point")
        if written not in (None, "") and text(written):
            self._point = written
        values["work_point"] = self._point

    def _is_task(self, values: Mapping[str, Cell], words: int) -> bool:
        """True for a row that means a task, even a faulty one."""
        named = any(values.get(field) not in (None, "") and text(values[field]) for field in self.named)
        if not text(values.get("title")):
            return named and words > 1
        if named:
            return True
        return words > 1 and bool(text(values.get("number")) or text(values.get("amount")) or words > 2)

    def _names_section(self, values: Mapping[str, Cell], words: Sequence[str]) -> bool:
        """A section spread over the columns of number and task: 一 | 积极开展…"""
        if len(words) > 2 or any(text(values.get(field)) for field in (*self.named, "amount", "work_point")):
            return False
        title = text(values.get("title"))
        point = self._official(title)
        if point is None:
            if len(words) == 2 and _NUMERAL.match(words[0]) and words[1] == title:
                self._section(words)
                return True
            return False
        self._set(f"{point}、{title}" if leading_number(title) is None else title)
        return True

    def _section(self, words: Sequence[str]) -> None:
        """A row of one cell, or of a numeral and a name."""
        if len(words) > 2 or (len(words) == 2 and not _NUMERAL.match(words[0])):
            return
        word = words[0] if len(words) == 1 else f"{words[0]}、{words[1]}"
        point = self._official(word)
        if point is not None:
            self._set(word if leading_number(word) == point else str(point))
            return
        if leading_number(word) is None:
            return
        style = next((rank for rank, pattern in enumerate(_STYLES) if pattern.match(word)), len(_STYLES))
        if self._style is None or style <= self._style:
            self._style = style
            self._set(word)

    def _set(self, point: str) -> None:
        self._point = point
        self._moved = True

    def _official(self, word: str) -> int | None:
        """The work point whose name this is, with or without a numeral before it."""
        bare = re.sub(r"^(?:第?[（(]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．,，：:\s项]*)", "", word)
        points = self.points or {}
        return points.get(squeezed(word)) or points.get(squeezed(bare))

    def _count(self, values: Mapping[str, Cell]) -> None:
        """A number that falls back to 1, or at all, in another section or below another header begins a new run."""
        written = number(values.get("number"))
        point, last = self._last
        digits = re.match(r"\d+", written)
        now = int(digits[0][:6]) if digits else None
        moved = self._moved or values.get("work_point") != point
        again = now is not None and now <= 2 and last is not None and now < last and now in self._seen
        if moved and last is not None and (_ONES.match(written) or again):
            self.run += 1
            self._seen.clear()
        if now is not None:
            self._seen.add(now)
            self._last = values.get("work_point"), now
            self._moved = False
