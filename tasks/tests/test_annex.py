"""The task list in the offices' own layout: it prints as an annex, and read again it changes nothing."""

import datetime
import io
import json
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from organizations.models import Organization
from tasks.models import ImportBatch, Milestone, Task
from tasks.states import Cadence
from tests import factories
from tests.files import octets

DAY = datetime.date


@pytest.fixture
def diff(plan, tmp_path):
    """What `import_tasks --diff` says of an exported file."""

    def ask(content: bytes, name: str = "list.xlsx"):
        saved = tmp_path / name
        saved.write_bytes(content)
        out, told = io.StringIO(), io.StringIO()
        try:
            call_command("import_tasks", saved, "--year=2017", "--diff", "--json", "--dry-run", stdout=out, stderr=told)
        except SystemExit:
            pytest.fail(told.getvalue())
        return json.loads(out.getvalue())

    return ask


def unchanged(found, count):
    assert (found["created"], found["updated"], found["absent"], found["errors"]) == ([], [], [], [])
    assert len(found["unchanged"]) == count


@pytest.fixture
def office(cast, log_in):
    return log_in(cast.admin)


@pytest.fixture
def some(plan, city):
    """A plan with every kind of row."""
    make = factories.task
    made = [
        make(plan, number="1", title="开展企业安全体检", lead=city.safety, cooperating=city.districts,
             target=450, unit="家", due_on=DAY(2017, 6, 30), note="分两批"),
        make(plan, number="2", title="督导督查", lead=[city.safety, city.transport], due_on=DAY(2017, 11, 30)),
        make(plan, number="3", title="每月通报", lead=city.office, cadence=Cadence.MONTHLY, due_day=25),
        make(plan, 2, number="4", title="季度例会", lead=city.districts, cadence=Cadence.QUARTERLY),
        make(plan, 2, number="5", title="季度中间月", lead=city.safety, cadence=Cadence.QUARTERLY,
             due_month=2, due_day=10),
        make(plan, 3, number="6", title="常态化巡查", lead=city.safety, cooperating=[city.jiaozhou, city.districts],
             cadence=Cadence.ONGOING),
        make(plan, 3, number="7", title="全年宣传", lead=city.jiaozhou, cadence=Cadence.YEARLONG),
        make(plan, 4, number="8-1", title="到十一月底", lead=city.jiaozhou, cadence=Cadence.YEARLONG,
             due_on=DAY(2017, 11, 30)),
        make(plan, 4, number="09", title="达到一半", lead=city.safety, target=Decimal("0.5"), unit="",
             starts_on=DAY(2017, 5, 1)),
        make(plan, 4, number="", title="没有序号", lead=city.safety, target=95, unit="%", due_on=None),
    ]  # fmt: skip
    Milestone.objects.create(task=made[1], due_on=DAY(2017, 6, 30))
    Milestone.objects.create(task=made[1], due_on=DAY(2017, 8, 15), title="中期=总结")
    return made


def test_what_is_exported_is_imported_unchanged(office, some, diff):
    unchanged(diff(octets(office.get("/2017/tasks/annex/"))), len(some))


def test_the_plain_export_is_imported_unchanged(office, some, diff):
    unchanged(diff(octets(office.get("/2017/tasks/export/"))), len(some))


def test_two_lists_of_one_plan_are_two_tables(office, some, diff, plan, city):
    for task, list_name in ((some[0], ""), (some[3], "另一份")):
        batch = ImportBatch.objects.create(
            plan=plan, name=f"{list_name}.xlsx", sha256=list_name, at=factories.timezone.now()
        )
        factories.task(plan, task.work_point.number, number=task.number, title=f"{task.title}{list_name}",
                       lead=city.safety, origin=batch)  # fmt: skip
    unchanged(diff(octets(office.get("/2017/tasks/annex/"))), len(some) + 2)


def test_it_looks_as_offices_send_it_round(office, some, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(octets(office.get("/2017/tasks/annex/"))))
    sheet = book.worksheets[0]
    assert (sheet["A1"].value, sheet["A2"].value) == ("附件", "2017年安全生产工作要点任务分解表")
    assert sheet["A3"].value.startswith("填报单位（盖章）：青岛市安全生产委员会办公室")
    assert sheet["A3"].value.endswith("填报日期：2017年9月20日")
    heads = [
        "序号",
        "工作要点",
        "重点任务",
        "目标数量",
        "计量单位",
        "牵头单位",
        "责任单位",
        "启动时间",
        "完成时限",
        "备注",
    ]
    assert [cell.value for cell in sheet[4]] == heads
    merged = {str(part) for part in sheet.merged_cells.ranges}
    assert {"A2:J2", "A3:J3", "B5:B7", "B8:B9", "B10:B11", "B12:B14"} <= merged
    assert sheet["B5"].value == "一、改革发展"
    assert [cell.value for cell in sheet["I"][4:9]] == [
        datetime.datetime(2017, 6, 30), "2017年6月30日、2017年8月15日、2017年11月30日", "每月25日前", "每季度末",
        "每季度第二个月10日前",
    ]  # fmt: skip
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$4:$4"
    assert "第 &P 页" in sheet.oddFooter.center.text
    assert sheet["C5"].alignment.wrap_text
    words = [str(cell.value) for cell in sheet["A"] if cell.value]
    assert any("各区市政府" in text and text.startswith("注：") for text in words)
    assert words[-1].startswith("填表人：")
    titles = book["阶段性成果"]
    assert [cell.value for cell in titles[2]] == ["2", datetime.datetime(2017, 8, 15), "中期=总结"]
    assert titles["C2"].data_type == "s"


def test_everybody_reads_the_plan_and_filters_show_in_the_annex(cast, log_in, some):
    for person in (cast.inspector, cast.enterprise, cast.auditor):
        content = octets(log_in(person).get("/2017/tasks/annex/?point=2"))
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert [row[2] for row in rows[4:6]] == ["季度例会", "季度中间月"]
        assert "本表为筛选结果" in rows[6][0]
    assert log_in(cast.outsider).get("/2017/tasks/annex/").status_code == 404


def test_a_short_name_that_two_units_share_is_not_used(office, plan, city, diff):
    twin = factories.organization("青岛市安全生产稽查局", short_name="市安监局", parent=city.commission)
    factories.task(plan, number="1", lead=twin, cooperating=city.safety)
    found = octets(office.get("/2017/tasks/annex/"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(found)).get_sheet_by_index(0).to_python()
    assert "青岛市安全生产稽查局" in rows[4]
    unchanged(diff(found), 1)


def test_no_formula_and_a_constant_number_of_queries(office, some, plan, city, django_assert_max_num_queries):
    for number in range(40):
        factories.task(plan, number=f"=1+{number}", title="=cmd|' /C calc'!A0", lead=city.safety, note="@SUM(1)")
    with django_assert_max_num_queries(16):
        content = octets(office.get("/2017/tasks/annex/"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


WORDS = st.text("安全生产检查企业=+-@，。（）“”ABC123 %&<>'", min_size=1, max_size=40).map(str.strip).filter(
    lambda text: any(letter.isalpha() for letter in text)
)  # fmt: skip
DAYS = st.dates(DAY(2017, 4, 7), DAY(2017, 12, 31))


@st.composite
def drafts(draw):
    """What a task can be, whichever way it came into the plan."""
    cadence = draw(st.sampled_from(Cadence.values))
    due_on = draw(DAYS) if cadence in {Cadence.ONCE, Cadence.YEARLONG} else None
    early = draw(st.sets(DAYS, max_size=2)) if cadence == Cadence.ONCE else set()
    month = draw(st.sampled_from([None, 1, 2, 3])) if cadence == Cadence.QUARTERLY else None
    return {
        "title": draw(WORDS),
        "cadence": cadence,
        "due_on": due_on,
        "early": sorted(day for day in early if due_on and day < due_on),
        "due_day": draw(st.none() | st.integers(1, 31)) if cadence in {Cadence.MONTHLY, Cadence.QUARTERLY} else None,
        "due_month": month,
        "target": draw(st.none() | st.decimals("0", "99999", places=2)),
        "unit": draw(st.sampled_from(["", "家", "%", "万人次", "期/月"])),
        "note": draw(st.just("") | WORDS),
        "point": draw(st.integers(1, 3)),
        "lead": draw(st.sets(st.integers(0, 4), min_size=1, max_size=3)),
        "others": draw(st.sets(st.integers(0, 5), max_size=3)),
        "titled": draw(st.booleans()),
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(drafts(), min_size=1, max_size=5))
def test_a_generated_plan_survives_export_and_import(office, plan, city, diff, lists):
    Milestone.objects.all().delete()
    Task.objects.all().delete()
    units = [city.safety, city.transport, city.jiaozhou, city.town, city.plant, city.districts]
    for number, one in enumerate(lists, 1):
        days, titled, point = one.pop("early"), one.pop("titled"), one.pop("point")
        lead, others = one.pop("lead"), one.pop("others")
        task = factories.task(plan, point, lead=[units[place] for place in sorted(lead)], number=str(number),
                              cooperating=[units[place] for place in sorted(others - lead)], **one)  # fmt: skip
        for day in days:
            Milestone.objects.create(task=task, due_on=day, title="节点" if titled else "")
    unchanged(diff(octets(office.get("/2017/tasks/annex/"))), len(lists))
    assert Organization.objects.count()
