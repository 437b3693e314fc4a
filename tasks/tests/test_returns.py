"""A unit's workbook goes out, is filled in, comes back, and becomes progress exactly once."""

import datetime
import io
import json
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command

from organizations.models import Organization
from tasks import entry_rules
from tasks.actions import return_batches as returns
from tasks.models import Assignment, ProgressEntry, ProgressReturn
from tasks.returns import values
from tasks.returns.open_rows import outgoing
from tasks.states import AssignmentState, Cadence
from tasks.workbooks.outgoing import write_outgoing
from tests import factories

from . import import_world as world

DAY = datetime.date
AT = datetime.datetime(2017, 9, 20, 9, 0, tzinfo=datetime.UTC)
TODAY = factories.TODAY
RETURN = world.SAMPLES / "progress-return-q2.xlsx"


def book_of(plan, unit, quarter="2017Q3"):
    """The workbook of a unit, opened."""
    buffer = io.BytesIO()
    [sheet] = outgoing(plan, [unit], quarter, TODAY)
    write_outgoing(buffer, sheet)
    buffer.seek(0)
    return openpyxl.load_workbook(buffer)


def column(sheet, head):
    return next(cell.column for cell in sheet[4] if cell.value.startswith(head))


def fill(sheet, row, **said):
    heads = {"progress": "进展情况", "completed": "完成数量", "rate": "完成率", "problems": "存在问题",
             "steps": "下一步", "done": "是否完成"}  # fmt: skip
    for key, value in said.items():
        sheet.cell(row, column(sheet, heads[key]), value)


def sign(sheet, person="王伟", day=datetime.datetime(2017, 9, 18)):
    sheet["G2"], sheet["J2"] = person, day


@pytest.fixture
def bring_in(plan, cast, tmp_path):
    def do(book, name="return.xlsx", by=None):
        path = tmp_path / name
        book.save(path)
        return returns.preview(plan=plan, path=path, name=name, by=by or cast.admin, at=AT, today=TODAY)

    return do


def commit(batch, by):
    return returns.commit(batch=batch, by=by, at=AT, today=TODAY)


def fresh(one):
    one.refresh_from_db()
    return one


# ---------------------------------------------------------------- out


def test_a_units_workbook_holds_its_own_open_rows_and_opens_only_the_cells_to_fill_in(owed, plan, city):
    book = book_of(plan, city.safety)
    sheet = book["填报表"]
    assert [cell.value for cell in sheet["A"][4:8]] == ["1", "2", "3", "3"]
    assert [cell.value for cell in sheet["D"][4:8]] == ["2017年", "2017年", "2017年8月", "2017年9月"]
    assert (sheet["C5"].value, sheet["F5"].value) == ("450家", "100家")
    assert sheet.protection.sheet
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert open_cells == {"G2", "J2"} | {f"{letter}{row}" for letter in "GHIJKLM" for row in range(5, 9)}
    kinds = {rule.type: rule for rule in sheet.data_validations.dataValidation}
    assert set(kinds) == {"list", "decimal", "textLength", "date"}
    assert kinds["list"].formula1 == '"是,否"'
    assert kinds["list"].promptTitle == "是否完成"
    assert book["填报说明"].protection.sheet
    assert book["_标识"].sheet_state == "veryHidden"


def test_what_a_unit_owes_nothing_of_is_not_sent(owed, plan, city):
    assert list(outgoing(plan, [city.jiaozhou], "2017Q3", TODAY)) == []


# ---------------------------------------------------------------- and back


def test_a_filled_in_workbook_becomes_progress(owed, plan, city, cast, bring_in):
    book = book_of(plan, city.safety)
    sheet = book["填报表"]
    sign(sheet)
    fill(sheet, 5, progress="又查 56 家", completed=156, rate=0.34, problems="无", steps="继续", done="否")
    fill(sheet, 6, progress="已印发", rate=1, done="是")
    fill(sheet, 8, progress="九月通报已发", done="是")
    batch = bring_in(book)
    assert (batch.organization, batch.quarter) == (city.safety, "2017Q3")
    assert (batch.signed_by, batch.filled_on) == ("王伟", DAY(2017, 9, 18))
    assert batch.layout["identified"]
    assert (batch.added, batch.blank, batch.refused, batch.known) == (3, 1, 0, 0)
    assert not ProgressEntry.objects.exists(), "nothing is written before it is confirmed"
    assert fresh(owed[0]).quantity == 100
    rows = {row.row: row for row in batch.rows.all()}
    assert rows[5].effect == {
        "before": {"quantity": 100, "percent": 22}, "added": 56, "after": {"quantity": 156, "percent": 34},
    }  # fmt: skip
    assert rows[6].effect["submits"]
    assert not rows[8].effect["submits"]
    assert rows[8].effect["missing"]
    done = commit(batch, cast.admin)
    assert done.outcome == {"added": 3, "known": 0, "refused": 0, "submitted": 1}
    assert (fresh(owed[0]).quantity, owed[0].percent, owed[0].last_progress_on) == (156, 34, DAY(2017, 9, 18))
    assert fresh(owed[1]).state == AssignmentState.SUBMITTED
    assert owed[1].submitted_by == cast.admin
    assert fresh(owed[2]).state == AssignmentState.NOT_STARTED
    assert fresh(owed[3]).state == AssignmentState.IN_PROGRESS
    entry = ProgressEntry.objects.get(assignment=owed[0])
    assert (entry.what, entry.problems, entry.next_steps, entry.quantity) == ("又查 56 家", "", "继续", 56)
    assert (entry.author, entry.signed_by) == (None, "王伟"), "no account of the unit has this name"
    assert entry.returned.batch.by == cast.admin


def test_the_same_return_twice_and_the_same_rows_in_another_file_count_once(owed, plan, city, cast, bring_in):
    book = book_of(plan, city.safety)
    fill(book["填报表"], 5, progress="又查 56 家", completed=156)
    first, second = bring_in(book), bring_in(book)
    commit(first, cast.admin)
    with pytest.raises(returns.ChangedError):
        commit(second, cast.admin)
    again = bring_in(book)
    assert (again.added, again.known) == (0, 1)
    other = book_of(plan, city.safety)
    sheet = other["填报表"]
    sign(sheet, "李娜")
    fill(sheet, 5, progress="又查 56家 ", completed="156家")
    fill(sheet, 6, progress="新的一条")
    third = bring_in(other, "other.xlsx")
    assert (third.added, third.known) == (1, 1)
    commit(third, cast.admin)
    assert ProgressEntry.objects.count() == 2
    assert fresh(owed[0]).quantity == 156
    with pytest.raises(returns.DecidedError):
        commit(first, cast.admin)


def test_a_retyped_sheet_without_identification_is_understood_by_numbers_and_periods(owed, plan, city, cast, bring_in):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2017年第三季度安全生产重点工作任务进展情况"])
    sheet.append(["填报单位：市安监局        填报人：王伟        填报日期：2017.9.19"])
    sheet.append(["序号", "工作任务", "进展情况", "完成数量", "完成率", "是否完成"])
    sheet.append([1, "开展企业安全体检", "又查 20 家", "120家", "26.7%", "否"])
    sheet.append([3, "每月通报", "已发", None, None, None])
    sheet.append([9, "没有的任务", "已办", None, None, None])
    sheet.append([4, "别人的任务", "已办", None, None, None])
    sheet.append([2, "完全不同的另一件事", "已办", None, None, None])
    sheet.append(["审核人："])
    batch = bring_in(book)
    assert (batch.organization, batch.quarter, batch.signed_by) == (city.safety, "2017Q3", "王伟")
    assert not batch.layout["identified"]
    rows = list(batch.rows.all())
    assert [row.verdict for row in rows] == ["added", "added", "refused", "refused", "refused"]
    assert rows[1].assignment == owed[3], "of the months of a quarter the last"
    codes = [[error["code"] for error in row.errors] for row in rows[2:]]
    assert codes == [["number_unknown"], ["not_assigned"], ["title_differs"]]


def test_a_forged_identification_counts_for_nothing(owed, plan, city, cast, bring_in):
    book = book_of(plan, city.safety)
    hidden = book["_标识"]
    hidden["A2"] = hidden["A2"].value[:-4] + "AAAA"
    fill(book["填报表"], 8, progress="九月")
    batch = bring_in(book)
    assert batch.layout["broken"]
    assert batch.organization == city.safety
    assert batch.rows.get(row=8).assignment == owed[3]


@pytest.mark.parametrize(
    "said, code",
    [({"progress": "少了", "completed": 90}, "below_total"), ({"completed": 120}, "progress_missing"),
     ({"progress": "x" * 2001}, "text_too_long"), ({"progress": "满了", "rate": 1}, "entry_target")],
)  # fmt: skip
def test_a_row_that_cannot_be_right_is_refused_with_its_reason(said, code, owed, plan, city, cast, bring_in):
    book = book_of(plan, city.safety)
    fill(book["填报表"], 5, **said)
    fill(book["填报表"], 6, progress="已印发")
    batch = bring_in(book)
    assert (batch.added, batch.refused) == (1, 1)
    assert code in [error["code"] for error in batch.rows.get(row=5).errors]
    commit(batch, cast.admin)
    assert fresh(owed[0]).quantity == 100


def test_what_was_submitted_meanwhile_stops_the_whole_return(owed, plan, city, cast, bring_in):
    book = book_of(plan, city.safety)
    fill(book["填报表"], 5, progress="又查 56 家", completed=156)
    fill(book["填报表"], 6, progress="已印发")
    batch = bring_in(book)
    Assignment.objects.filter(pk=owed[1].pk).update(state=AssignmentState.SUBMITTED, done_on=TODAY)
    with pytest.raises(returns.ChangedError):
        commit(batch, cast.admin)
    assert not ProgressEntry.objects.exists()
    again = bring_in(book)
    assert (again.added, again.refused) == (1, 1)


def test_two_rows_about_one_assignment(owed, plan, city, bring_in):
    book = openpyxl.Workbook()
    book.active.append(["填报单位：市安监局"])
    book.active.append(["序号", "重点任务", "进展情况", "完成数量"])
    book.active.append([1, "", "甲", 110])
    book.active.append([1, "", "乙", 120])
    batch = bring_in(book)
    assert [row.verdict for row in batch.rows.all()] == ["added", "refused"]


# ---------------------------------------------------------------- the sample


def test_the_sample_return_comes_out_as_expected(db):
    plan, office = world.build()
    call_command("import_tasks", world.CLASSIC, "--year=2017", stdout=io.StringIO(), stderr=io.StringIO())
    batch = returns.preview(plan=plan, path=RETURN, name=RETURN.name, by=office, at=AT, today=TODAY)
    expected = json.loads((world.SAMPLES / "expected" / "progress-return-q2.json").read_text(encoding="utf-8"))
    assert (batch.organization.name, batch.quarter) == (expected["department"], expected["period"])
    assert batch.filled_on == DAY(2017, 7, 5)
    rows = list(batch.rows.all())
    keys = ("number", "progress", "completed", "rate", "problems", "next_steps", "done", "note")
    read = [{"row": row.row} | {key: row.values[key] for key in keys} for row in rows if row.values["number"] != "88"]
    assert read == expected["rows"]
    errors = [(row.row, e["code"], e["value"]) for row in rows for e in row.errors]
    assert errors == [(e["row"], e["code"], e["value"]) for e in expected["errors"]]
    assert (batch.added, batch.refused) == (21, 1)
    done = returns.commit(batch=batch, by=office, at=AT, today=TODAY)
    assert ProgressEntry.objects.count() == 21
    one = Assignment.objects.get(task__number="10", organization=done.organization)
    assert (one.quantity, one.percent) == (Decimal(156), 52)
    again = returns.preview(plan=plan, path=RETURN, name="copy.xlsx", by=office, at=AT, today=TODAY)
    assert (again.added, again.known, again.refused) == (0, 21, 1)
    assert ProgressReturn.objects.count() == 2
    assert Organization.objects.exists() and zipfile.is_zipfile(RETURN)


def test_a_rate_is_rounded_as_the_plan_computes_it(db):
    """Where a row of the sample states amount and rate, both come to the same whole percentage: rounded down."""
    plan, _office = world.build()
    call_command("import_tasks", world.CLASSIC, "--year=2017", stdout=io.StringIO(), stderr=io.StringIO())
    rows = json.loads((world.SAMPLES / "expected" / "progress-return-q2.json").read_text(encoding="utf-8"))["rows"]
    tasks = {task.number: task for task in plan.tasks.all()}
    seen = set()
    for row in rows:
        target = tasks[row["number"]].target
        if target and row["completed"] and row["rate"] is not None:
            stated = Decimal(str(row["rate"]))
            counted = entry_rules.percent_after(Assignment(target=target), Decimal(str(row["completed"])), None)
            assert values.percent(stated) == counted, row
            seen.add(stated % 1)
    assert {Decimal("0.9"), Decimal("0.8"), Decimal("0.7"), Decimal("0.67"), Decimal("0.5")} <= seen
    assert (values.percent(Decimal("99.6")), values.percent(Decimal(120))) == (99, 100)


@pytest.mark.parametrize("day, counted", [(DAY(2017, 7, 5), DAY(2017, 6, 30)), (DAY(2017, 6, 2), DAY(2017, 6, 2))])
def test_a_paper_filled_in_after_the_quarter_tells_of_the_quarter(day, counted, owed, plan, city, cast, bring_in):
    book = book_of(plan, city.safety, "2017Q2")
    sign(book["填报表"], day=datetime.datetime.combine(day, datetime.time()))
    fill(book["填报表"], 5, progress="又查 56 家", completed=156)
    commit(bring_in(book), cast.admin)
    assert ProgressEntry.objects.get().happened_on == counted


def test_a_row_of_another_quarter_is_not_logged_for_this_one(plan, city, cast, bring_in):
    task = factories.task(plan, number="1", title="每季度通报", lead=city.safety, cadence=Cadence.QUARTERLY)
    factories.assignment(task, city.safety, period="2017Q3")
    book = openpyxl.Workbook()
    book.active.append(["2017年第二季度进展情况，填报单位：市安监局"])
    book.active.append(["填报单位：市安监局"])
    book.active.append(["序号", "重点任务", "进展情况", "完成数量"])
    book.active.append([1, "每季度通报", "已发", None])
    batch = bring_in(book)
    assert batch.quarter == "2017Q2"
    assert [error["code"] for error in batch.rows.get().errors] == ["not_in_quarter"]


def test_the_command_and_the_page_log_a_row_once_between_them(db):
    plan, office = world.build()
    quiet = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    call_command("import_tasks", world.CLASSIC, "--year=2017", **quiet)
    with pytest.raises(SystemExit):  # one row names a task that the plan does not have
        call_command("import_progress", RETURN, "--organization=市安监局", "--quarter=2017Q2", **quiet)
    logged = ProgressEntry.objects.count()
    batch = returns.preview(plan=plan, path=RETURN, name=RETURN.name, by=office, at=AT, today=TODAY)
    assert (batch.added, batch.known) == (21 - logged, logged)
    assert logged == 21
