"""manage.py import_progress: what a return says, what it logs, and that it logs it once."""

import json

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from lib.sheets.read import Percent
from organizations.models import Organization
from organizations.roles import Role
from tasks.imports.faults import CellError
from tasks.models import Assignment, ProgressEntry, ProgressReturn
from tasks.returns import values as reading
from tests import factories

from .import_world import CLASSIC, SAMPLES, build

RETURN = SAMPLES / "progress-return-q2.xlsx"
HEAD = ["序号", "重点任务", "进展情况", "完成数量", "完成率", "存在问题", "下一步措施", "是否完成"]
STAFF = "抽查新入职员工“三级教育”培训档案"


@pytest.fixture
def plan(db, settings, tmp_path):
    made = build()[0]
    call_command("import_tasks", str(CLASSIC), "--year", "2017")
    return made


def run(capsys, path, *flags, unit="市安监局", quarter="2017Q2"):
    """(exit status, standard output, standard error)."""
    capsys.readouterr()
    try:
        call_command("import_progress", str(path), "--organization", unit, "--quarter", quarter, *flags)
        status = 0
    except SystemExit as end:
        status = end.code
    except CommandError as error:
        return error.returncode, capsys.readouterr().out, str(error)
    said = capsys.readouterr()
    return status, said.out, said.err


def returned(path, *rows, head=HEAD, above=(), below=()):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([*([line] for line in above), head, *rows, *([line] for line in below)]):
            sheet.write_row(number, 0, row)
    return path


def of(number, plan):
    return Assignment.objects.get(
        task__plan=plan,
        task__number=number,
        organization__short_name="市安监局",
        period__in=["2017", "2017Q2", "2017-06"],
    )


def test_the_sample_is_read_exactly_and_logged_once(plan, capsys):
    expected = json.loads((SAMPLES / "expected" / "progress-return-q2.json").read_text())
    status, out, err = run(capsys, RETURN, "--json", "--dry-run")
    assert (status, json.loads(out)) == (1, expected)
    assert "nothing written" in err and not ProgressEntry.objects.exists()

    status, out, err = run(capsys, RETURN, "--json")
    assert (status, json.loads(out)) == (1, expected)
    assert ProgressEntry.objects.count() == len(expected["rows"])
    staff = of("10", plan)
    assert (staff.quantity, staff.percent, staff.state) == (156, 52, "in_progress")
    entry = staff.entries.get()
    assert (entry.what, entry.problems) == ("抽查企业156家，发现问题213项，已整改198项", "个别企业培训学时不足")
    assert entry.author is None and entry.happened_on.isoformat() == "2017-06-30"
    assert of("8", plan).entries.get().percent == 0  # no rate, no target: as before

    status, out, err = run(capsys, RETURN, "--json")
    assert (status, json.loads(out)) == (1, expected)
    assert "0 entries logged" in err and ProgressEntry.objects.count() == len(expected["rows"])
    act = AuditEntry.objects.get(verb="return.commit")
    assert act.after["quarter"] == "2017Q2" and act.after["added"] == len(expected["rows"])
    states = ProgressReturn.objects.order_by("pk").values_list("state", "added", "known", "by")
    assert list(states) == [("discarded", 21, 0, None), ("committed", 21, 0, None), ("discarded", 0, 21, None)]


def test_a_corrected_return_adds_only_what_it_adds(plan, capsys, tmp_path):
    first = [10, STAFF, "已抽查156家", "156家", "52%", "", "", "否"]
    run(capsys, returned(tmp_path / "a.xlsx", first))
    status, _out, err = run(capsys, returned(tmp_path / "b.xlsx", [10, STAFF, "已抽查160家", 160, "53%", "", "", "否"]))
    assert (status, "1 entries logged" in err) == (0, True)
    assert (of("10", plan).quantity, of("10", plan).percent) == (160, 53)
    assert list(of("10", plan).entries.values_list("quantity", flat=True)) == [4, 156]
    status, _out, err = run(capsys, returned(tmp_path / "c.xlsx", [10, STAFF, "已抽查90家", 90, "30%", "", "", "否"]))
    assert status == 1 and "160" in err and of("10", plan).quantity == 160


def test_who_signed_answers_for_it_where_the_unit_has_such_a_person(plan, capsys, tmp_path):
    unit = Organization.objects.get(short_name="市安监局")
    head = factories.user(unit, Role.HEAD, "wang", real_name="王建国")
    office = factories.user(plan.issuer, Role.ADMIN, "clerk")
    path = returned(
        tmp_path / "a.xlsx", [10, STAFF, "已抽查", 9, "", "", "", ""],
        above=["2017年第二季度进展情况表", "填报单位（盖章）：市安监局"], below=["审核人：王建国   填表人：李小明"],
    )  # fmt: skip
    assert run(capsys, path, "--by", "clerk")[0] == 0
    entry = of("10", plan).entries.get()
    assert (entry.author, entry.signed_by) == (head, "王建国")
    assert AuditEntry.objects.filter(verb="assignment.progress").get().by == office
    path = returned(tmp_path / "b.xlsx", [10, STAFF, "又抽查", 19, "", "", "", ""], below=["填表人：赵不在册"])
    assert run(capsys, path)[0] == 0
    assert list(of("10", plan).entries.values_list("author", "signed_by")) == [(None, "赵不在册"), (head.pk, "王建国")]


def test_another_units_sheet_and_other_mistakes_are_refused_as_a_whole(plan, capsys, tmp_path):
    row = [10, STAFF, "已抽查", 9, "", "", "", ""]
    other = returned(tmp_path / "a.xlsx", row, above=["填报单位：市公安局"])
    assert run(capsys, other)[0] == 2
    good = returned(tmp_path / "b.xlsx", row)
    for flags in ({"unit": "无此局"}, {"quarter": "2017Q5"}, {"quarter": "2017Q4"}, {"quarter": "2016Q2"}):
        assert run(capsys, good, **flags)[0] == 2
    assert run(capsys, good, "--by", "nobody")[0] == 2
    assert run(capsys, CLASSIC)[0] == 2  # a task list is no return
    assert not ProgressEntry.objects.exists()


WRONG = {
    "number_unknown": [99, "无此任务", "做了", "", "", "", "", ""],
    "title_differs": [10, "完全不同的另一项工作", "做了", "", "", "", "", ""],
    "progress_missing": [30, "建立企业“一企一册”风险隐患台账", "", 5, "", "", "", ""],
    "entry_not_whole": [43, "粉尘防爆和有限空间作业专项治理", "做了", 2.5, "", "", "", ""],
    "entry_target": [55, "组织企业开展职业病危害防治评估", "做了", 5, "100%", "", "", ""],
    "completed_not_number": [31, "由标杆企业编制风险分级管控行业标准指南", "做了", "若干", "", "", "", ""],
    "not_assigned": [12, "制定安全生产巡查制度，完成首轮区市巡查", "做了", "", "", "", "", ""],
    "number_missing": ["", "没有这句话的任务", "做了", "", "", "", "", ""],
    "number_duplicate": [31, "由标杆企业编制风险分级管控行业标准指南", "又做了", "", "", "", "", ""],
}


def test_every_wrong_row_is_named_and_the_others_are_logged(plan, capsys, tmp_path):
    good = [36, "推动高危和规模以上企业安全生产标准化达标升级", "新达标企业287家", 287, "47.8%", "", "", "否"]
    status, out, err = run(capsys, returned(tmp_path / "a.xlsx", *WRONG.values(), good), "--json")
    errors = json.loads(out)["errors"]
    assert (status, [(error["row"], error["code"]) for error in errors]) == (1, list(enumerate(WRONG, 2)))
    for error in errors:
        assert f"row {error['row']}, {error['column']}: " in err and error["code"] not in err
    assert of("36", plan).quantity == 287
    assert ProgressEntry.objects.count() == 2, "a cell that is no number leaves the rest of its row"


def test_a_row_that_was_left_blank_says_nothing_and_other_columns_do_not_matter(plan, capsys, tmp_path):
    head = [
        "任务编号",
        "牵头单位",
        "工作任务",
        "工作进展",
        "累计完成数",
        "完成比例（%）",
        "困难和问题",
        "下步打算",
        "办结情况",
    ]
    rows = [
        ["10", "市安监局", STAFF, "", "", "", "", "", ""],
        ["36", "x", "", "达标", "287", 47.8, "无", "加快", "未完成"],
    ]
    status, out, err = run(capsys, returned(tmp_path / "a.xlsx", *rows, head=head), "--json")
    assert status == 0 and "1 rows without progress" in err
    assert json.loads(out)["rows"][1] == {
        "row": 3, "number": "36", "progress": "达标", "completed": 287, "rate": 47.8, "problems": None,
        "next_steps": "加快", "done": False, "note": None,
    }  # fmt: skip
    assert ProgressEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("cell", "rate"),
    [
        ("52%", 52),
        ("71％", 71),
        ("约30%", 30),
        ("已完成", 100),
        (Percent(0.4667), 46.67),
        (0.5, 50),
        (1.0, 100),
        (47.8, 47.8),
        (90.7, 90.7),
        ("52.9%", 52.9),
        ("0.5", 50),
        ("", None),
        (None, None),
        ("—", None),
        (0.0, 0),
        (Percent(1.2), 120),
    ],
)
def test_rates(cell, rate):
    found = reading.rate(cell)
    assert (None if found is None else float(found)) == rate


@pytest.mark.parametrize("cell", ["第一阶段已完成", "一半", "-5%", -0.2, float("nan"), "基本完成"])
def test_rates_that_are_none(cell):
    with pytest.raises(CellError) as caught:
        reading.rate(cell)
    assert caught.value.code == "rate_not_number"


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("156家", 156),
        ("0.31万", 3100),
        (Percent(0.68), 68),
        (71.0, 71),
        ("2380", 2380),
        ("100%", 100),
        ("约12项", 12),
        ("", None),
    ],
)
def test_amounts(cell, amount):
    assert reading.amount(cell) == amount


@pytest.mark.parametrize(
    ("cell", "done"),
    [("是", True), ("√", True), ("已完成", True), ("否", False), ("未完成", False), ("", None)],
)
def test_done(cell, done):
    assert reading.yes(cell) is done


def test_what_is_neither_yes_nor_no_is_said():
    with pytest.raises(CellError) as caught:
        reading.yes("基本完成")
    assert caught.value.code == "done_unclear"
