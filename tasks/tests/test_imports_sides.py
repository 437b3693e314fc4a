"""Lists that stand beside each other on a sheet: each is read, in its own columns and at its own places."""

import pytest

from .import_world import build
from .layouts_world import POINT_1, POINT_2, POLICE, SAFETY, SCHOOL, made, read

LEFT = ["序号", "工作要点", "重点任务", "牵头单位", "完成时限"]


@pytest.fixture
def plan(db):
    return build()[0]


@pytest.mark.parametrize("gap", [0, 2])
def test_two_lists_beside_each_other_are_both_read(plan, tmp_path, gap):
    blank = [None] * gap
    path = made(
        tmp_path / "a.xlsx",
        ["2017年任务分解表"],
        [*LEFT, *blank, "编号", "类别", "工作内容", "承办单位", "截止时间", "备注"],
        [1, "一", "召开动员大会", "市安监局", "4月底", *blank, 1, "二", "健全考核办法", "市公安局", "5月底", "右"],
        [2, "一", "制定实施方案", "市公安局", "6月底", *blank, 2, "二", "签订责任书", "市教育局", "5月底", ""],
        [None] * 5 + [*blank, 3, "二", "开展督查", "市教育局", "5月底", ""],
        ["注：本表一式两份"],
    )
    found, table = read(plan, path)
    assert [(row["number"], row["title"], row["work_point"], row["lead"], row["note"]) for row in found["rows"]] == [
        ("1", "召开动员大会", 1, [SAFETY], None), ("2", "制定实施方案", 1, [POLICE], None),
        ("1", "健全考核办法", 2, [POLICE], "右"), ("2", "签订责任书", 2, [SCHOOL], None),
        ("3", "开展督查", 2, [SCHOOL], None),
    ]  # fmt: skip
    column = {0: "F", 2: "H"}[gap]
    assert [(row["row"], row.get("from_column")) for row in found["rows"]] == [
        (3, None), (4, None), (3, column), (4, column), (5, column),
    ]  # fmt: skip
    assert (found["errors"], found["skipped_rows"], found["header_rows"]) == ([], [6], [2])
    assert [(part.beside, part.start) for part in table.parts] == [(None, 0), (None, 5 + gap)]
    assert [len(part.columns) for part in table.parts] == [5 + gap, 6], "each tells its own columns only"


TWICE = [*LEFT, None, *LEFT]


def test_a_list_that_goes_on_to_the_right_keeps_its_section_and_its_numbers(plan, tmp_path):
    """As a long list is set in two columns to save paper."""
    head = [word for word in LEFT if word != "工作要点"]
    path = made(
        tmp_path / "a.xlsx",
        ["2017年任务分解表"],
        [*head, None, *head],
        [POINT_1, None, None, None, None, 3, "签订责任书", "市教育局", "5月底"],
        [1, "召开动员大会", "市安监局", "4月底", None, POINT_2],
        [2, "制定实施方案", "市公安局", "6月底", None, 4, "开展督查", "市教育局", "5月底"],
    )
    found, _table = read(plan, path)
    assert [(row["number"], row["work_point"], row["title"]) for row in found["rows"]] == [
        ("1", 1, "召开动员大会"), ("2", 1, "制定实施方案"), ("3", 1, "签订责任书"), ("4", 2, "开展督查"),
    ]  # fmt: skip
    assert found["errors"] == []


def test_a_number_is_taken_once_in_a_list_that_goes_on_to_the_right(plan, tmp_path):
    path = made(
        tmp_path / "a.xlsx", TWICE,
        [1, "一", "召开动员大会", "市安监局", "4月底", None, 2, "一", "签订责任书", "市教育局", "5月底"],
        [2, "一", "制定实施方案", "市公安局", "6月底", None, 3, "一", "开展督查", "市教育局", "5月底"],
    )  # fmt: skip
    found, _table = read(plan, path)
    assert [(one["row"], one["from_column"], one["code"], one["value"]) for one in found["errors"]] == [
        (2, "G", "number_duplicate", "2")
    ]


def test_a_line_across_both_lists_is_said_of_both(plan, tmp_path):
    path = made(
        tmp_path / "a.xlsx",
        ["2017年任务分解表"],
        ["序号", "重点任务", "牵头单位", "完成时限", "序号", "重点任务", "牵头单位", "完成时限"],
        [POINT_2],
        [1, "召开动员大会", "市安监局", "4月底", 2, "签订责任书", "市教育局", "5月底"],
        ["合计"],
        fill=lambda sheet, _book: [sheet.merge_range(f"A{n}:H{n}", word) for n, word in ((3, POINT_2), (5, "合计"))],
    )
    found, _table = read(plan, path)
    assert [(row["number"], row["work_point"]) for row in found["rows"]] == [("1", 2), ("2", 2)]
    assert found["skipped_rows"] == [3, 5]


def test_three_lists_beside_each_other(plan, tmp_path):
    path = made(
        tmp_path / "a.xlsx", [*TWICE, *LEFT],
        [1, "一", "甲项任务", "市安监局", "4月底", None, 2, "一", "乙项任务", "市教育局", "5月底",
         3, "二", "丙项任务", "市公安局", "5月底"],
    )  # fmt: skip
    found, table = read(plan, path)
    assert [(row["number"], row["title"], row.get("from_column")) for row in found["rows"]] == [
        ("1", "甲项任务", None), ("2", "乙项任务", "G"), ("3", "丙项任务", "L"),
    ]  # fmt: skip
    assert [part.start for part in table.parts] == [0, 6, 11]


def test_a_list_below_two_that_stand_side_by_side(plan, tmp_path):
    path = made(
        tmp_path / "a.xlsx", TWICE,
        [1, "一", "甲项任务", "市安监局", "4月底", None, 2, "一", "乙项任务", "市教育局", "5月底"],
        ["编号", "类别", "工作内容", "承办单位", "截止时间", "备注"],
        [3, "二", "丙项任务", "市公安局", "5月底", "下"],
    )  # fmt: skip
    found, table = read(plan, path)
    assert [(row["row"], row.get("from_column"), row["title"], row["note"]) for row in found["rows"]] == [
        (2, None, "甲项任务", None), (4, None, "丙项任务", "下"), (2, "G", "乙项任务", None),
    ]  # fmt: skip
    assert found["skipped_rows"] == [] and len(table.parts) == 3


def test_a_header_beside_the_list_with_nothing_below_it_is_named(plan, tmp_path):
    path = made(tmp_path / "a.xlsx", TWICE, [1, "一", "甲项任务", "市安监局", "4月底"])
    found, table = read(plan, path)
    assert [row["title"] for row in found["rows"]] == ["甲项任务"]
    assert [part.beside for part in table.parts] == [6]


def test_a_column_that_comes_twice_is_no_second_list(plan, tmp_path):
    path = made(
        tmp_path / "a.xlsx",
        [*LEFT, "责任单位", "完成时间", "责任单位", "备注"],
        [1, "一", "召开动员大会", "市安监局", "4月底", "市公安局", "", "市教育局", "说明"],
    )
    found, table = read(plan, path)
    assert [part.beside for part in table.parts] == [None]
    assert found["rows"][0]["note"] == "说明"
