"""Finding the table in a workbook: its header by its words, its columns, its rows, merged cells, work points.

A row here still holds cells as they stand; what they mean is decided in cells.py, deadlines.py, units.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from lib.sheets.read import Cell, Sheet, UnreadableFileError

from .cells import leading_number, squeezed, text

HEADERS: dict[str, re.Pattern[str]] = {
    "number": re.compile(r"序号|编号|任务编号|任务序号"),
    "work_point": re.compile(r"(所属)?(年度)?工作要点|要点"),
    "title": re.compile(r"(重点|工作|主要|具体)?(工作)?任务(名称|内容|及要求)?|(重点|主要|具体)?工作(内容|事项)"),
    "amount": re.compile(r"(量化|任务|工作)?目标(数量|任务|值)?|数量"),
    "unit": re.compile(r"(计量|计数|数量)单位"),
    "lead": re.compile(r"(牵头|主办)(责任)?(单位|部门)?"),
    "responsible": re.compile(r"(责任|承办)(单位|部门)"),
    "cooperating": re.compile(r"(配合|协办|协同|参与|参加)(责任)?(单位|部门)?"),
    "start": re.compile(r"(启动|开始|起始)(时间|日期|时限)?"),
    "deadline": re.compile(r"(完成|截止|办结)?(时限|时间|日期)(要求)?"),
    "note": re.compile(r"备注|说明"),
}
_SCANNED = 30  # a header stands among the first rows
_FOOT = re.compile(r"^(注|说明|备注|填表人|审核人|填报人|制表人|合计|小计|总计|共计)([:：]|[(（]|$|\d|.{0,3}$)")


class Row(NamedTuple):
    """One row with a task: its place in the sheet and its cells by field."""

    number: int
    cells: dict[str, Cell]


class Table(NamedTuple):
    """A list of tasks as it stands in a sheet. `labels` are the sheet's own words for the columns."""

    sheet: str
    title: str
    header_rows: list[int]
    labels: dict[str, str]
    rows: list[Row]
    skipped: list[int]


class UnknownLayoutError(UnreadableFileError):
    """The workbook is in order, but holds no list of tasks."""


def find_table(sheets: Iterable[Sheet]) -> Table:
    """The task list of the first sheet that has one; raises UnknownLayoutError."""
    seen: list[str] = []
    for sheet in sheets:
        for top in range(min(_SCANNED, len(sheet.rows))):
            depth, labels = _header(sheet, top)
            found = _fields(labels)
            if "title" in found and {"lead", "responsible", "cooperating"} & found.keys() and len(found) >= 3:
                return _table(sheet, top, depth, labels, found)
            if len(found) >= 2 and not seen:
                seen = [label for label in labels if label]
    if seen:
        raise UnknownLayoutError(
            _(
                "The header has no column for the task or none for the units: it reads “%(found)s”. "
                "Needed are %(needed)s."
            )
            % {"found": "｜".join(seen)[:120], "needed": "重点任务、牵头单位、责任单位、完成时限"}
        )
    raise UnknownLayoutError(
        _("No sheet has a header with %(needed)s. Choose a task list, or take the template of this page.")
        % {"needed": "序号、工作要点、重点任务、牵头单位、责任单位、完成时限"}
    )


def _header(sheet: Sheet, top: int) -> tuple[int, list[str]]:
    """How many rows the header starting at `top` has (1 or 2), and its words by column."""
    labels = _squeeze(map(text, sheet.rows[top]))
    groups = [((r0, c0), (r1, c1)) for (r0, c0), (r1, c1) in sheet.merges if r0 == r1 == top and c1 > c0]
    if not groups or (len(groups) == 1 and groups[0][0][1] == 0) or top + 1 >= len(sheet.rows):
        return 1, labels
    below = _squeeze(map(text, sheet.rows[top + 1]))
    for (_r0, left), (_r1, right) in groups:
        for column in range(left, min(right + 1, len(labels))):
            labels[column] = below[column]
    return 2, labels


def _squeeze(words: Iterable[str]) -> list[str]:
    """Without any blanks: 重 点 任 务 is a header too."""
    return [re.sub(r"\s+", "", word) for word in words]


def _fields(labels: list[str]) -> dict[str, int]:
    """Field → column, each by the first header that fits."""
    found: dict[str, int] = {}
    for column, label in enumerate(labels):
        word = re.sub(r"[（(].*?[)）]", "", label)
        for field, pattern in HEADERS.items():
            if word and field not in found and pattern.fullmatch(word):
                found[field] = column
                break
    return found


def _table(sheet: Sheet, top: int, depth: int, labels: list[str], columns: dict[str, int]) -> Table:
    """The rows below the header. Raises UnknownLayoutError where there are none."""
    cells = _spread(sheet, top + depth)
    header, column_of_title = labels, columns["title"]
    rows: list[Row] = []
    headers, skipped = list(range(top + 1, top + depth + 1)), []
    point: Cell = None
    for index in range(top + depth, len(cells)):
        line = cells[index]
        words = [text(cell) for cell in line]
        if not any(words):
            continue
        if words[column_of_title] == header[column_of_title] and _squeeze(words) == header:
            headers.append(index + 1)
            continue
        values = {field: line[column] if column < len(line) else None for field, column in columns.items()}
        if _is_task({field: words[column] for field, column in columns.items() if column < len(words)}, words):
            point = values.get("work_point") if text(values.get("work_point")) else point
            rows.append(Row(index + 1, values | {"work_point": point}))
            continue
        skipped.append(index + 1)
        section = next(word for word in words if word)
        if leading_number(section) is not None and sum(map(bool, words)) == 1:
            point = section
    if not rows:
        raise UnknownLayoutError(
            _("Sheet “%(sheet)s” has a header on row %(row)s and no task below it. Fill in the rows first.")
            % {"sheet": sheet.name, "row": top + 1}
        )
    named = {field: labels[column] for field, column in columns.items()}
    return Table(sheet.name, _title(sheet, top), headers, named, rows, skipped)


def _is_task(values: dict[str, str], words: list[str]) -> bool:
    """True for a row that means a task, even a faulty one; not for sections, totals, notes and signatures."""
    if _FOOT.match(next(word for word in words if word)):
        return False
    named = any(values.get(field) for field in ("lead", "responsible", "cooperating", "deadline"))
    if not values.get("title"):
        return named
    return named or bool(values.get("number") or values.get("amount")) or sum(map(bool, words)) > 1


def _spread(sheet: Sheet, first: int) -> list[list[Cell]]:
    """The cells with each vertically merged value repeated in the rows it holds for."""
    rows = [list(row) for row in sheet.rows]
    for (r0, c0), (r1, _c1) in sheet.merges:
        if r0 < first or r1 == r0 or c0 >= len(rows[r0] if r0 < len(rows) else ()):
            continue
        for row in rows[r0 + 1 : r1 + 1]:
            row[c0] = rows[r0][c0]
    return rows


def _title(sheet: Sheet, top: int) -> str:
    """The table's title: the longest line above the header that is no form line (填报单位 …)."""
    lines = [text(next((cell for cell in row if text(cell)), None)) for row in sheet.rows[:top]]
    return max(
        (line for line in lines if not re.search("填报|附件|日期", line)), key=lambda s: len(squeezed(s)), default=""
    )
