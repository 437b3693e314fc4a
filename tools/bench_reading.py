"""What understanding a sheet costs beside its floor: calamine alone, in this process, without limits.

    python tools/bench_reading.py [ROWS …]

Reading is grid, layout and values of a list of twelve columns, in the child process and under its limits.
"""

from __future__ import annotations

import datetime
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qdsafety.settings")
    django.setup()

import python_calamine
import xlsxwriter

from lib.sheets.read import read_workbook
from tasks.imports import cells
from tasks.imports.deadlines import Reader
from tasks.imports.layout import find_table

HEAD = [
    "序号",
    "工作要点",
    "重点任务",
    "目标数量",
    "计量单位",
    "牵头单位",
    "责任单位",
    "启动时间",
    "完成时限",
    "备注",
    "联系人",
    "联系电话",
]
DEADLINES = ["2017年6月底前", "6月底、11月底", "10月15日前", "2017.9.30", "第三季度", "年底前", "4月至12月", "12月底"]
NUMERALS = "一二三四五六七八九十"

Result = tuple[str, float, float, str]


def run(sizes: tuple[int, ...] = (10_000, 100_000)) -> list[Result]:
    """(what, seconds, seconds of the floor, the floor's name) for each number of rows."""
    found: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            path = _sheet(Path(folder) / f"{rows}.xlsx", rows)
            floor = _timed(_floor, path)
            grid = _timed(read_workbook, path)
            whole = _timed(_understood, path, rows)
            found.append(
                (f"reading: grid of {rows} rows of 12 columns in a child process", grid, floor, "calamine alone")
            )
            found.append((f"reading: grid, layout and values of {rows} rows", whole, floor, "calamine alone"))
    return found


def _timed(work: Callable[..., Any], *arguments: Any) -> float:
    begin = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begin


def _floor(path: Path) -> None:
    python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def _understood(path: Path, rows: int) -> None:
    table = find_table(read_workbook(path))
    reader = Reader(2017, datetime.date(2017, 4, 7))
    for row in table.rows:
        found = row.cells
        cells.number(found["number"]), cells.text(found["title"]), cells.text(found["note"])
        cells.leading_number(cells.text(found["work_point"]))
        cells.target(found["amount"], found["unit"])
        cells.text(found["lead"]), cells.text(found["responsible"])
        reader.start(found["start"]), reader.deadline(found["deadline"])
    if len(table.rows) != rows:
        raise RuntimeError(f"{len(table.rows)} of {rows} rows were read")


def _sheet(path: Path, rows: int) -> Path:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, HEAD)
        for n in range(rows):
            sheet.write_row(
                n + 1,
                0,
                [
                    n + 1,
                    NUMERALS[n % 10],
                    f"任务{n + 1}：组织开展重点行业领域专项检查",
                    10 + n % 90,
                    "家",
                    f"市第{n % 70}局",
                    f"市第{(n * 7 + 3) % 70}局",
                    "4月",
                    DEADLINES[n % len(DEADLINES)],
                    "按季度报送进展" if n % 3 else "",
                    f"联系人{n % 500}",
                    f"0532-{n % 5000:08}",
                ],
            )
    return path


if __name__ == "__main__":
    for what, seconds, floor, name in run(tuple(int(size) for size in sys.argv[1:]) or (10_000, 100_000)):
        print(f"{what}: {seconds:.2f} s, {seconds / floor:.1f} x {name} ({floor:.2f} s)")
