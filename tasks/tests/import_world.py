"""The city of the sample workbooks, for the tests of the import."""

from pathlib import Path

import xlsxwriter

from lib import clock
from lib.sheets.read import read_workbook
from organizations.actions.imports import import_units
from organizations.models import Organization
from organizations.roles import Role
from tests import factories

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CLASSIC, UPDATE, ERRORS = (SAMPLES / f"tasks-{name}.xlsx" for name in ("classic", "update", "errors"))
POINTS = (
    "积极开展“安全生产改革发展年”活动", "进一步健全安全生产责任制", "不断完善安全生产监管体制机制",
    "大力推进安全生产依法治理", "着力构建安全预防控制体系", "深化重点行业领域“大快严”集中行动",
    "巩固提升安全生产基础保障能力", "切实加强职业卫生监管工作", "完善安全生产应急管理体系",
    "全面加强党的建设和队伍建设",
)  # fmt: skip
HEAD = ["序号", "工作要点", "重点任务", "目标数量", "计量单位", "牵头单位", "责任单位", "完成时限", "备注"]


def build():
    """(plan, admin) of a city with all units of the samples and no task."""
    import_units(sheets=read_workbook(SAMPLES / "organizations.xlsx"), by=None, at=clock.now())
    commission = Organization.objects.get(parent=None)
    plan = factories.plan(commission)
    for point in plan.work_points.all():
        point.title = POINTS[point.number - 1]
        point.save()
    return plan, factories.user(commission, Role.ADMIN, "office")


def sheet(path, *rows, head=HEAD, fill=None):
    """A workbook with a header on row 1 and the given rows below."""
    with xlsxwriter.Workbook(str(path)) as book:
        made = book.add_worksheet("任务")
        for number, row in enumerate([head, *rows]):
            made.write_row(number, 0, row)
        if fill:
            fill(made, book)
    return path


def row(number=1, **cells):
    """One good row, with what the test needs to be different."""
    names = ("number", "point", "title", "amount", "unit", "lead", "others", "deadline", "note")
    values = {"number": number, "point": "一", "title": f"任务{number}", "amount": 5, "unit": "家", "lead": "市安监局",
              "others": "市公安局", "deadline": "6月底前", "note": ""} | cells  # fmt: skip
    return [values[name] for name in names]
