"""What a unit fills in (下发): its own open assignments, protected but for the cells that are its to fill.

The sheet can be filled in without an account or a network. A very hidden sheet says, signed, which plan, unit,
period and assignments it is about; where somebody retypes the table without it, the numbers are enough.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any, NamedTuple

import xlsxwriter

from lib import formats
from lib.sheets.write import write_cell

from . import identity, phrases

FIRST_ROW = 5  # of the sheet, where the first assignment stands
HEADS = [
    ("序号", 6), ("重点任务", 34), ("目标任务", 10), ("期次", 13), ("完成时限", 13), ("系统已记累计", 9),
    ("进展情况", 40), ("完成数量（累计）", 11), ("完成率", 9), ("存在问题", 24), ("下一步措施", 24), ("是否完成", 9),
    ("备注", 14),
]  # fmt: skip
OPEN_FROM = 6  # the columns from here on are the unit's
_PROGRESS, _DONE_AMOUNT, _RATE, _PROBLEMS, _STEPS, _FINISHED, _NOTE = range(OPEN_FROM, len(HEADS))
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True, "border": 1}
_FILL = {"bg_color": "#FFF9DB", "locked": False}
_LONGEST = 2000

INSTRUCTIONS = [
    "一、只填写“填报表”中浅黄色的单元格，其余单元格已锁定；请勿增删、移动行。",
    "二、“填报人”“填报时间”必填：填报人写姓名，填报时间写本表填写的日期。",
    "三、“进展情况”写本期做了什么；没有新进展的任务整行留空，系统不作改动。",
    "四、“完成数量”填自年初以来的累计数，不是本期新增；系统按“累计数－系统已记累计”记入本期新增。不得小于“系统已记累计”。",
    "五、“完成率”填百分数，例如 52%；留空时系统按完成数量与目标自动计算。",
    "六、“是否完成”从下拉框选择：选“是”且达到目标、材料齐全的，随表报审；尚缺条件的只记进展，并告知缺什么。",
    "七、佐证材料不能随表上报，请登录系统上传，或随文报送。",
    "八、填好后另存为 Excel 工作簿（*.xlsx），不加密码，发回安委会办公室或由本单位联络员在“资料回收”页上传。",
    "九、同一张表重复报送，或同样的内容写在另一张表里，系统只记一次。",
]


class OpenRow(NamedTuple):
    """An open assignment as its unit's sheet shows it."""

    pk: int
    number: str
    title: str
    target: Decimal | None
    unit: str
    period: str
    due_on: datetime.date | None
    quantity: Decimal


class Outgoing(NamedTuple):
    """One unit's sheet."""

    plan: int
    year: int
    organization: int
    label: str
    quarter: str
    made_on: datetime.date
    rows: Sequence[OpenRow]


def write_outgoing(target: IO[bytes], sheet: Outgoing) -> int:
    """Writes the workbook of one unit to `target`; returns how many assignments it asks about."""
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"title": _title(sheet), "author": "", "company": ""})
    table = book.add_worksheet("填报表")
    styles = _styles(book)
    _heads(table, sheet, styles)
    for row, one in enumerate(sheet.rows, FIRST_ROW - 1):
        _row(table, row, one, styles)
    last = FIRST_ROW - 1 + len(sheet.rows)
    table.merge_range(last, 0, last, len(HEADS) - 1, "", styles["foot"])
    table.write_string(last, 0, "注：完成数量为累计数；填写要求见“填报说明”。", styles["foot"])
    _checks(table, FIRST_ROW - 1, max(last - 1, FIRST_ROW - 1))
    _page(table)
    _instructions(book.add_worksheet("填报说明"), styles)
    _identity(book.add_worksheet(identity.SHEET), sheet)
    book.close()
    return len(sheet.rows)


def _title(sheet: Outgoing) -> str:
    quarter = "一二三四"[int(sheet.quarter[-1]) - 1]
    return f"{sheet.year}年安全生产重点工作任务第{quarter}季度进展情况表"


def _styles(book: xlsxwriter.Workbook) -> dict[str, Any]:
    add = book.add_format
    line = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
    day = {"num_format": 'yyyy"年"m"月"d"日"'}
    return {
        "title": add({"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"}),
        "line": add(line),
        "label": add(line | {"align": "right"}),
        "hint": add({"font_name": "宋体", "font_size": 9, "font_color": "#5A6971", "valign": "vcenter"}),
        "head": add(_FONT | {"bold": True, "align": "center", "bg_color": "#EDF1F3", "font_name": "黑体"}),
        "text": add(_FONT),
        "middle": add(_FONT | {"align": "center"}),
        "day": add(_FONT | {"align": "center"} | day),
        "open": add(_FONT | _FILL),
        "open_amount": add(_FONT | _FILL | {"align": "center", "num_format": "General"}),
        "open_rate": add(_FONT | _FILL | {"align": "center", "num_format": "0.##%"}),
        "open_day": add(_FONT | _FILL | {"align": "center"} | day),
        "foot": add({"font_name": "宋体", "font_size": 9, "valign": "vcenter"}),
    }


def _heads(table: Any, sheet: Outgoing, styles: dict[str, Any]) -> None:
    """Title, who signs and when, what to do, column heads."""
    last = len(HEADS) - 1
    table.set_row(0, 30)
    table.merge_range(0, 0, 0, last, "", styles["title"])
    table.write_string(0, 0, _title(sheet), styles["title"])
    table.set_row(1, 24)
    table.merge_range(1, 0, 1, 4, "", styles["line"])
    table.write_string(1, 0, f"填报单位（盖章）：{sheet.label}", styles["line"])
    table.write_string(1, 5, "填报人：", styles["label"])
    table.write_blank(1, 6, None, styles["open"])
    table.merge_range(1, 7, 1, 8, "", styles["label"])
    table.write_string(1, 7, "填报时间：", styles["label"])
    table.write_blank(1, 9, None, styles["open_day"])
    table.merge_range(2, 0, 2, last, "", styles["hint"])
    hint = f"下发日期：{phrases.day(sheet.made_on)}。只填浅黄色单元格；没有新进展的任务整行留空。"
    table.write_string(2, 0, hint, styles["hint"])
    table.set_row(3, 30)
    for place, (head, width) in enumerate(HEADS):
        table.set_column(place, place, width)
        table.write_string(3, place, head, styles["head"])


def _row(table: Any, row: int, one: OpenRow, styles: dict[str, Any]) -> None:
    text, middle = styles["text"], styles["middle"]
    goal = formats.number(one.target) + one.unit if one.target is not None else ""
    done = formats.number(one.quantity) + one.unit if one.target is not None or one.quantity else ""
    write_cell(table, row, 0, one.number, middle, styles["day"])
    write_cell(table, row, 1, one.title, text, styles["day"])
    for place, value in enumerate((goal, phrases.period(one.period), one.due_on, done), 2):
        write_cell(table, row, place, value, middle, styles["day"])
    kinds = {_DONE_AMOUNT: "open_amount", _FINISHED: "open_amount", _RATE: "open_rate"}
    for place in range(OPEN_FROM, len(HEADS)):
        table.write_blank(row, place, None, styles[kinds.get(place, "open")])


def _checks(table: Any, first: int, last: int) -> None:
    """What may be typed where, said when a cell is entered."""
    length = {"validate": "length", "criteria": "<=", "error_title": "文字过长", "ignore_blank": True}
    for place, title, words in (
        (_PROGRESS, "进展情况", "写本期做了什么、做到哪一步。没有新进展的整行留空。"),
        (_PROBLEMS, "存在问题", "没有的留空或写“无”。"),
        (_STEPS, "下一步措施", "写下一步做什么、何时完成；没有的留空。"),
    ):
        table.data_validation(
            first, place, last, place,
            length | {"value": _LONGEST, "error_message": f"最多 {_LONGEST} 个字。", "input_title": title,
                      "input_message": words},
        )  # fmt: skip
    table.data_validation(
        first, _DONE_AMOUNT, last, _DONE_AMOUNT,
        {"validate": "decimal", "criteria": ">=", "value": 0, "input_title": "完成数量（累计）",
         "input_message": "填自年初以来的累计数，只填数字，不小于左边“系统已记累计”。", "error_title": "只填数字",
         "error_message": "请填 0 或大于 0 的数字，不写计量单位。"},
    )  # fmt: skip
    table.data_validation(
        first, _RATE, last, _RATE,
        {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "input_title": "完成率",
         "input_message": "填百分数，例如 52%；留空则按完成数量计算。", "error_title": "完成率",
         "error_message": "请填 0% 到 100% 之间的百分数。"},
    )  # fmt: skip
    table.data_validation(
        first, _FINISHED, last, _FINISHED,
        {"validate": "list", "source": ["是", "否"], "input_title": "是否完成",
         "input_message": "全部完成并申请销号的选“是”。", "error_title": "是否完成",
         "error_message": "请从下拉框选“是”或“否”。"},
    )  # fmt: skip
    table.data_validation(
        1,
        6,
        1,
        6,
        length | {"value": 50, "error_message": "最多 50 个字。", "input_title": "填报人", "input_message": "写姓名。"},
    )
    table.data_validation(
        1, 9, 1, 9,
        {"validate": "date", "criteria": ">=", "value": datetime.date(2000, 1, 1), "input_title": "填报时间",
         "input_message": "例如 2017-7-5。", "error_title": "填报时间", "error_message": "请填日期，例如 2017-7-5。"},
    )  # fmt: skip


def _page(table: Any) -> None:
    """Protection, print, what stays in view."""
    table.protect("", {"format_rows": True, "format_columns": True, "select_locked_cells": True, "autofilter": True})
    table.freeze_panes(FIRST_ROW - 1, 2)
    table.set_landscape()
    table.set_paper(9)
    table.fit_to_pages(1, 0)
    table.repeat_rows(3)
    table.set_footer("&C&9第 &P 页  共 &N 页")
    table.set_selection(1, 6, 1, 6)


def _instructions(sheet: Any, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, "填报说明", styles["title"])
    for row, words in enumerate(INSTRUCTIONS, 1):
        sheet.write_string(row, 0, words, styles["line"])
    sheet.protect()


def _identity(sheet: Any, about: Outgoing) -> None:
    rows = [(FIRST_ROW + place, one.pk, one.number, one.period) for place, one in enumerate(about.rows)]
    told = identity.Identity(about.plan, about.year, about.organization, about.quarter, about.made_on, rows)
    for row, piece in enumerate(identity.written(told)):
        sheet.write_string(row, 0, piece)
    sheet.protect()
    sheet.very_hidden()
