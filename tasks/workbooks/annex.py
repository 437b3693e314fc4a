"""The task list in the offices' own layout (附件): it prints as the annex of a circular and is read again unchanged.

A4 landscape, merged work points, heads that repeat on every page, signature lines. Numbers are unique only within
a list, and a plan may hold several: each list is a table of its own on the sheet, below its own heads. Titles of
milestones have no column in such a list; they stand on a second sheet, and an import leaves them alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import IO, Any, NamedTuple

import xlsxwriter

from tasks.models import Plan, Task
from tasks.states import UnitRole
from tasks.task_rows import units_of

from . import phrases

HEADS = [
    ("序号", 5), ("工作要点", 15), ("重点任务", 38), ("目标数量", 9), ("计量单位", 8), ("牵头单位", 15),
    ("责任单位", 28), ("启动时间", 13), ("完成时限", 15), ("备注", 15),
]  # fmt: skip
_START = 7
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
_EDGE = {"border": 1}
_ORDINALS = "〇一二三四五六七八九十"


class Annex(NamedTuple):
    """What the sheet is about; `office` issues it."""

    plan: Plan
    office: str
    today: datetime.date
    note: str = ""


class _Styles:
    """The formats of the sheet."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        add = book.add_format
        self.annex = add({"font_name": "黑体", "font_size": 12})
        self.title = add({"font_name": "黑体", "font_size": 18, "align": "center", "valign": "vcenter"})
        self.line = add({"font_name": "宋体", "font_size": 11, "valign": "vcenter"})
        self.head = add(_FONT | _EDGE | {"bold": True, "align": "center", "font_name": "黑体"})
        self.text = add(_FONT | _EDGE)
        self.middle = add(_FONT | _EDGE | {"align": "center"})
        self.day = add(_FONT | _EDGE | {"align": "center", "num_format": 'yyyy"年"m"月"d"日"'})
        self.foot = add({"font_name": "宋体", "font_size": 10, "valign": "top", "text_wrap": True})


def write_annex(target: IO[bytes], about: Annex, tasks: Iterable[Task]) -> int:
    """Writes the tasks in the order of the plan to `target`; returns how many.

    Needs `for_list()`, the milestones and `origin` on each task.
    """
    rows = sorted(tasks, key=lambda task: (task.work_point.number, task.position, task.pk))
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    styles = _Styles(book)
    sheet = book.add_worksheet("任务分解表")
    sheets = _Writer(sheet, styles, phrases.Names(about.plan.issuer), any(task.starts_on for task in rows))
    sheets.opening(about)
    for _list, listed in _lists(rows):
        sheets.table(listed)
    sheets.closing(about, rows)
    _set_page(sheet, sheets)
    _milestones(book, styles, rows)
    book.close()
    return len(rows)


def _lists(rows: Sequence[Task]) -> list[tuple[int, list[Task]]]:
    """The tasks by the list that they came with (0: made here), in the order in which the lists begin."""
    found: dict[int, list[Task]] = {}
    for task in rows:
        origin = task.origin
        found.setdefault((origin.base_id or origin.pk) if origin else 0, []).append(task)
    return sorted(found.items(), key=lambda item: (item[0] != 0, item[0]))


class _Writer:
    """Fills the sheet from above; `row` is the next free one."""

    def __init__(self, sheet: Any, styles: _Styles, names: phrases.Names, starts: bool) -> None:
        self.sheet, self.styles, self.names, self.row = sheet, styles, names, 0
        self.columns = [place for place in range(len(HEADS)) if starts or place != _START]
        self.last = len(self.columns) - 1
        for place, column in enumerate(self.columns):
            sheet.set_column(place, place, HEADS[column][1])

    def opening(self, about: Annex) -> None:
        """附件, title, who and when."""
        self.sheet.write_string(0, 0, "附件", self.styles.annex)
        self.sheet.set_row(1, 32)
        self.sheet.merge_range(1, 0, 1, self.last, "", self.styles.title)
        self.sheet.write_string(1, 0, f"{about.plan.title}任务分解表", self.styles.title)
        line = f"填报单位（盖章）：{about.office}{' ' * 40}填报日期：{phrases.day(about.today)}"
        self.sheet.merge_range(2, 0, 2, self.last, "", self.styles.line)
        self.sheet.write_string(2, 0, line, self.styles.line)
        self.row = 3

    def table(self, tasks: Sequence[Task]) -> None:
        """Heads and rows of one list; a work point is merged over its tasks."""
        if self.row > 3:
            self.row += 1
        for place, column in enumerate(self.columns):
            self.sheet.write_string(self.row, place, HEADS[column][0], self.styles.head)
        self.row += 1
        for point, group in groupby(tasks, key=lambda task: task.work_point):
            first = self.row
            for task in group:
                self._task(task)
            words = f"{_ordinal(point.number)}、{point.title}"
            if self.row - first > 1:
                self.sheet.merge_range(first, 1, self.row - 1, 1, "", self.styles.text)
            self.sheet.write_string(first, 1, words, self.styles.text)

    def _task(self, task: Task) -> None:
        """One row, without its work point."""
        value, unit = phrases.target(task)
        lead, others = (
            self.names.joined(units_of(task, role)) for role in (UnitRole.LEAD, UnitRole.COOPERATING)
        )  # fmt: skip
        cells = [task.number, None, task.title, value, unit, lead, others, task.starts_on, phrases.deadline(task)]
        for place, column in enumerate(self.columns):
            if column != 1:
                self._cell(place, [*cells, task.note][column], column)
        self.row += 1

    def _cell(self, place: int, value: Any, column: int) -> None:
        style = self.styles.middle if column in (0, 3, 4, _START, _START + 1) else self.styles.text
        if isinstance(value, datetime.date):
            moment = datetime.datetime(value.year, value.month, value.day)
            self.sheet.write_datetime(self.row, place, moment, self.styles.day)
        elif value is None or value == "":
            self.sheet.write_blank(self.row, place, None, style)
        elif not isinstance(value, str):
            self.sheet.write_number(self.row, place, float(value), style)
        elif column == 0 and value.isdecimal() and value.isascii() and str(int(value)) == value and len(value) < 10:
            self.sheet.write_number(self.row, place, int(value), style)
        else:
            self.sheet.write_string(self.row, place, value, style)

    def closing(self, about: Annex, tasks: Sequence[Task]) -> None:
        """The remarks and the signatures."""
        remarks = ["完成时限列有几个日期的，最后一个为完成时限，此前为阶段性节点"]
        groups = {str(unit.group): None for task in tasks for unit in task.units.all() if unit.group}
        if groups:
            remarks.append("“" + "”“".join(groups) + "”为集合单位，各自承担")
        if any(milestone.title for task in tasks for milestone in task.milestones.all()):
            remarks.append("阶段性成果的内容见“阶段性成果”表")
        if about.note:
            remarks.append(f"本表为筛选结果：{about.note}")
        words = "注：" + "；".join(f"{number}.{text}" for number, text in enumerate(remarks, 1)) + "。"
        lines = [words, f"填表人：（签字）{' ' * 30}审核人：（签字）{' ' * 30}联系电话："]
        for line, height in zip(lines, (30, 24), strict=True):
            self.sheet.merge_range(self.row, 0, self.row, self.last, "", self.styles.foot)
            self.sheet.write_string(self.row, 0, line, self.styles.foot)
            self.sheet.set_row(self.row, height)
            self.row += 1


def _set_page(sheet: Any, written: _Writer) -> None:
    """A4 landscape, heads on every page, page numbers."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    sheet.print_area(0, 0, written.row - 1, written.last)
    sheet.set_footer("&C&9第 &P 页  共 &N 页")
    sheet.freeze_panes(4, 3)


def _milestones(book: xlsxwriter.Workbook, styles: _Styles, tasks: Sequence[Task]) -> None:
    """A second sheet with the milestones that have a title, where there are any."""
    found = [(task, one) for task in tasks for one in task.milestones.all() if one.title]
    if not found:
        return
    sheet = book.add_worksheet("阶段性成果")
    for place, (head, width) in enumerate([("对应序号", 10), ("节点日期", 16), ("成果", 60)]):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, head, styles.head)
    for row, (task, one) in enumerate(found, 1):
        sheet.write_string(row, 0, task.number, styles.middle)
        sheet.write_datetime(row, 1, datetime.datetime.combine(one.due_on, datetime.time()), styles.day)
        sheet.write_string(row, 2, one.title, styles.text)


def _ordinal(number: int) -> str:
    """一 … 十, 11 …: as work points are numbered."""
    return _ORDINALS[number] if number < len(_ORDINALS) else str(number)
