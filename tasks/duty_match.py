"""Which words a duty and a task share: the reason that is shown with a proposed link. Pure functions.

Chinese has no blanks between words, so texts are compared by pairs of characters; pairs that every office
uses (安全, 监督, 检查 …) prove nothing and count nothing. What counts are stretches that stand in both texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_RUN = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z0-9]{2,}")
_EVERYWHERE = """
安全 全生 生产 监督 督检 检查 查处 管理 监管 督管 工作 作业 责任 落实 组织 开展 建立 制度 制定 完善 健全 加强 推进 实施
企业 业单 单位 情况 重大 行业 有关 部门 全市 城市 我市 产经 经营 营单 主体 体责 任落 进行 行政 政府 措施 要求 年度 计划
方案 及时 按照 规定 按规 负责 行为 处罚 法律 依法 法规 规范 领域 重点 全面 深入 强化 提高 提升 能力 水平 体系 系建
机制 建设
作机 发生 项目 设项 使用 人员 各级 基层 督促 促企 指导 宣传 活动 审查 许可 受理 编制 查并 部位 环节 场所 以及 从业 主要
要负 责人 专项 治理 整治 排查 查治 项治 项整 综合 信息 服务 社会 机构 严格 严肃 严重 会同 配合 做好 督导 市级 区市 市政
国家 标准 准化 作为 符合 合保 保障 条件 资格 认定 办理 审批 登记 备案 上报 报告 一次 季度 月度 底前 完成 持续 常态 动态
基础 础工 程序 责令 公告 公布 公开 名单 事故 隐患 故隐 发现 设施 处理 法处 理处 到位 大事 大隐 产领 产监 产责 产工 业主
"""  # pairs that stand in the duties and tasks of every office, halves of two words among them
COMMON = frozenset(_EVERYWHERE.split())
_PARTICLES = frozenset("的和对并及与或等不未在为其了以由被将把")
_NAMES = frozenset(["治安", "公安", "保安", "全员", "全民"])
ENOUGH = 2  # pairs that count; one proves little


class Match(NamedTuple):
    """The stretches that both texts have, longest first, and how many pairs count."""

    words: list[str]
    weight: int


def pairs(text: str) -> set[str]:
    """The pairs of characters of Chinese runs, and Latin words as they are."""
    found: set[str] = set()
    for run in _RUN.findall(text):
        if run[0].isascii():
            found.add(run.lower())
        else:
            found.update(run[place : place + 2] for place in range(len(run) - 1))
    return found


def telling(text: str) -> set[str]:
    """The pairs that count."""
    return {pair for pair in pairs(text) if _counts(pair)}


def _counts(pair: str) -> bool:
    """False for what proves nothing: common pairs, particles, and halves of 安全 with a neighbour."""
    if pair in COMMON or not _PARTICLES.isdisjoint(pair):
        return False
    return not (pair[1:] == "安" or pair[0] == "全") or pair in _NAMES


def shared(one: str, other: str) -> Match | None:
    """What the two texts have in common; None where it is too little to say anything."""
    both = telling(one) & telling(other)
    if len(both) < ENOUGH:
        return None
    words: list[str] = []
    for run in _RUN.findall(one):
        words += [run] if run[0].isascii() and run.lower() in both else _stretches(run, other, both)
    kept = sorted(dict.fromkeys(words), key=lambda word: (-len(word), one.find(word)))
    kept = [word for word in kept if not any(word != longer and word in longer for longer in kept)]
    return Match(kept, len(both)) if kept else None


def _stretches(run: str, other: str, both: set[str]) -> list[str]:
    """The longest stretches of a run that stand in the other text and hold a pair that counts."""
    found, start = [], 0
    while start < len(run) - 1:
        end = start + 1
        while end < len(run) and run[start : end + 1] in other:
            end += 1
        word = run[start:end]
        if any(word[place : place + 2] in both for place in range(len(word) - 1)):
            found.append(word)
        start = max(start + 1, end - 1)
    return found


def matches(
    duties: Sequence[tuple[int, str]], tasks: Sequence[tuple[int, str]], most: int = 5
) -> Iterable[tuple[int, int, Match]]:
    """(duty, task, match) for each duty's best tasks. An index of pairs keeps it from comparing all with all."""
    index: dict[str, set[int]] = {}
    for place, (_key, text) in enumerate(tasks):
        for pair in telling(text):
            index.setdefault(pair, set()).add(place)
    for duty, text in duties:
        counts: dict[int, int] = {}
        for pair in telling(text):
            for place in index.get(pair, ()):
                counts[place] = counts.get(place, 0) + 1
        best = sorted((-number, place) for place, number in counts.items() if number >= ENOUGH)
        taken = 0
        for _number, place in best:
            match = shared(text, tasks[place][1])
            if match is not None:
                yield duty, tasks[place][0], match
                taken += 1
            if taken == most:
                break
