"""Layouts that no sample has: other words, other places, other numbers. Each is written and read right."""

import csv
import datetime
from typing import Any, NamedTuple

import pytest
import xlsxwriter

from tasks.imports.columns import SURE
from tasks.imports.resource import TaskListFormat, judge

from .import_world import POINTS, build
from .layouts_world import OFFICE, POINT_1, POINT_2, POINT_6, POLICE, SAFETY, SCHOOL, made, read


@pytest.fixture
def plan(db):
    return build()[0]


class Want(NamedTuple):
    """What a row must come to."""

    number: str | None
    point: int
    title: str
    target: tuple[Any, str] | None
    lead: list[str]
    others: list[str]
    due_on: str | None


def got(row: dict[str, Any]) -> Want:
    target = row["target"] and (row["target"]["value"], row["target"]["unit"])
    due_on = row["deadline"]["due_on"] if row["deadline"] else None
    others = [*row["cooperating"], *(group for group in row["groups"] if group not in row["lead_groups"])]
    lead = [*row["lead"], *row["lead_groups"]]
    return Want(row["number"], row["work_point"], row["title"], target, lead, others, due_on)


# Each: rows, what to do beside writing them, what comes out, header rows, skipped rows.
LAYOUTS: dict[str, tuple[list[list[Any]], Any, list[Want], list[int], list[int]]] = {
    "other words, shuffled, marks": (
        [
            ["内部资料"], ["青岛市安全生产重点工作推进表"], [], ["编制单位：市安委办", "", "", "2017年4月"], [],
            ["办结时限", "落实单位", "主要措施", "所属板块", "任务编号", "联系人", "指标值", "备注说明"],
            ["6月底前", "市公安局、市安监局（牵头）", "开展隐患排查整治行动", "一", "（一）", "张某", "300家", ""],
            ["全年", "市教育局，市公安局", "组织应急演练进校园活动", "二", "（二）", "李某", "—", "无"],
        ],
        None,
        [
            Want("1", 1, "开展隐患排查整治行动", (300, "家"), [SAFETY], [POLICE], "2017-06-30"),
            Want("2", 2, "组织应急演练进校园活动", None, [SCHOOL], [POLICE], "2017-12-31"),
        ],
        [6], [],
    ),
    "sections of their own rows, dotted numbers, subtotals": (
        [
            ["2017年任务清单"],
            ["序", "工作任务", "任务量", "量词", "主责部门", "协同部门", "完成期限"],
            [POINT_1],
            ["1.", "编印宣传资料", 2000, "册", "市安监局", "市教育局", "9月30日前"],
            ["2.", "举办主题宣讲活动", 12, "场", "市安委会办公室", "各区市", "第三季度"],
            ["小计", "", 2012],
            [POINT_2],
            ["1.", "签订责任书", 10, "份", "市安监局", "", "2017.5.31"],
            ["合 计", "", 2022],
            ["填报人：", "", "", "联系电话：0532-1"],
        ],
        None,
        [
            Want("1", 1, "编印宣传资料", (2000, "册"), [SAFETY], [SCHOOL], "2017-09-30"),
            Want("2", 1, "举办主题宣讲活动", (12, "场"), [OFFICE], ["各区市政府"], "2017-09-30"),
            Want("1", 2, "签订责任书", (10, "份"), [SAFETY], [], "2017-05-31"),
        ],
        [2], [3, 6, 7, 9, 10],
    ),
    "two tables with other columns": (
        [
            ["附表1 部门任务"],
            ["序号", "工作要点", "重点任务", "牵头单位", "配合单位", "完成时限"],
            [1, POINT_1, "建立联席会议制度", "市安监局", "市公安局", "上半年"],
            [2, "", "完善督查工作机制", "市公安局", "", "年底前"],
            [],
            ["附表2 专项任务"],
            ["完成时间", "承办单位", "工作内容", "类别", "编号"],
            ["每季度", "市教育局、市公安局", "校园安全专项检查", "六", "1"],
            ["长期坚持", "市安监局", "危险化学品专项整治", "六", "2"],
        ],
        None,
        [
            Want("1", 1, "建立联席会议制度", None, [SAFETY], [POLICE], "2017-06-30"),
            Want("2", 1, "完善督查工作机制", None, [POLICE], [], "2017-12-31"),
            Want("1", 6, "校园安全专项检查", None, [SCHOOL], [POLICE], "2017-12-31"),
            Want("2", 6, "危险化学品专项整治", None, [SAFETY], [], None),
        ],
        [2, 7], [6],
    ),
    "work point by name under a foreign header": (
        [
            ["序号", "大类", "事项", "目标", "责任部门", "时间节点"],
            ["1-1", POINTS[0], "召开全市动员大会并部署工作", "1次", "市安监局/市公安局", "4月底"],
            ["1-2", POINTS[0], "制定三年行动实施方案", "1份", "市公安局\n市教育局", "5月中旬"],
            ["2-1", POINTS[1], "健全责任体系考核办法", "不少于3项", "市教育局", datetime.date(2017, 8, 15)],
        ],
        None,
        [
            Want("1-1", 1, "召开全市动员大会并部署工作", (1, "次"), [SAFETY], [POLICE], "2017-04-30"),
            Want("1-2", 1, "制定三年行动实施方案", (1, "份"), [POLICE], [SCHOOL], "2017-05-20"),
            Want("2-1", 2, "健全责任体系考核办法", (3, "项"), [SCHOOL], [], "2017-08-15"),
        ],
        [1], [],
    ),
    "no numbers, labels within the cell": (
        [
            ["2017年度重点工作分工"],
            ["重点领域", "工作举措", "任务分工", "时限要求"],
            [POINT_1, "推广网格化监管经验", "牵头单位：市安监局；配合单位：市公安局、市教育局", "12月底前完成"],
            [POINT_2, "开展履职情况巡查工作", "由市公安局牵头，市安监局、市教育局配合", "2017年第四季度"],
        ],
        None,
        [
            Want(None, 1, "推广网格化监管经验", None, [SAFETY], [POLICE, SCHOOL], "2017-12-31"),
            Want(None, 2, "开展履职情况巡查工作", None, [POLICE], [SAFETY, SCHOOL], "2017-12-31"),
        ],
        [2], [],
    ),
    "repeated header of a printed page, circled numbers": (
        [
            ["序 号", "要 点", "任 务 名 称", "数 量", "单 位", "主 办 单 位", "协 办 单 位", "完 成 日 期"],
            ["①", "一", "培训安全管理人员", 500, "人次", "市安监局", "市教育局", "10月底"],
            ["②", "一", "检查校车安全状况", 120, "辆", "市公安局", "市教育局", "11月上旬"],
            ["序 号", "要 点", "任 务 名 称", "数 量", "单 位", "主 办 单 位", "协 办 单 位", "完 成 日 期"],
            ["③", "二", "修订考核细则", 1, "份", "市安监局", "", "六月底前"],
        ],
        None,
        [
            Want("1", 1, "培训安全管理人员", (500, "人次"), [SAFETY], [SCHOOL], "2017-10-31"),
            Want("2", 1, "检查校车安全状况", (120, "辆"), [POLICE], [SCHOOL], "2017-11-10"),
            Want("3", 2, "修订考核细则", (1, "份"), [SAFETY], [], "2017-06-30"),
        ],
        [1, 4], [],
    ),
    "English words": (
        [
            ["No.", "Work point", "Task", "Target", "Unit of measure", "Lead unit", "Cooperating units", "Deadline",
             "Note"],
            [1, 1, "建设信息平台系统", 1, "套", "市安监局", "市公安局", "2017-10-31", ""],
            [2, 2, "开展年度考核工作", "", "", "市安委会办公室", "", "年底", "x"],
        ],
        None,
        [
            Want("1", 1, "建设信息平台系统", (1, "套"), [SAFETY], [POLICE], "2017-10-31"),
            Want("2", 2, "开展年度考核工作", None, [OFFICE], [], "2017-12-31"),
        ],
        [1], [],
    ),
    "unknown words, known by what stands below": (
        [
            ["顺序", "啥事", "谁来办", "几时办完"],
            [1, f"{POINT_1}：部署全年工作任务", "市安监局、市公安局", "6月底"],
            [2, "开展大排查大整治行动", "市公安局", "9月底"],
            [3, "组织开展安全宣传咨询日", "市教育局", "6月"],
        ],
        None, [], [1], [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in LAYOUTS if not name.startswith("unknown")])
def test_a_layout_of_another_office_is_read_right(plan, tmp_path, name):
    rows, fill, wanted, headers, skipped = LAYOUTS[name]
    found, table = read(plan, made(tmp_path / "a.xlsx", *rows, fill=fill))
    assert found["errors"] == []
    assert [got(row) for row in found["rows"]] == wanted
    assert (found["header_rows"], found["skipped_rows"]) == (headers, skipped)
    assert table.sure >= 0.5


def test_columns_without_a_known_word_are_guessed_and_said_to_be_unsure(plan, tmp_path):
    rows = LAYOUTS["unknown words, known by what stands below"][0]
    _found, table = read(plan, made(tmp_path / "a.xlsx", *rows))
    taken = {column.label: (column.field, column.reason) for column in table.parts[0].columns}
    assert taken["啥事"] == ("title", "content") and taken["谁来办"] == ("responsible", "content")
    assert taken["几时办完"] == ("deadline", "content")
    assert table.sure < 0.7


def test_a_word_with_two_meanings_is_decided_by_what_stands_below(plan, tmp_path):
    rows = [["序号", "要点", "工作任务", "目标任务", "单位", "部门", "时间"],
            [1, "一", "开展专项检查工作", 20, "家", "市安监局", "6月底"],
            [2, "一", "举办安全知识竞赛", 3, "场", "市教育局", "9月底"]]  # fmt: skip
    found, _table = read(plan, made(tmp_path / "a.xlsx", *rows))
    assert [got(row)[3:5] for row in found["rows"]] == [((20, "家"), [SAFETY]), ((3, "场"), [SCHOOL])]
    rows = [["序号", "要点", "目标任务", "单位", "时间"], [1, "一", "开展专项检查工作", "市安监局", "6月底"],
            [2, "一", "举办安全知识竞赛", "市教育局、市公安局", "9月底"]]  # fmt: skip
    found, _table = read(plan, made(tmp_path / "b.xlsx", *rows))
    assert [got(row).title for row in found["rows"]] == ["开展专项检查工作", "举办安全知识竞赛"]
    assert [got(row).lead for row in found["rows"]] == [[SAFETY], [SCHOOL]]


def test_three_rows_of_header_with_groups_and_a_hidden_column(plan, tmp_path):
    def fill(sheet, _book):
        sheet.merge_range("A1:I1", "任务分解总表")
        sheet.merge_range("A2:A4", "序号")
        sheet.merge_range("B2:C3", "任务")
        sheet.write_row("B4", ["工作要点", "具体任务"])
        sheet.merge_range("D2:G2", "责任")
        sheet.merge_range("D3:E3", "单位")
        sheet.write_row("D4", ["牵头", "配合"])
        sheet.merge_range("F3:G3", "时间")
        sheet.write_row("F4", ["启动", "完成"])
        sheet.merge_range("H2:H4", "上年完成目标数量")
        sheet.merge_range("I2:I4", "备注")
        sheet.set_column("H:H", None, None, {"hidden": True})
        sheet.write_row("A5", [1, "一", "完善应急预案体系", "市安监局", "市公安局", "5月", "8月底", "9家", "按程序"])

    found, table = read(plan, made(tmp_path / "a.xlsx", fill=fill))
    assert found["header_rows"] == [2, 3, 4] and found["errors"] == []
    (row,) = found["rows"]
    assert got(row) == Want("1", 1, "完善应急预案体系", None, [SAFETY], [POLICE], "2017-08-31")
    assert (row["starts_on"], row["note"]) == ("2017-05-01", "按程序")
    hidden = next(column for column in table.parts[0].columns if column.label == "上年完成目标数量")
    assert (hidden.field, hidden.reason) == ("", "hidden")


def test_merged_cells_hold_for_their_rows_in_any_column(plan, tmp_path):
    def fill(sheet, _book):
        sheet.merge_range("B2:B4", POINT_6)
        sheet.merge_range("D2:D4", "市安监局")
        sheet.merge_range("E3:E4", "9月底前")

    rows = [
        ["序号", "工作要点", "重点任务", "牵头单位", "完成时限"],
        [1, "", "甲项任务", "", "6月底"],
        [2, "", "乙项任务"],
        [3, "", "丙项任务"],
    ]
    found, _table = read(plan, made(tmp_path / "a.xlsx", *rows, fill=fill))
    assert [(got(row).point, got(row).lead, got(row).due_on) for row in found["rows"]] == [
        (6, [SAFETY], "2017-06-30"),
        (6, [SAFETY], "2017-09-30"),
        (6, [SAFETY], "2017-09-30"),
    ]


def test_a_section_may_spread_over_number_and_task_and_below_it_numbers_restart(plan, tmp_path):
    rows = [
        ["编号", "主要任务", "量化指标", "负责单位", "完成节点"],
        ["一", POINTS[0]],
        ["1", "甲项任务", "3万户", "市安监局", "每月"],
        ["2", "乙项任务", "95%", "市公安局", "每半年"],
        ["二", POINTS[1]],
        ["1", "丙项任务", "", "市教育局", "持续推进"],
    ]
    found, _table = read(plan, made(tmp_path / "a.xlsx", *rows))
    assert [(row["number"], row["work_point"]) for row in found["rows"]] == [("1", 1), ("2", 1), ("1", 2)]
    assert [got(row).target for row in found["rows"]] == [(30000, "户"), (95, "%"), None]
    assert (found["errors"], found["skipped_rows"]) == ([], [2, 5])


def test_a_number_twice_in_one_run_is_refused_and_an_inserted_one_is_no_restart(plan, tmp_path):
    rows = [["序号", "工作要点", "重点任务", "牵头单位", "完成时限"]]
    for number, point in ((1, "一"), (2, "一"), (63, "一"), (3, "二"), (4, "二"), (3, "三")):
        rows.append([number, point, f"任务甲乙{number}{point}", "市安监局", "6月底"])
    found, _table = read(plan, made(tmp_path / "a.xlsx", *rows))
    assert [(e["row"], e["code"], e["value"]) for e in found["errors"]] == [(7, "number_duplicate", "3")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_files_in_every_encoding(plan, tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["序号", "工作要点", "重点任务", "目标数量", "牵头单位", "完成时限"])
        writer.writerow(["1", "一", "甲项任务，分两步", "1,200家", "市安监局、市公安局", "2017/6/30"])
        writer.writerow(["2", "", "乙项任务\n第二行", "95％", "市教育局", "年底"])
        writer.writerow(["3", "", "丙项任务", "", "市教育局", "年底"])
    found, _table = read(plan, path)
    assert (found["sheet"], found["errors"], found["header_rows"]) == (None, [], [1])
    assert [(row["row"], row["title"]) for row in found["rows"]] == [
        (2, "甲项任务，分两步"),
        (3, "乙项任务第二行"),
        (5, "丙项任务"),
    ]
    assert [got(row).target for row in found["rows"]] == [(1200, "家"), (95, "%"), None]


def test_a_list_on_the_second_sheet_and_a_third_that_is_named(plan, tmp_path):
    path = tmp_path / "a.xlsx"
    head, row = ["序号", "工作要点", "重点任务", "牵头单位"], [1, "一", "甲项任务", "市安监局"]
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("封面").write(0, 0, "青岛市")
        for name in ("任务", "另一张"):
            sheet = book.add_worksheet(name)
            sheet.write_row(3, 2, head)
            sheet.write_row(4, 2, row)
    found, table = read(plan, path)
    assert (found["sheet"], found["header_rows"], len(found["rows"])) == ("任务", [4], 1)
    assert table.others == ["另一张"]


def test_rows_that_a_filter_hides_are_read_and_counted(plan, tmp_path):
    rows = [
        ["序号", "工作要点", "重点任务", "牵头单位"],
        [1, "一", "甲项任务", "市安监局"],
        [2, "一", "乙项任务", "市安监局"],
    ]
    path = made(tmp_path / "a.xlsx", *rows, fill=lambda sheet, _book: sheet.set_row(2, None, None, {"hidden": True}))
    found, table = read(plan, path)
    assert (len(found["rows"]), table.hidden) == (2, 1)


def test_a_choice_beats_every_guess_and_belongs_to_the_layout(plan, tmp_path):
    rows = [["序号", "要点", "事由", "主要任务", "落实单位"], [1, "一", "上级督办要求事项", "甲项任务", "市安监局"]]
    path = made(tmp_path / "a.xlsx", *rows)
    _found, table = read(plan, path)
    assert table.labels["title"] == "主要任务"
    choices = {table.parts[0].fingerprint: {2: "title", 3: "note"}}
    dataset = TaskListFormat(plan, choices).create_dataset(path)
    assert (dataset.table.labels["title"], dataset.table.labels["note"]) == ("事由", "主要任务")
    assert {column.reason for column in dataset.table.parts[0].columns if column.column in (2, 3)} == {"chosen"}
    assert judge(plan, dataset).staged[0].values["title"] == "上级督办要求事项"
    assert TaskListFormat(plan, {"another": {2: "title"}}).create_dataset(path).table.labels["title"] == "主要任务"


def test_a_word_of_two_meanings_is_sure_once_another_column_clearly_has_the_other(plan, tmp_path):
    def sure(*head):
        values = {"序号": 1, "工作要点": "一", "重点任务": "召开会议", "牵头单位": "市安监局", "备注": "甲"}
        path = made(tmp_path / "a.xlsx", head, [values[word] for word in head])
        (part,) = read(plan, path)[1].parts
        return next(column for column in part.columns if column.label == "重点任务").sure >= SURE

    assert sure("序号", "工作要点", "重点任务", "牵头单位")
    assert not sure("序号", "重点任务", "牵头单位", "备注"), "it may as well name the work point"


def test_a_near_miss_is_offered_and_never_guessed(plan, tmp_path):
    rows = [["序号", "工作要点", "重点任务", "牵头单位"], [1, "一", "甲项任务", "市安监居"]]
    dataset = TaskListFormat(plan).create_dataset(made(tmp_path / "a.xlsx", *rows))
    (staged,) = judge(plan, dataset).staged
    (error,) = staged.errors
    assert (error["code"], error["value"]) == ("unknown_unit", "市安监居")
    assert "市安监局" in error["_"]["near"]
