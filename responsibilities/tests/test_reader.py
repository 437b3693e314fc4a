"""Reading lists: legal bases, layouts that differ from the sample, rows that are refused with their reason."""

import datetime

import pytest

from lib.sheets.read import Sheet, UnreadableFileError
from organizations.names import NameIndex
from responsibilities.imports.bases import is_article, read_bases
from responsibilities.imports.read import read_lists, tables_of, year_of

HEAD = ["序号", "职责事项", "职责类别", "法律依据", "责任处室", "责任人岗位", "履职方式", "履职频次", "追责情形"]
BASES = {
    "《安全生产法》（2014年修正）第三十八条、第九十八条": [("安全生产法", "2014", ["第三十八条", "第九十八条"])],
    "《港口法》第十七条；《危险化学品安全管理条例》第十二条": [
        ("港口法", None, ["第十七条"]), ("危险化学品安全管理条例", None, ["第十二条"]),
    ],
    "《甲法》第一条；《甲法》第二条": [("甲法", None, ["第一条", "第二条"])],
    "《甲法》(2009年8月27日修订)第三条第二款": [("甲法", "2009", ["第三条第二款"])],
    "《甲法》第三条至第五条": [("甲法", None, ["第三条至第五条"])],
    "1.《甲法》第一条 2.《乙条例》": [("甲法", None, ["第一条"]), ("乙条例", None, [])],
    "依据：《甲法》第一条。": [("甲法", None, ["第一条"])],
    "安全生产法第二十条；消防法": [("安全生产法", None, ["第二十条"]), ("消防法", None, [])],
    "《生产安全事故应急预案管理办法》第二十六条之一": [("生产安全事故应急预案管理办法", None, ["第二十六条之一"])],
    "": [],
}  # fmt: skip


@pytest.mark.parametrize("written", BASES)
def test_legal_bases(written):
    assert [tuple(basis) for basis in read_bases(written)] == BASES[written]


@pytest.mark.parametrize("written", ["第三十八条", "见附件《甲法》", "；第一条"])
def test_a_cell_that_names_no_law_is_refused(written):
    with pytest.raises(ValueError):
        read_bases(written)


def test_what_an_article_is():
    assert all(map(is_article, ["第三十八条", "第5条", "第三条第二款", "第三条至第五条", "第二十六条之一"]))
    assert not any(map(is_article, ["三十八条", "第三十八", "第三十八条等", ""]))


def sheet(*rows, name="Sheet1", merges=(), visible=True):
    width = max(len(row) for row in rows)
    return Sheet(name, visible, [[*row, *[None] * (width - len(row))] for row in rows], list(merges))


def read(city, *sheets):
    return read_lists(tables_of(sheets), NameIndex.for_city(city.commission))


def item(number=1, title="甲", **cells):
    known = dict(
        zip(HEAD, [number, title, "监督检查", "《甲法》第一条", "执法处", "处长", "检查", "每月", "失职"], strict=True)
    )
    return [*(known | cells).values()]


def test_the_kind_stands_in_the_title_where_there_are_no_sections(city):
    [one] = read(city, sheet(["青岛市安全生产监督管理局责任清单"], HEAD, item()))
    assert (one.department, one.rows[0]["list"], one.header_rows) == ("青岛市安全生产监督管理局", "责任清单", [2])


def test_the_tab_may_name_unit_and_kind(city):
    [one] = read(city, sheet(HEAD, item(), name="市安监局权力清单"))
    assert (one.unit, one.rows[0]["list"]) == (city.safety, "权力清单")


def test_other_heads_and_another_order(city):
    heads = ["权力名称", "设定依据", "承办机构", "责任人", "类型", "编号"]
    [one] = read(
        city, sheet(["市安监局权力清单"], [], heads, ["许可", "《甲法》第一条", "许可处", "处长", "行政许可", "3"])
    )
    assert one.rows[0] | {"row": 0} == {
        "row": 0, "number": "3", "list": "权力清单", "title": "许可", "category": "行政许可",
        "legal_bases": [{"law": "甲法", "version": None, "articles": ["第一条"]}], "office": "许可处", "post": "处长",
        "method": None, "frequency": None, "accountability": None,
    }  # fmt: skip


def test_a_header_of_two_rows(city):
    above = ["序号", "职责事项", "职责类别", "法律依据", "责任主体", "", "履职要求", "", "追责情形"]
    below = ["", "", "", "", "责任处室", "责任人岗位", "履职方式", "履职频次", ""]
    [one] = read(city, sheet(["市安监局责任清单"], above, below, item()))
    assert one.header_rows == [2, 3]
    assert (one.rows[0]["office"], one.rows[0]["frequency"]) == ("执法处", "每月")


def test_a_column_of_units_divides_a_sheet(city):
    heads = [*HEAD, "单位", "清单类型"]
    rows = [
        [*item(), "市安监局", "责任清单"],
        [*item(), "市交通运输委", "责任清单"],
        [*item(2, "乙"), "市安监局", "权力清单"],
    ]
    found = read(city, sheet(["全市责任清单汇总"], heads, *rows))
    assert [(one.unit, [(row["row"], row["list"]) for row in one.rows]) for one in found] == [
        (city.safety, [(3, "责任清单"), (5, "权力清单")]), (city.transport, [(4, "责任清单")]),
    ]  # fmt: skip


def test_merged_cells_hold_for_their_rows(city):
    rows = [item(), item(2, "乙", 职责类别=None, 责任处室=None), item(3, "丙", 职责类别=None)]
    [one] = read(city, sheet(["市安监局责任清单"], HEAD, *rows, merges=[((2, 2), (4, 2)), ((2, 4), (3, 4))]))
    assert [(row["category"], row["office"]) for row in one.rows] == [
        ("监督检查", "执法处"), ("监督检查", "执法处"), ("监督检查", "执法处"),
    ]  # fmt: skip


def test_repeated_heads_footers_totals_and_signatures_are_no_items(city):
    rows = [item(), HEAD, item(2, "乙"), ["合计", "2"], ["注：以上内容由各处室提供"], ["填表人：张三"]]
    [one] = read(city, sheet(["市安监局责任清单"], HEAD, *rows))
    assert [row["title"] for row in one.rows] == ["甲", "乙"]
    assert (one.header_rows, one.skipped_rows) == ([2, 4], [6, 7, 8])


def test_full_width_digits_line_breaks_and_dates(city):
    row = item("（１）", "检\n查", 履职频次=datetime.date(2017, 9, 1))
    [one] = read(city, sheet(["市安监局责任清单"], HEAD, row))
    assert (one.rows[0]["number"], one.rows[0]["title"], one.rows[0]["frequency"]) == ("1", "检查", "2017-09-01")


def test_hidden_and_foreign_sheets_are_passed_over(city):
    found = read(
        city, sheet(HEAD, item(), name="市安监局责任清单", visible=False), sheet(["说明"], ["填表要求"]),
        sheet(HEAD, item(), name="市交通运输委责任清单"),
    )  # fmt: skip
    assert [one.unit for one in found] == [city.transport]


WRONG = [
    (item(title=""), "title_missing", "职责事项", ""),
    (item(title="长" * 301), "text_too_long", "职责事项", "长" * 301),
    (item(责任处室="处" * 101), "text_too_long", "责任处室", "处" * 101),
    (item(法律依据="第三十八条"), "basis_unreadable", "法律依据", "第三十八条"),
    (item(1, "乙"), "number_duplicate", "序号", "1"),
    (item(2, "甲"), "title_duplicate", "职责事项", "甲"),
]


@pytest.mark.parametrize(("row", "code", "column", "value"), WRONG)
def test_a_wrong_row_is_refused_and_the_others_are_taken(row, code, column, value, city):
    [one] = read(city, sheet(["市安监局责任清单"], HEAD, item(), row, item(9, "丙")))
    public = [{name: error[name] for name in ("row", "column", "code", "value")} for error in one.errors]
    assert public == [{"row": 4, "column": column, "code": code, "value": value}]
    assert [found["title"] for found in one.rows] == ["甲", "丙"]


def test_without_a_kind_every_row_is_refused(city):
    [one] = read(city, sheet(["市安监局"], HEAD, item(), item(2, "乙")))
    assert [error["code"] for error in one.errors] == ["list_unknown", "list_unknown"]


def test_no_list_at_all(city):
    with pytest.raises(UnreadableFileError, match="职责事项"):
        read(city, sheet(["序号", "单位名称"], [1, "甲"]))


def test_the_year_above_the_table():
    assert year_of(tables_of([sheet(["责任清单"], ["（2016年12月公布）"], HEAD, item())])) == 2016
    assert year_of(tables_of([sheet(HEAD, item())])) is None
