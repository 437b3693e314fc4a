"""What an import costs, beside the stock way and beside its floor, in the same run on the same database.

    DATABASE_URL=… python tools/bench_import.py [ROWS]

The floor is the least that any import of tasks does: calamine reads the cells, COPY stages them, one statement checks
them against units and work points, one upserts tasks by (work point, number). No preview, no record, no units, no
assignments. Ours does all that; the fan-out into assignments, which no importer has, is measured on its own as well.
Works inside a transaction that is rolled back, in whatever database the settings name.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qdsafety.settings")
    django.setup()

import tablib
import xlsxwriter
from django.conf import settings
from django.db import connection, transaction
from import_export import fields, resources, widgets
from python_calamine import CalamineWorkbook

from lib import clock
from lib.sheets.read import read_workbook
from organizations.groups_default import create_default_groups
from organizations.models import Organization
from tasks.actions import import_commit, imports
from tasks.models import Plan, Task, WorkPoint

HEAD = [
    "序号", "工作要点", "重点任务", "目标数量", "计量单位", "牵头单位", "责任单位", "配合单位", "启动时间", "完成时限",
    "备注", "联系人",
]  # fmt: skip
DEADLINES = ["2017年6月底前", "6月底、11月底", "10月15日前", "2017.9.30", "第三季度", "年底前", "4月至12月", "12月底"]
NUMERALS = "一二三四五六七八九十"
STOCK_SHARE = 20  # the stock way gets a twentieth of the rows, or nobody would wait for it

Result = tuple[str, float, float, str]


def run(rows: int = 10_000) -> list[Result]:
    """(what, seconds, seconds of the floor, the floor's name), measured once each after a small warm-up."""
    found: list[Result] = []
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        kept, settings.MEDIA_ROOT = settings.MEDIA_ROOT, folder
        try:
            plan, names = _city()
            path = _sheet(Path(folder) / "list.xlsx", rows, names)
            warm = _sheet(Path(folder) / "warm.xlsx", 200, names)
            _whole(plan, warm)
            floor = min(_timed(lambda: _floor(path, plan)) for _ in range(2))
            parsing = _timed(lambda: read_workbook(path))
            begin = time.perf_counter()
            batch = _preview(plan, path)
            middle = time.perf_counter()
            fanned = _timing_fan_out()
            done = imports.commit(batch=batch, by=None, at=clock.now(), today=clock.today())
            fanned.restore()
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":  # what a real commit checks at its end
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            end = time.perf_counter()
            if done.created != rows:
                raise RuntimeError(f"{done.created} of {rows} rows were created")
            name = "calamine + COPY + check + upsert"
            assignments = done.fanned.created
            found.append((f"import: upload and preview of {rows} rows", middle - begin, floor, name))
            found.append((f"import: commit of {rows} tasks with {assignments} assignments", end - middle, floor, name))
            found.append((f"import: {rows} rows from upload through preview and commit", end - begin, floor, name))
            without = end - begin - fanned.seconds
            found.append((f"import: the same without the {assignments} assignments", without, floor, name))
            again = _timed(lambda: _whole(plan, path))
            found.append((f"import: the same {rows} rows again, nothing to write", again, floor, name))
            some = max(50, rows // STOCK_SHARE)
            stock = _timed(lambda: _stock(_sheet(Path(folder) / "some.xlsx", some, names), plan)) * rows / some
            found.append((f"stock django-import-export, {rows} rows from {some}", stock, floor, name))
            found.append((f"import: reading {rows} rows in a child process", parsing, floor, name))
        finally:
            settings.MEDIA_ROOT = kept
            transaction.set_rollback(True)
    return found


class _timing_fan_out:  # noqa: N801
    """Measures the assignments inside a commit: what no importer does."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._real = import_commit.fan_out
        import_commit.fan_out = self._timed  # type: ignore[assignment]

    def _timed(self, **options: Any) -> Any:
        begin = time.perf_counter()
        try:
            return self._real(**options)
        finally:
            self.seconds += time.perf_counter() - begin

    def restore(self) -> None:
        import_commit.fan_out = self._real


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
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, HEAD)
        for n in range(rows):
            lead, other = names[n % 70], names[(n * 7 + 3) % 70]
            other = other if other != lead else names[(n + 1) % 70]
            sheet.write_row(
                n + 1, 0,
                [n + 1, NUMERALS[n % 10], f"{path.stem}任务{n + 1}：组织开展重点行业领域专项检查", 10 + n % 90, "家",
                 lead, other, "", "4月10日", DEADLINES[n % len(DEADLINES)], "按季度报送进展" if n % 3 else "",
                 f"联系人{n % 40}"],
            )  # fmt: skip
    return path


def _preview(plan: Plan, path: Path) -> Any:
    return imports.preview(plan=plan, path=path, name=path.name, by=None, at=clock.now())


def _whole(plan: Plan, path: Path) -> None:
    imports.commit(batch=_preview(plan, path), by=None, at=clock.now(), today=clock.today())


def _floor(path: Path, plan: Plan) -> None:
    """calamine + COPY into staging + check + upsert in SQL; the tasks go into a table of the same shape."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    columns = ", ".join(f"c{index} text" for index in range(len(HEAD)))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE floor_rows ({columns})")
        cursor.execute("CREATE TEMPORARY TABLE floor_tasks (point bigint, number text, title text, target numeric, "
                       "unit text, lead bigint, due text, note text, UNIQUE (point, number))")  # fmt: skip
        if connection.vendor == "postgresql":
            text = "\n".join("\t".join(map(str, row)) for row in rows) + "\n"
            cursor.copy_expert("COPY floor_rows FROM STDIN", io.StringIO(text))
        else:
            marks = ", ".join(["%s"] * len(HEAD))
            cursor.executemany(f"INSERT INTO floor_rows VALUES ({marks})", [list(map(str, row)) for row in rows])
        points = ", ".join(f"('{NUMERALS[point.number - 1]}', {point.pk})" for point in plan.work_points.all())
        joined = (
            f"FROM floor_rows r LEFT JOIN (SELECT column1 AS word, column2 AS pk FROM (VALUES {points}) v) p "
            "ON p.word = r.c1 LEFT JOIN organizations_organization o ON o.name = r.c5"
        )
        cursor.execute(f"SELECT count(*) {joined} WHERE p.pk IS NULL OR o.id IS NULL OR r.c2 = '' OR r.c9 = ''")
        if cursor.fetchone()[0]:
            raise RuntimeError("the floor found wrong rows")
        cursor.execute(
            "INSERT INTO floor_tasks SELECT p.pk, r.c0, r.c2, CAST(r.c3 AS numeric), r.c4, o.id, r.c9, r.c10 "
            f"{joined} WHERE true ON CONFLICT (point, number) DO UPDATE SET title = EXCLUDED.title"
        )
        cursor.execute("DROP TABLE floor_rows")
        cursor.execute("DROP TABLE floor_tasks")


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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for what, seconds, floor, name in run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000):
        print(f"{what}: {seconds:.2f} s, {seconds / floor:.1f} x {name} ({floor:.2f} s)")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"memory: {peak} MiB at most, {before} MiB before the first row (the floor and the stock way included)")
