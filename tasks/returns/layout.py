"""What a return looks like: its columns, and what the lines around its table say. The finder is that of the lists."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from lib.sheets.read import Cell
from tasks.imports.cells import text
from tasks.imports.headers import Vocabulary
from tasks.imports.layout import Rules

_OTHER = re.compile(r"单位|部门|领导|责任|牵头|电话|联系|时限|时间|日期|要点|类别|签字|系统|人$")
_SOUNDS = (
    ("done", r"是否|与否", 0.8),
    ("next_steps", r"下一?步|打算|整改", 0.8),
    ("problems", r"问题|困难|原因", 0.8),
    ("rate", r"率$|比例|百分比|[%％]", 0.8),
    ("completed", r"(?:完成|累计).*(?:数|量|值)", 0.8),
    ("progress", r"进展|落实|推进|开展|完成情况", 0.8),
    ("title", r"任务|事项|工作内容", 0.7),
    ("target", r"目标|指标", 0.7),
    ("note", r"备注|说明", 0.8),
    ("number", r"^序号|编号", 0.8),
)
# As the sheet handed out by us writes them; a fault names its column by the sheet's own word, else by these.
LABELS = {
    "number": "序号", "title": "重点任务", "period": "期次", "target": "目标", "progress": "进展情况",
    "completed": "完成数量", "rate": "完成率", "problems": "存在问题", "next_steps": "下一步措施", "done": "是否完成",
    "note": "备注",
}  # fmt: skip
NEEDED = "序号、重点任务、进展情况、完成数量、完成率"
_BRACKETS = r"(?:[（(][^）)]*[）)])?"
_SIGNED: dict[str, re.Pattern[str]] = {
    "unit": re.compile(rf"(?:填报|报送|填表|上报|责任)(?:单位|部门)(?:名称)?{_BRACKETS}[:：]"),
    "plain_unit": re.compile(rf"^(?:单位|部门)(?:名称)?{_BRACKETS}[:：]"),  # 单位：家 says how it counts
    "head": re.compile(rf"(?:审核|签发|单位负责|主要负责|分管负责|负责)人{_BRACKETS}[:：]|分管领导{_BRACKETS}[:：]"),
    "clerk": re.compile(rf"(?:填报|填表|制表|经办|报送)人{_BRACKETS}[:：]"),
    "day": re.compile(rf"(?:(?:填报|填表|报送|上报)(?:时间|日期)|日期){_BRACKETS}[:：]"),
}
_QUARTER = re.compile(r"(?:(\d{4})年)?.{0,40}?第?([一二三四1-4])季度")
_HALF = re.compile(r"(?:(\d{4})年)?.{0,40}?([上下])半年")
_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_NAME = 60


def _words() -> dict[str, list[str]]:
    known = tomllib.loads(Path(__file__).with_name("headers_zh.toml").read_text(encoding="utf-8"))
    return {field: labels.split() for field, labels in known["words"].items()}


def _is_return(fields: Collection[str]) -> bool:
    """True for columns that say which task, and something of how it stands."""
    return bool({"number", "title"} & set(fields)) and bool({"progress", "completed", "rate"} & set(fields))


RETURN = Rules(
    Vocabulary(_words(), {"完成情况": ("progress", "rate", "completed")}, _OTHER, _SOUNDS),
    _is_return,
    NEEDED,
    ("progress", "completed", "rate", "problems", "done"),
    False,
)


class Paper(NamedTuple):
    """What a sheet says of itself; empty where it is left out or written by hand.

    `person` is who signed: who answers for it (审核人), otherwise who filled it in (填表人).
    """

    unit: str = ""
    quarter: str = ""
    person: str = ""
    day: datetime.date | None = None


def paper_of(above: Sequence[Sequence[Cell]], below: Iterable[Sequence[Cell]], year: int) -> Paper:
    """Read from the lines above the table and below it; `year` is meant where the title names none."""
    titles = (next((word for cell in row if (word := text(cell))), "") for row in above)
    quarter = next((found for title in titles if (found := quarter_of(title, year))), "")
    signed = _signed([*above, *below])
    person = text(signed.get("head")) or text(signed.get("clerk"))
    unit = text(signed.get("unit") or signed.get("plain_unit"))
    return Paper(unit, quarter, person[:_NAME], day_of(signed.get("day")))


def quarter_of(title: str, year: int) -> str:
    """2017Q2 for 2017年…第二季度…; a half year means the quarter it ends with; empty where the title names none."""
    found = _QUARTER.search(title)
    if found:
        index = "一二三四".find(found[2]) + 1 or int(found[2])
        return f"{found[1] or year}Q{index}"
    half = _HALF.search(title)
    return f"{half[1] or year}Q{2 if half[2] == '上' else 4}" if half else ""


def day_of(value: Cell) -> datetime.date | None:
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


def _signed(rows: Iterable[Sequence[Cell]]) -> dict[str, Cell]:
    """Unit, persons and day: behind the label, or in the next cell to the right."""
    found: dict[str, Cell] = {}
    for row in rows:
        for place, cell in enumerate(row):
            shown = text(cell)
            for key, label in _SIGNED.items():
                at = label.search(shown) if shown and key not in found else None
                if at is None:
                    continue
                value = _behind(shown[at.end() :]) or _beside(row[place + 1 :])
                if value:
                    found[key] = value
    return found


def _behind(rest: str) -> str:
    """The value behind a label: up to the next gap or label; (签字) and the like are none."""
    rest = re.sub(r"[（(][^）)]*[）)]|_+", " ", rest) if re.match(r"\s*[（(_]", rest) else rest
    found = re.match(r"\s{0,12}([^\s：:]+(?: \S+)?)", rest)
    return found[1].strip() if found and not re.search("[:：]", rest[: found.end() + 1]) else ""


def _beside(cells: Sequence[Cell]) -> Cell:
    """The next cell that holds something, unless it is another label."""
    cell = next((cell for cell in cells if text(cell)), None)
    if isinstance(cell, str) and re.search("[:：]", cell):
        return None
    return text(cell) if isinstance(cell, str) else cell
