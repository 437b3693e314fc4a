"""A unit's return (回收): which column is what, and who signed it. The finder is the one of the task lists."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from lib.sheets.read import Sheet

from .cells import text
from .headers import Vocabulary
from .layout import Rules

_OTHER = re.compile(r"单位|部门|领导|责任|牵头|电话|联系|时限|时间|日期|要点|类别|签字|人$")
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
_SIGNED = re.compile(
    r"(?P<post>审核人|单位负责人|主要负责人|分管领导|分管负责人|负责人|签发人|填表人|填报人|经办人)(?:[（(]签[字名章][)）])?[:：]\s*"
    r"(?P<name>[\u4e00-\u9fff·]{2,8})?(?![（(]?签[字名])"
)
_UNIT = re.compile(r"(?:填报|报送|上报|责任)(?:单位|部门)(?:[（(][^）)]*[)）])?[:：]\s*([^\s:：（(]+)")
_QUARTER = re.compile(r"第?([一二三四1-4])季度")
_CLERKS = {"填表人", "填报人", "经办人"}


def _words() -> dict[str, list[str]]:
    known = tomllib.loads(Path(__file__).with_name("returns_zh.toml").read_text(encoding="utf-8"))
    return {field: labels.split() for field, labels in known["words"].items()}


def is_return(fields: Collection[str]) -> bool:
    """True for columns that say which task, and something of how it stands."""
    return bool({"number", "title"} & set(fields)) and bool({"progress", "completed", "rate"} & set(fields))


RETURN = Rules(
    Vocabulary(_words(), {"完成情况": ("progress", "rate", "completed")}, _OTHER, _SOUNDS),
    is_return,
    "序号、重点任务、进展情况、完成数量、完成率",
    ("progress", "completed", "rate", "problems", "done"),
    False,
)


class Paper(NamedTuple):
    """What the sheet says of itself: the unit and the quarter above the table, the names below it."""

    unit: str
    quarter: int | None
    signer: str  # who answers for it, otherwise who filled it in; "" where the name is written by hand


def paper_of(sheet: Sheet, header_rows: Iterable[int], skipped: Iterable[int]) -> Paper:
    """Read from the lines above the first header and below the table."""
    first = min(header_rows, default=1)
    above = [text(cell) for row in sheet.rows[: first - 1] for cell in row if cell not in (None, "")]
    below = [text(cell) for number in skipped for cell in sheet.rows[number - 1] if cell not in (None, "")]
    unit = next((found[1] for line in (*above, *below) if (found := _UNIT.search(line))), "")
    quarter = next((found[1] for line in above if (found := _QUARTER.search(line))), "")
    names: dict[str, str] = {}
    for line in (*below, *above):
        for found in _SIGNED.finditer(line):
            if found["name"]:
                names.setdefault("clerk" if found["post"] in _CLERKS else "head", found["name"])
    numbers = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
    return Paper(unit, numbers.get(quarter), names.get("head") or names.get("clerk") or "")
