"""Whatever stands in a grid, reading it never fails; and a list that was written is read as it was."""

import datetime
import json

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.sheets.read import Broken, Percent, Sheet, UnreadableFileError
from tasks.imports import cells
from tasks.imports.deadlines import Reader
from tasks.imports.faults import CellError
from tasks.imports.headers import TASKS
from tasks.imports.layout import Known, find_table
from tasks.imports.output import rows_json
from tasks.imports.resource import TaskListFormat, dataset_of, judge
from tasks.returns.read import read_return
from tests import factories

from .import_world import HEAD, POINTS, build

RELAXED = settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
words = st.sampled_from(
    [
        *sorted(TASKS.labels)[:80],
        "市安监局",
        "各区市政府",
        "6月底前",
        "一、要点",
        "合计",
        "注：",
        "①",
        "20家",
        "≥3",
        POINTS[0],
    ]
)
cell = st.one_of(
    st.none(), st.just(""), words, st.text(max_size=12), st.integers(-(10**20), 10**20), st.floats(), st.booleans(),
    st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.floats(-2, 2).map(Percent),
    st.sampled_from(["#REF!", "="]).map(Broken),
)  # fmt: skip


@st.composite
def grids(draw):
    width, height = draw(st.integers(1, 10)), draw(st.integers(0, 14))
    rows = [[draw(cell) for _column in range(width)] for _row in range(height)]
    if rows and width >= 4 and draw(st.booleans()):
        rows[draw(st.integers(0, height - 1))] = [*draw(st.permutations(HEAD))[:width], *[""] * (width - len(HEAD))]
    spans = st.tuples(st.integers(0, 15), st.integers(0, 10), st.integers(0, 3), st.integers(0, 3))
    merges = [((top, left), (top + down, left + right)) for top, left, down, right in draw(st.lists(spans, max_size=4))]
    hidden = frozenset(draw(st.lists(st.integers(0, 12), max_size=2)))
    return Sheet("表", True, rows, merges, hidden, hidden)


@pytest.fixture(scope="module")
def reader():
    return Reader(2017, factories.ISSUED_ON)


@RELAXED
@given(grid=grids())
def test_any_grid_is_read_or_refused(db, grid):
    plan = any_grid_plan()
    try:
        table = find_table([grid], Known({"甲": 1}))
        format_ = TaskListFormat(plan)
        json.dumps(rows_json("a", judge(plan, dataset_of(table, format_.units))), ensure_ascii=False)
    except UnreadableFileError as error:
        assert str(error)
    try:
        read_return([grid], plan.year)
    except UnreadableFileError as error:
        assert str(error)


def any_grid_plan():
    from tasks.models import Plan

    found = Plan.objects.select_related("issuer").first()
    return found or factories.plan(factories.organization("青岛市安全生产委员会", "commission"))


@RELAXED
@given(value=cell, unit=cell)
def test_any_cell_has_a_value_or_a_fault(reader, value, unit):
    for read in (
        lambda: reader.deadline(value), lambda: reader.start(value), lambda: cells.target(value, unit),
        lambda: cells.number(value), lambda: cells.leading_number(cells.text(value)),
    ):  # fmt: skip
        try:
            read()
        except CellError as fault:
            assert fault.code


titles = st.text("安全生产检查培训演练整治企业风险", min_size=4, max_size=30)
deadlines = st.sampled_from(
    ["6月底前", "2017.9.30", "第三季度", "全年", "每月", "6月底、11月底", datetime.date(2017, 8, 31), ""]
)
units = st.lists(
    st.sampled_from(["市安监局", "市公安局", "市教育局", "各区市政府", "市安委会办公室"]), min_size=1, unique=True
)
targets = st.one_of(st.none(), st.tuples(st.integers(0, 10**6), st.sampled_from(["家", "份", "人次"])))
tasks = st.tuples(st.integers(1, 10), titles, targets, units, units, deadlines, st.text("备注说明", max_size=5))


@pytest.fixture(scope="module")
def names():
    return {"市安监局": "青岛市安全生产监督管理局", "市公安局": "青岛市公安局", "市教育局": "青岛市教育局",
            "市安委会办公室": "青岛市安全生产委员会办公室"}  # fmt: skip


@settings(RELAXED, max_examples=8)
@given(rows=st.lists(tasks, min_size=1, max_size=25, unique_by=lambda task: task[1]), above=st.integers(0, 3))
def test_a_list_that_was_written_is_read_as_it_was(db, tmp_path, names, rows, above):
    plan = any_city()
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy/m/d"}) as book:
        sheet = book.add_worksheet()
        for line in range(above):
            sheet.write(line, 0, "附件")
        sheet.write_row(above, 0, HEAD)
        for number, (point, title, target, leads, others, deadline, note) in enumerate(rows, 1):
            amount, unit = target or ("", "")
            line = [number, point, title, amount, unit, "、".join(leads), "，".join(others), deadline, note]
            for column, value in enumerate(line):
                sheet.write(above + number, column, value)
    dataset = TaskListFormat(plan).create_dataset(path)
    found = rows_json("list.xlsx", judge(plan, dataset))
    assert (found["errors"], found["skipped_rows"], found["header_rows"]) == ([], [], [above + 1])
    for number, (read, (point, title, target, leads, others, deadline, note)) in enumerate(
        zip(found["rows"], rows, strict=True), 1
    ):
        assert (read["number"], read["work_point"], read["title"]) == (str(number), point, title)
        assert read["target"] == (target and {"value": target[0], "unit": target[1]})
        assert read["lead"] == [names[unit] for unit in leads if unit in names]
        assert read["cooperating"] == [names[unit] for unit in others if unit in names and unit not in leads]
        assert ("各区市政府" in read["groups"]) == ("各区市政府" in [*leads, *others])
        assert (read["deadline"] is None) == (deadline == "") and read["note"] == (note or None)


def any_city():
    from tasks.models import Plan

    return Plan.objects.select_related("issuer").first() or build()[0]
