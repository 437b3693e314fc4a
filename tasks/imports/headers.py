"""What offices write over their columns: tables of words (headers_zh.toml, headers_en.toml), and what a word that is
in none of them sounds like.

A label is compared without blanks and brackets. Where a word has several meanings (单位 is a unit of measure or
an authority) all stand here, the likelier one first; columns.py decides by what stands below.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

FIELDS = (
    "number", "work_point", "title", "amount", "unit", "lead", "responsible", "cooperating", "start", "deadline",
    "note",
)  # fmt: skip
UNIT_FIELDS = ("lead", "responsible", "cooperating")
NO_FIELD = ""

# Columns that belong to no field, however they may sound.
_OTHER = re.compile(
    r"人$|人员|领导|电话|手机|邮箱|传真|联系|方式|情况$|进展|率$|得分|分值|权重|依据|来源|出处|签字|签名|盖章|上年|去年|上一年|"
    r"往年|本年已|已完成|实际|是否|存在问题|问题|下一步|下步|姓名|职务|岗位|身份证|附件|审核|评价|结果|形式|责任书|经费|资金|预算|"
    r"处长|局长|主任|状态|Percent|Period|Signal|State|Role|done|logged",
)
# What an unknown label sounds like; the first that fits.
_SOUNDS: tuple[tuple[str, str, float], ...] = (
    ("start", r"启动|开始|起始", 0.8),
    ("unit", r"计量|计数|量词|单位[（(](?:计量|个|家|数量)", 0.8),
    ("lead", r"牵头|主办|主责|总负责", 0.8),
    ("cooperating", r"配合|协办|协同|协助|参与|参加|会办", 0.8),
    ("responsible", r"(?:责任|承办|负责|落实|实施|执行|承担|主管)[的]?(?:单位|部门|主体|机构)", 0.8),
    ("deadline", r"时限|期限|截止|截至|办结|节点|(?:完成|结束|要求|计划)\S{0,4}(?:时间|日期)|时间表|进度", 0.8),
    ("note", r"备注|附注|说明", 0.8),
    ("number", r"^序号|编号|^序$|^NO", 0.8),
    ("work_point", r"要点|板块|类别|大项|领域|分类|一级", 0.7),
    ("amount", r"目标(?:数|值)|数量|指标|任务量|工作量", 0.7),
    ("title", r"任务|措施|举措|事项|工作内容|重点工作|主要工作|具体工作", 0.7),
    ("amount", r"目标", 0.6),
    ("responsible", r"单位|部门", 0.6),
    ("deadline", r"时间|日期", 0.6),
    ("title", r"内容|工作|项目", 0.5),
)
_MARKS = (("lead", re.compile(r"[（(【](?:牵头|主办|主责)")), ("cooperating", re.compile(r"[（(【](?:配合|协办|参与)")))


class Guess(NamedTuple):
    """What a label may mean: the fields, the likeliest first ("" none), how sure, and why."""

    fields: tuple[str, ...]
    sure: float
    reason: str  # exact, doubtful, sounds, other, unknown


def squeeze(label: str) -> str:
    """A label without blanks, but for those between English words: 重 点 任 务 is a header too."""
    whole = re.sub(r"[\s\u3000\u00a0]+", " ", label).strip()
    return re.sub(r"(?<![A-Za-z.]) | (?![A-Za-z])", "", whole)


class Vocabulary:
    """The words of one kind of sheet: exact ones, ambiguous ones, those of other columns, and sounds."""

    def __init__(
        self,
        words: Mapping[str, Iterable[str]],
        doubtful: Mapping[str, Sequence[str]],
        other: re.Pattern[str],
        sounds: Iterable[tuple[str, str, float]],
        marks: Iterable[tuple[str, re.Pattern[str]]] = (),
    ) -> None:
        """`words`: field → labels; `doubtful`: label → fields; `sounds`: (field, pattern, how sure)."""
        self.fields = tuple(words)
        self.exact: dict[str, tuple[str, ...]] = {}
        for field, labels in words.items():
            for label in labels:
                self.exact.setdefault(_plain(label), (field,))
        self.exact |= {_plain(label): tuple(fields) for label, fields in doubtful.items()}
        self.labels = frozenset(self.exact)
        self._other = other
        self._sounds = [(field, re.compile(pattern, re.IGNORECASE), sure) for field, pattern, sure in sounds]
        self._marks = tuple(marks)
        self._known: dict[str, Guess] = {}

    def guess(self, label: str) -> Guess:
        """What one label means, on its own."""
        if label not in self._known:
            if len(self._known) > 4096:
                self._known.clear()
            self._known[label] = self._guess(label)
        return self._known[label]

    def _guess(self, label: str) -> Guess:
        whole = squeeze(label)
        if len(whole) > LONGEST:
            return UNKNOWN
        for field, mark in self._marks:
            if mark.search(whole) and re.search("单位|部门|分工", whole):
                return Guess((field,), 0.9, "exact")
        word = _plain(re.sub(r"[（(【\[].*?[)）】\]]", "", whole))
        word = re.sub(r"^(?:20\d\d|本|今)年度?(?=.)", "", word)
        if word in self.exact:
            fields = self.exact[word]
            return Guess(fields, 1.0, "exact") if len(fields) == 1 else Guess(fields, 0.8, "doubtful")
        if not word:
            return UNKNOWN
        if self._other.search(word):
            return Guess((NO_FIELD,), 0.9, "other")
        for field, pattern, sure in self._sounds:
            if pattern.search(word):
                return Guess((field,), sure, "sounds")
        return UNKNOWN


def _plain(label: str) -> str:
    return re.sub(r"\s+", "", label).strip("：:*＊、.．").lower()


def _tables() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """(field → labels, doubtful label → fields) of all languages."""
    folder = Path(__file__).parent
    chinese = tomllib.loads((folder / "headers_zh.toml").read_text(encoding="utf-8"))
    english = tomllib.loads((folder / "headers_en.toml").read_text(encoding="utf-8"))
    words = {field: labels.split() for field, labels in chinese["words"].items()}
    for field, labels in english["words"].items():
        words[field] += labels.split(",")
    return words, chinese["doubtful"]


UNKNOWN = Guess((), 0.0, "unknown")
LONGEST = 30
TASKS = Vocabulary(*_tables(), _OTHER, _SOUNDS, _MARKS)
