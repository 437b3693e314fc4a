"""What offices write over the columns of a return, and beside the signatures."""

from __future__ import annotations

import re

FIELDS: dict[str, str] = {
    "number": "序号 编号 任务序号 任务编号 项目编号",
    "title": "重点任务 工作任务 任务 任务名称 任务内容 重点工作 主要任务 具体任务 工作内容 工作事项 重点工作任务",
    "goal": "目标任务 目标 目标数量 量化目标 任务目标 年度目标 目标值 计划数 任务数",
    "period": "期次 所属期 期间 时段",
    "progress": "进展情况 工作进展 进展 推进情况 推进进展 完成情况 工作进展情况 任务进展 任务进展情况 落实情况 "
    "工作完成情况 进展及成效 工作开展情况 开展情况 本季度进展情况 本期进展 当前进展",
    "completed": "完成数量 完成数 完成量 累计完成 累计完成数量 累计完成数 已完成数量 已完成数"
    " 完成任务量 实际完成 实际完成数量",
    "rate": "完成率 完成比例 完成进度 完成百分比 进度 累计完成率 任务完成率 完成度",
    "problems": "存在问题 存在的问题 问题 主要问题 困难和问题 存在困难 存在的困难和问题 存在问题及原因 存在困难和问题",
    "next_steps": "下一步措施 下步措施 下一步打算 下步打算 下一步工作 下一步工作打算 下一步计划 下步计划 "
    "下一步工作措施 下步工作措施 下一步安排 下一步工作安排 整改措施",
    "done": "是否完成 完成与否 是否办结 是否已完成 是否销号",
    "note": "备注 说明",
}
FIELD_OF = {word: field for field, words in FIELDS.items() for word in words.split()}
LABELS = {
    "number": "序号", "title": "重点任务", "progress": "进展情况", "completed": "完成数量", "rate": "完成率",
    "problems": "存在问题", "next_steps": "下一步措施", "done": "是否完成", "note": "备注",
}  # fmt: skip
FOOT = re.compile(
    r"^(注|说明|备注|填表人|审核人|填报人|制表人|负责人|联系人|合计|小计|总计|共计)([:：]|[(（]|$|\d|.{0,3}$)"
)
_BRACKETS = r"(?:[（(][^）)]*[）)])?"
SIGNED: dict[str, re.Pattern[str]] = {
    "unit": re.compile(rf"(?:填报|报送|填表|上报|责任)?单位(?:名称)?{_BRACKETS}[:：]"),
    "person": re.compile(rf"(?:填报|填表|制表|经办|报送)人{_BRACKETS}[:：]"),
    "day": re.compile(rf"(?:(?:填报|填表|报送|上报)(?:时间|日期)|日期){_BRACKETS}[:：]"),
    "reviewer": re.compile(rf"(?:审核|负责|签发)人{_BRACKETS}[:：]"),
}
QUARTER = re.compile(r"(?:(\d{4})年)?.{0,40}?第?([一二三四1-4])季度")
HALF = re.compile(r"(?:(\d{4})年)?.{0,40}?([上下])半年")


def field_of(label: str) -> str:
    """The field that a head means, or nothing; blanks, brackets and what stands in them do not count."""
    word = re.sub(r"[（(【\[].*?[)）】\]]|\s", "", label).strip("：:*、.")
    return FIELD_OF.get(word, "")
