"""What an import costs, beside the stock way and beside its floor, in the same run on the same database.

    DATABASE_URL=… python tools/bench_import.py [--json] [ROWS]

The floor (bench_import_floor.py) reads with calamine, stages by COPY and writes the same tasks into the same tables by
INSERT … SELECT; it stands twice, without and with the assignments. Ours is all of it: upload, child process, layout,
preview, judging anew, commit, record, counts. Memory is what this process and its child hold together at the worst
moment. Works inside a transaction that is rolled back, in whatever database the settings name; what a real commit
checks at its end (foreign keys) is checked and counted for all of them.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qdsafety.settings")
    django.setup()

import tablib
import xlsxwriter
from bench_import_floor import Meant, floor
from django.conf import settings
from django.db import connection, transaction
from import_export import fields, resources, widgets

from lib import clock
from lib.sheets.read import read_workbook
from organizations.groups_default import create_default_groups
from organizations.models import Organization
from tasks.actions import fanout, imports
from tasks.models import Plan, Task, WorkPoint

HEAD = [
    "序号", "工作要点", "重点任务", "目标数量", "计量单位", "牵头单位", "责任单位", "配合单位", "启动时间", "完成时限",
    "备注", "联系人",
]  # fmt: skip
DEADLINES: Meant = {
    "2017年6月底前": ("2017-06-30", None, "2017-04-10"),
    "6月底、11月底": ("2017-11-30", "2017-06-30", "2017-04-10"),
    "10月15日前": ("2017-10-15", None, "2017-04-10"),
    "2017.9.30": ("2017-09-30", None, "2017-04-10"),
    "第三季度": ("2017-09-30", None, "2017-04-10"),
    "年底前": ("2017-12-31", None, "2017-04-10"),
    "4月至12月": ("2017-12-31", None, "2017-04-10"),
    "12月底": ("2017-12-31", None, "2017-04-10"),
}
NUMERALS = "一二三四五六七八九十"
STOCK_ROWS = 500  # the stock way gets no more, or nobody would wait for it

Result = tuple[str, float, float, str]
TIMES_FLOOR, TIMES_STOCK, MEBIBYTES = 3, 20, 300  # what is asked of a long list


def run(*sizes: int) -> tuple[list[Result], list[str]]:
    """(what, seconds, seconds of the floor, the floor's name) for each number of rows, and in words what is beyond
    its limit. The floor leaves its memory behind, so memory is told truly for one size in a process."""
    found: list[Result] = []
    over: list[str] = []
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        kept, settings.MEDIA_ROOT = settings.MEDIA_ROOT, folder
        try:
            plan, names = _city()
            _whole(plan, _sheet(Path(folder) / "warm.xlsx", 200, names))
            some = _sheet(Path(folder) / "some.xlsx", STOCK_ROWS, names)
            for rows in sorted(sizes, reverse=True):
                path = _sheet(Path(folder) / f"{rows}.xlsx", rows, names)
                lines, beyond = _compared(plan, path, rows, some)
                found += lines
                over += beyond
        finally:
            settings.MEDIA_ROOT = kept
            transaction.set_rollback(True)
    return found, over if connection.vendor == "postgresql" else []


def _compared(plan: Plan, path: Path, rows: int, some: Path) -> tuple[list[Result], list[str]]:
    """One size: ours, the floors, the stock way."""
    watch = Memory()
    with watch:
        ours, stages = _ours(plan, path, rows, again=True)
    floors = {False: math.inf, True: math.inf}
    bare = math.inf
    for _turn in range(2):  # in turns, so that what else the machine does falls on all of them
        floors[False] = min(floors[False], _floor(path, plan, rows, False))
        with _no_fan_out():
            bare = min(bare, _ours(plan, path, rows)[0])
        floors[True] = min(floors[True], _floor(path, plan, rows, True))
        ours = min(ours, _ours(plan, path, rows)[0])
    stock = _undone(lambda: _stock(some, plan)) * rows / STOCK_ROWS
    parsing = _timed(lambda: read_workbook(path))
    n, least, name = f"{rows:,}", floors[True], "calamine + COPY + INSERT … SELECT"
    bare_name = f"{name}, no assignments"
    lines: list[Result] = [
        (f"import: {n} rows from upload to commit, assignments included", ours, least, name),
        (f"import: {n} rows from upload to commit, without assignments", bare, floors[False], bare_name),
        (f"import: upload and preview of {n} rows", stages[0], least, name),
        (f"import: commit of {n} rows", stages[1], least, name),
        (f"import: the same {n} rows again, nothing to write", stages[2], least, name),
        (f"import: reading {n} rows in a child process", parsing, least, name),
        (f"stock django-import-export, {n} rows (from {STOCK_ROWS}), tasks only", stock, floors[False], bare_name),
    ]
    print(f"  import of {n} rows: {stock / ours:.0f} times as fast as stock; {watch}", flush=True)
    over = []
    for what, seconds, its_floor, _name in lines[:2]:
        if seconds > TIMES_FLOOR * its_floor:
            over.append(f"{what}: {seconds / its_floor:.1f} times the floor; the limit is {TIMES_FLOOR}")
    if stock < TIMES_STOCK * ours:
        over.append(f"import of {n} rows: {stock / ours:.0f} times as fast as stock; it should be {TIMES_STOCK}")
    if watch.both > MEBIBYTES:
        over.append(f"import of {n} rows: {watch}; the limit is {MEBIBYTES} MiB")
    return lines, over


class Memory:
    """What this process and its children hold, looked at all the time; MiB at the worst moment of each."""

    def __init__(self) -> None:
        self.both = self.parent = self.child = 0.0
        self._stop = threading.Event()

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.05):
            child = sum(map(_resident, _children()))
            parent = _resident(os.getpid())
            self.parent, self.child = max(self.parent, parent), max(self.child, child)
            self.both = max(self.both, parent + child)

    def __str__(self) -> str:
        return (
            f"{self.both:.0f} MiB at most, process and child together ({self.parent:.0f} the process, {self.child:.0f} "
            "the child, at their own worst)"
        )


def _children() -> list[int]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found += [int(word) for word in (task / "children").read_text().split()]
    return found


def _resident(pid: int) -> float:
    """MiB; a page that two processes share (after a fork) counts half for each of them."""
    with suppress(OSError, ValueError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return 0.0


def _ours(plan: Plan, path: Path, rows: int, *, again: bool = False) -> tuple[float, list[float]]:
    """Seconds of the whole, and of the preview, the commit, and (`again`) the same list once more."""
    stages: list[float] = []

    def work() -> None:
        begin = time.perf_counter()
        batch = _preview(plan, path)
        middle = time.perf_counter()
        done = imports.commit(batch=batch, by=None, at=clock.now(), today=clock.today())
        _settle()
        stages.extend((middle - begin, time.perf_counter() - middle))
        if done.created != rows:
            raise RuntimeError(f"{done.created} of {rows} rows were created")
        if again:
            stages.append(_timed(lambda: _whole(plan, path)))

    _undone(work)
    return stages[0] + stages[1], stages


@contextmanager
def _no_fan_out() -> Iterator[None]:
    """Imports without making assignments, which no importer does."""
    real = fanout.wanted
    fanout.wanted = lambda *_asked: iter(())  # type: ignore[assignment]  # for this measurement
    try:
        yield
    finally:
        fanout.wanted = real


def _floor(path: Path, plan: Plan, rows: int, fan_out: bool) -> float:
    made: list[tuple[int, int]] = []
    # A plan of its own: the numbers of tasks that were made by hand are unique in their work point.
    own = Plan.objects.create(issuer=plan.issuer, year=plan.year + 1, title="Floor", issued_on=plan.issued_on)
    WorkPoint.objects.bulk_create(WorkPoint(plan=own, number=n, title=f"F{n}") for n in range(1, 11))
    seconds = _undone(lambda: made.append(floor(path, own, NUMERALS, DEADLINES, fan_out=fan_out)))
    Plan.objects.filter(pk=own.pk).delete()
    if made != [(rows, 2 * rows if fan_out else 0)]:
        raise RuntimeError(f"the floor wrote {made}")
    return seconds


def _undone(work: Callable[[], Any]) -> float:
    """Seconds of something that is taken back."""
    with transaction.atomic():
        seconds = _timed(work)
        transaction.set_rollback(True)
    return seconds


def _settle() -> None:
    """What a real commit checks at its end."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _city() -> tuple[Plan, list[str]]:
    """A commission of its own with 70 units and a plan with ten work points."""
    commission = Organization.objects.create(name="基准市安全生产委员会", kind=Organization.Kind.COMMISSION)
    names = [f"基准市第{number}局" for number in range(1, 71)]
    for name in names:
        Organization.objects.create(name=name, kind=Organization.Kind.DEPARTMENT, parent=commission)
    create_default_groups(city=commission)
    issued_on = clock.today().replace(year=2017, month=4, day=7)
    plan = Plan.objects.create(issuer=commission, year=2017, title="基准计划", issued_on=issued_on)
    WorkPoint.objects.bulk_create(WorkPoint(plan=plan, number=n, title=f"要点{n}") for n in range(1, 11))
    return plan, names


def _sheet(path: Path, rows: int, names: list[str]) -> Path:
    """A list of twelve columns; one lead and one cooperating unit a row."""
    phrases = list(DEADLINES)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, HEAD)
        for n in range(rows):
            lead, other = names[n % 70], names[(n * 7 + 3) % 70]
            other = other if other != lead else names[(n + 1) % 70]
            sheet.write_row(
                n + 1, 0,
                [n + 1, NUMERALS[n % 10], f"{path.stem}任务{n + 1}：组织开展重点行业领域专项检查", 10 + n % 90, "家",
                 lead, other, "", "4月10日", phrases[n % len(phrases)], "按季度报送进展" if n % 3 else "",
                 f"联系人{n % 40}"],
            )  # fmt: skip
    return path


def _preview(plan: Plan, path: Path) -> Any:
    return imports.preview(plan=plan, path=path, name=path.name, by=None, at=clock.now())


def _whole(plan: Plan, path: Path) -> None:
    imports.commit(batch=_preview(plan, path), by=None, at=clock.now(), today=clock.today())


def _stock(path: Path, plan: Plan) -> None:
    """As its documentation begins: a ModelResource with foreign keys by name, a dry run, then the import.

    In its favour: read with our fast reader, no units, deadlines or assignments written, no record kept.
    """

    class StockResource(resources.ModelResource):
        number = fields.Field("number", "序号")
        work_point = fields.Field("work_point", "工作要点", widgets.ForeignKeyWidget(WorkPoint))
        title = fields.Field("title", "重点任务")
        target = fields.Field("target", "目标数量", widgets.DecimalWidget())
        unit = fields.Field("unit", "计量单位")
        note = fields.Field("note", "备注")

        class Meta:
            model = Task
            import_id_fields = ("number", "work_point")
            exclude = ("id",)

        def before_import_row(self, row: Any, **kwargs: Any) -> None:
            row["工作要点"] = points[row["工作要点"]]
            for column in ("牵头单位", "责任单位"):
                Organization.objects.get(name=row[column])

        def after_init_instance(self, instance: Task, new: bool, row: Any, **kwargs: Any) -> None:
            instance.plan = plan

    numerals = dict(enumerate(NUMERALS, 1))
    points = {numerals[point.number]: point.pk for point in plan.work_points.all()}
    cells = read_workbook(path)[0].rows
    dataset = tablib.Dataset(*((f"s{int(row[0])}", *row[1:]) for row in cells[1:]), headers=cells[0])
    for dry_run in (True, False):
        result = StockResource().import_data(dataset, dry_run=dry_run, raise_errors=True)
        if result.has_errors():
            raise RuntimeError("the stock import failed")


if __name__ == "__main__":
    as_json = sys.argv[1:2] == ["--json"]
    with redirect_stdout(sys.stderr):
        lines, beyond = run(*(int(rows) for rows in sys.argv[1 + as_json :] or (10_000,)))
    if as_json:
        print(json.dumps([lines, beyond]))
        sys.exit()
    for what, seconds, least, name in lines:
        print(f"{what}: {seconds:.2f} s, {seconds / least:.1f} x {name} ({least:.2f} s)")
    for text in beyond:
        print(f"BEYOND ITS LIMIT: {text}")
    sys.exit(1 if beyond else 0)
