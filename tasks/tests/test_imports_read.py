"""What a sheet says: layouts, phrases, numbers, units; each sample exactly as its expected result."""

import datetime
import json

import pytest

from lib.sheets.read import Percent, UnreadableFileError
from organizations.models import Organization
from tasks.imports import cells as values
from tasks.imports.deadlines import Reader
from tasks.imports.faults import CellError
from tasks.imports.output import rows_json
from tasks.imports.resource import TaskListFormat, judge
from tests import factories

from .import_world import HEAD, SAMPLES, build, row, sheet

READER = Reader(2017, factories.ISSUED_ON)


@pytest.fixture
def plan(db):
    return build()[0]


def read(plan, path):
    return judge(plan, TaskListFormat(plan).create_dataset(path))


@pytest.mark.parametrize(
    "name",
    ["tasks-classic.xlsx", "tasks-errors.xlsx", "tasks-two-level-header.xlsx", "tasks-legacy.xls", "tasks-gbk.csv"],
)
def test_each_sample_is_read_exactly(plan, name):
    expected = json.loads((SAMPLES / "expected" / f"{name.rsplit('.', 1)[0]}.json").read_text())
    assert rows_json(name, read(plan, SAMPLES / name)) == expected


def test_reading_asks_the_database_the_same_for_any_number_of_rows(plan, tmp_path, django_assert_max_num_queries):
    few = sheet(tmp_path / "a.xlsx", row(1))
    many = sheet(tmp_path / "b.xlsx", *(row(n, lead="市安监局、市公安局") for n in range(1, 301)))
    numbers = []
    for path in (few, many):
        with django_assert_max_num_queries(8) as asked:
            read(plan, path)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("written", "kind", "dates"),
    [
        ("2017.9.30", "date", ["09-30"]), ("2017/9/30", "date", ["09-30"]), ("２０１７年６月３０日", "date", ["06-30"]),
        ("42916", "date", ["06-30"]), (42916.0, "date", ["06-30"]), ("10月15日前", "date", ["10-15"]),
        ("2017年6月底前", "date", ["06-30"]), ("8月", "date", ["08-31"]), ("11月上旬", "date", ["11-10"]),
        ("2017年11月中旬", "date", ["11-20"]), ("2月下旬前", "date", ["02-28"]), ("三季度末", "date", ["09-30"]),
        ("第四季度", "date", ["12-31"]), ("上半年", "date", ["06-30"]), ("年底前", "date", ["12-31"]),
        ("6月底、11月底", "date", ["06-30", "11-30"]), ("上半年、下半年", "date", ["06-30", "12-31"]),
        ("每半年", "date", ["06-30", "12-31"]), ("6月底前制定计划，11月底前完成", "date", ["06-30", "11-30"]),
        ("6月底前部署，年底前完成", "date", ["06-30", "12-31"]), ("4月至12月", "date", ["12-31"]),
        ("4—10月", "date", ["10-31"]), ("即日起至12月底", "date", ["12-31"]),
        ("2017-4-1至2017-6-30", "date", ["06-30"]),
        ("每月", "monthly", ["04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31", "11-30", "12-31"]),
        ("每月5日前", "monthly", [f"{m:02}-05" for m in range(5, 13)]),
        ("每季度", "quarterly", ["06-30", "09-30", "12-31"]),
        ("每季度末月10日前", "quarterly", ["06-10", "09-10", "12-10"]),
        ("每季度首月10日前", "quarterly", ["04-10", "07-10", "10-10"]), ("全年", "yearlong", ["12-31"]),
        ("长期坚持", "ongoing", ["06-30", "09-30", "12-31"]),
        (datetime.datetime(2017, 7, 31, 8), "date", ["07-31"]),
    ],
)  # fmt: skip
def test_deadlines(written, kind, dates):
    found = READER.deadline(written)
    assert (found.kind, [day.strftime("%m-%d") for day in found.dates]) == (kind, dates)


@pytest.mark.parametrize(
    "written", ["2017年2月30日", "尽快", "13月", "每月40日前", "6月31日", "12月至4月", "第五季度", "按要求"]
)
def test_deadlines_that_are_none(written):
    with pytest.raises(CellError) as caught:
        READER.deadline(written)
    assert caught.value.code == "date_invalid"


@pytest.mark.parametrize("written", ["", None, "—", "-", "/", "\u3000"])
def test_no_deadline(written):
    assert READER.deadline(written) is None


@pytest.mark.parametrize(
    ("written", "day"),
    [("4月", "2017-04-01"), ("4月上旬", "2017-04-01"), ("二季度", "2017-04-01"), ("下半年", "2017-07-01"),
     ("即日起", "2017-04-07"), ("2017-04-20", "2017-04-20"), ("已启动", None), ("", None)],
)  # fmt: skip
def test_starts(written, day):
    found = READER.start(written)
    assert (found.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        (450, "家", (450, "家")), ("4,500", "册", (4500, "册")),
        ("不少于20场", "", (20, "场")), ("≥500家", "", (500, "家")),
        ("3万户", "", (30_000, "户")), ("95%", "", (95, "%")), (Percent(0.95), "", (95, "%")),
        (Percent(1), "", (100, "%")), (1.0, "", (1, "")), ("2期/月", "", (2, "期/月")),
        ("７５", "％", (75, "%")), ("0.31万", "人次", (3100, "人次")),
        ("—", "", None), ("", "家", None), (None, None, None),
        (0, "起", (0, "起")),
    ],
)  # fmt: skip
def test_targets(amount, unit, expected):
    found = values.target(amount, unit)
    assert (None if found is None else (values.plain(found.value), found.unit)) == expected


@pytest.mark.parametrize(
    ("amount", "code"), [(-5.0, "target_negative"), ("若干", "target_not_number"), (1e15, "target_too_large")]
)
def test_targets_that_are_none(amount, code):
    with pytest.raises(CellError) as caught:
        values.target(amount, "家")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("written", "number"),
    [(1.0, "1"), ("1.1", "1.1"), ("3.", "3"), ("①", "1"), ("（一）", "1"), ("7、", "7"), ("十二", "12")],
)
def test_numbers(written, number):
    assert values.number(written) == number


@pytest.mark.parametrize(
    ("written", "lead", "others"),
    [
        ("市安监局、市公安局", ["青岛市安全生产监督管理局", "青岛市公安局"], []),
        ("市安监局，市公安局等部门", ["青岛市安全生产监督管理局", "青岛市公安局"], []),
        ("市安监局 市公安局\n市教育局", ["青岛市安全生产监督管理局", "青岛市公安局", "青岛市教育局"], []),
    ],
)
def test_unit_cells(plan, tmp_path, written, lead, others):
    (staged,) = read(plan, sheet(tmp_path / "a.xlsx", row(lead=written, others=""))).staged
    assert (staged.values["lead"], staged.values["cooperating"]) == (lead, others)


def test_a_collective_unit_may_hold_a_separator(plan, tmp_path):
    cell = "各区、市政府、市公安局、中央、省驻青有关单位"
    (staged,) = read(plan, sheet(tmp_path / "a.xlsx", row(others=cell))).staged
    assert staged.values["groups"] == ["各区市政府", "驻青有关单位"]
    assert staged.values["cooperating"] == ["青岛市公安局"]


def test_in_a_single_unit_column_the_mark_or_the_first_name_leads(plan, tmp_path):
    head = ["序号", "工作要点", "重点任务", "责任单位"]
    rows = [
        [1, "一", "甲", "市公安局、市安监局（牵头）"],
        [2, "一", "乙", "市公安局、市安监局"],
        [3, "一", "丙", "市教育局牵头，市公安局"],
    ]
    staged = read(plan, sheet(tmp_path / "a.xlsx", *rows, head=head)).staged
    assert [s.values["lead"] for s in staged] == [["青岛市安全生产监督管理局"], ["青岛市公安局"], ["青岛市教育局"]]
    assert staged[0].values["cooperating"] == ["青岛市公安局"]


def test_a_dissolved_unit_is_refused_by_name(plan, tmp_path):
    Organization.objects.filter(name="青岛市公安局").update(is_active=False)
    (staged,) = read(plan, sheet(tmp_path / "a.xlsx", row())).staged
    assert [(error["column"], error["code"], error["value"]) for error in staged.errors] == [
        ("责任单位", "unit_inactive", "市公安局")
    ]


def test_several_faults_of_a_row_are_all_named(plan, tmp_path):
    bad = row(title="", amount=-1, lead="无此单位", deadline="尽快", point="十二", note="长" * 501, number="9" * 21)
    (staged,) = read(plan, sheet(tmp_path / "a.xlsx", bad)).staged
    assert {error["code"] for error in staged.errors} == {
        "title_missing", "target_negative", "unknown_unit", "date_invalid", "work_point_unknown", "text_too_long",
    }  # fmt: skip


def test_control_characters_in_a_cell_are_dropped(plan, tmp_path):
    (staged,) = read(plan, sheet(tmp_path / "a.xlsx", row(title="甲\x01乙_x0000_\n丙"))).staged
    assert staged.values["title"].replace("_x0000_", "") == "甲乙丙"


def test_columns_in_another_order_and_lines_above_are_found(plan, tmp_path):
    head = ["完成时间", "备注", "牵头部门", "工作任务", "联系电话", "工作要点", "序号"]

    def fill(made, book):
        made.write(6, 0, "填表人：某某")

    path = sheet(tmp_path / "a.xlsx", ["年底前", "", "市安监局", "甲", "0532", "二、", "（三）"], head=head, fill=fill)
    resource = read(plan, path)
    (staged,) = resource.staged
    assert (staged.values["number"], staged.values["work_point"], staged.values["target"]) == ("3", 2, None)
    assert resource.context.table.skipped == [7]


@pytest.mark.parametrize("head", [["姓名", "电话"], ["序号", "工作要点", "备注"], HEAD])
def test_a_foreign_layout_is_refused_with_a_hint(plan, tmp_path, head):
    with pytest.raises(UnreadableFileError) as caught:
        read(plan, sheet(tmp_path / "a.xlsx", head=head))
    assert str(caught.value)
