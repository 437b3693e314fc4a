"""Workbooks of other offices, made and read, for the tests of layouts."""

from collections.abc import Callable
from typing import Any

import xlsxwriter

from tasks.imports.output import rows_json
from tasks.imports.resource import TaskListFormat, judge

from .import_world import POINTS

SAFETY, POLICE, SCHOOL, OFFICE = (
    "青岛市安全生产监督管理局", "青岛市公安局", "青岛市教育局", "青岛市安全生产委员会办公室",
)  # fmt: skip
POINT_1, POINT_2, POINT_6 = f"一、{POINTS[0]}", f"二、{POINTS[1]}", f"六、{POINTS[5]}"


def read(plan, path):
    dataset = TaskListFormat(plan).create_dataset(path)
    return rows_json(path.name, judge(plan, dataset)), dataset.table


def made(path, *rows, fill: Callable[[Any, Any], None] | None = None, options: dict[str, Any] | None = None):
    with xlsxwriter.Workbook(str(path), options or {}) as book:
        sheet = book.add_worksheet("工作表")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if fill:
            fill(sheet, book)
    return path
