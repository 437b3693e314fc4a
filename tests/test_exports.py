"""Every list as a file: nothing that somebody typed is ever calculated, and what is shown is what is written.

The walk asks every address for both formats, so a list that is added later is tried without a word here.
"""

import csv
import io
import re
import zipfile
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from lib.sheets import csvs
from organizations.models import Organization, OrganizationGroup, UnitImport, UnitImportRow, User
from responsibilities.models import ResponsibilityItem
from tasks.models import Plan, ProgressEntry, Task, WorkPoint
from tests import factories
from tests.files import octets
from tests.things import PATTERNS, address

BAD = '=HYPERLINK("http://x",1)&\'"\n,;'
STARTS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "＝1+1", " =1+1", "\n=1"]
NUMBER = re.compile(r"-?\d+(\.\d+)?")


ANSWERING: set[str] = set()  # the addresses that gave a file on the first walk; later walks ask no others


def files(client: Client, things, form: str):
    """(name, content) of every address that answers with a file. An address either does so for both formats or for
    neither, which test_every_list_offers_both_formats_where_it_stands holds."""
    asked = set(ANSWERING)
    for name, parts in PATTERNS:
        if "template" in name or name == "evidence" or (asked and name not in asked):
            continue
        for query in ("", "&q=HYPERLINK") if name == "search" else ("",):
            response = client.get(f"{address(name, parts, things)}?format={form}{query}")
            told = response.get("Content-Disposition", "")
            if "attachment" not in told:
                continue
            ANSWERING.add(name)
            if form == "xlsx" or ".csv" in told or ".zip" in told:  # the others are documents, not lists
                yield name, octets(response)


def tables(content: bytes) -> list[str]:
    """The CSV files that an answer holds."""
    if content[:2] != b"PK":
        return [content.decode("utf-8-sig")]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        return [archive.read(name).decode("utf-8-sig") for name in names if name.endswith(".csv")]


@pytest.fixture
def hostile(things):
    """Whatever words a person can type are a formula."""
    for person, start in zip(User.objects.order_by("pk"), STARTS, strict=False):
        User.objects.filter(pk=person.pk).update(real_name=start, post=start, phone=start)
    for unit in Organization.objects.exclude(name__startswith="济南"):
        Organization.objects.filter(pk=unit.pk).update(name=f"{BAD}{unit.pk}", short_name=f"@{unit.pk}", note="+1+1")
    OrganizationGroup.objects.update(name="=各区市政府", spellings="@A\n=B", argument="district")
    Plan.objects.update(title=BAD[:100], document_number="-1+1")
    WorkPoint.objects.update(title="=1+1", short_title="@1")
    Task.objects.update(number="=1+1", title=BAD, requirement="=2+2\nHYPERLINK", note="+1", unit="@家")
    ProgressEntry.objects.update(what="=1+1", problems="-1", next_steps="@1")
    words = {"title": BAD, "category": "=1+1", "office": "+1+1", "post": "@A", "means": "-1+1"}
    ResponsibilityItem.objects.filter(list__state="draft").update(**words)  # the published are frozen
    return things


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_csv_holds_a_formula(language, hostile, cast, log_in):
    client = log_in(cast.admin)
    client.cookies["django_language"] = language
    seen = set()
    for name, content in files(client, hostile, "csv"):
        seen.add(name)
        found = tables(content)
        assert found, name
        for text in found:
            assert "\r\n" in text
            for line in csv.reader(io.StringIO(text, newline="")):
                for cell in line:
                    inert = not cell.lstrip().startswith(csvs.FORMULA) or NUMBER.fullmatch(cell)
                    assert inert, f"{name}: {cell!r}"
    assert {"ledger_export", "task_export", "organization_export", "user_export", "group_list", "search", "plan",
            "work_point", "plan_list", "dashboard_export", "report_export", "sheet", "sheet_list", "duty_lists_export",
            "duty_list_export", "duty_unit_export", "duty_import_refused"} <= seen  # fmt: skip


def test_no_workbook_holds_a_formula(hostile, cast, log_in):
    seen = set()
    for name, content in files(log_in(cast.admin), hostile, "xlsx"):
        seen.add(name)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                if part.startswith("xl/worksheets/"):
                    text = archive.read(part).decode()
                    assert "<f>" not in text, f"{name} {part}"
                    assert "<f " not in text, f"{name} {part}"
                assert not part.endswith((".bin", "externalLink1.xml", "connections.xml")), f"{name} {part}"
    assert {"ledger_export", "task_export", "organization_export", "user_export", "group_list", "search"} <= seen


@pytest.mark.parametrize("text", [*STARTS, BAD])
def test_a_cell_stays_what_it_was_in_both_formats(text, cast, plan, city, log_in):
    Organization.objects.filter(pk=city.plant.pk).update(note=text)
    rows = tables(octets(log_in(cast.admin).get("/units/export/?format=csv&kind=enterprise")))[0]
    [_heads, line] = csv.reader(io.StringIO(rows, newline=""))
    assert line[11].removeprefix("'") == text
    book = octets(log_in(cast.admin).get("/units/export/?format=xlsx&kind=enterprise"))
    found = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()[3][11]
    assert found.replace("\r", "\n") == text.replace("\r", "\n")


@pytest.mark.parametrize(
    "value, written",
    [("913702000001", "913702000001\t"), ("0532", "0532\t"), ("0", "0"), ("13800000000", "13800000000"), (-5, "-5"),
     (-5.5, "-5.5"), (None, ""), ("", ""), ("职责", "职责")],
)  # fmt: skip
def test_what_a_spreadsheet_would_spoil_is_kept(value, written):
    assert csvs.text_of(value) == written


def test_the_ledger_is_written_with_the_columns_that_are_shown(things, cast, log_in):
    client = log_in(cast.admin)
    text = tables(octets(client.get("/2017/ledger/export/?format=csv&cols=unit&cols=last&sort=unit")))[0]
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert lines[0] == ["任务", "单位", "最近填报"]
    assert [line[1] for line in lines[1:]] == ["市安监局", "胶州市政府", "青岛示例化工有限公司"]
    client.get("/2017/ledger/?cols=due")
    assert tables(octets(client.get("/2017/ledger/export/?format=csv")))[0].splitlines()[0] == "任务,时限"


# Tables that are no lists: forms, facts of one thing, an answer to who it is about. A page that shows a table or can be
# turned over and is not named here has to offer itself as a file.
NO_LIST = {
    "assignment", "home", "login", "message", "record_entry", "organization", "unit_import_undo", "import_undo",
    "report", "report_compare", "duty_list_compare", "duty_links", "work_calendar",
    "mail_test", "duty_item",
}  # fmt: skip
LISTS = {
    "awaits_me", "dashboard", "delivery_log", "duty_imports", "duty_list", "duty_lists", "duty_search", "duty_unit",
    "enterprises_import_list", "group_list", "import_list", "import_preview", "ladder", "ledger", "message_list",
    "operations", "organization_list", "plan", "plan_list", "record_list", "report_list", "report_rows",
    "return_list", "return_preview", "return_units", "review_desk", "search", "sheet", "sheet_list", "sheet_rows",
    "task", "task_list", "unit_import", "units_import_list", "user_list", "work_point",
}  # fmt: skip
QUERIES = {
    "search": "?q=HYPERLINK", "duty_search": "?q=粉尘", "sheet": "?period=2017", "sheet_list": "?period=2017",
    "sheet_rows": "?period=2017", "report_list": "?quarter=2017Q2",
}  # fmt: skip
OFFERED = re.compile(r'href="([^"]*format=(xlsx|csv)[^"]*)"')


def _rows(content, form):
    """How many rows stand below the heads of the first table that has any."""
    if not content:
        return 0
    if form == "csv":
        return max(len(list(csv.reader(io.StringIO(text, newline="")))) - 1 for text in tables(content))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return max(len(book.get_sheet_by_index(place).to_python()) for place in range(len(book.sheet_names))) - 1


def test_every_list_offers_both_formats_where_it_stands(hostile, cast, plan, city, log_in):
    """Walks all pages of the site; a list that is added later fails here until it can be taken along."""
    client = log_in(cast.admin)
    factories.assignment(Task.objects.first(), city.transport, state="submitted", done_on=factories.TODAY)
    factories.message(cast.admin)
    register = {"city": city.commission, "kind": "enterprises", "name": BAD, "at": timezone.now()}
    UnitImport.objects.create(**register)
    batch = UnitImport.objects.get(pk=hostile["unit_import"])
    UnitImportRow.objects.create(batch=batch, row=2, verdict="new", name=BAD, after={"note": "=1+1"})
    lists, wrong = set(), []
    for name, parts in PATTERNS:
        at = address(name, parts, hostile)
        response = client.get(at + QUERIES.get(name, ""))
        if response.streaming:
            octets(response)
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        body = response.content.decode()
        shows_one = name not in NO_LIST and re.search(r'<table class="ledger|class="pager', body)
        if name not in LISTS and not shows_one:
            continue
        lists.add(name)
        found = {form: unescape(link) for link, form in OFFERED.findall(body)}
        if set(found) != {"xlsx", "csv"}:
            wrong.append(f"{name} offers {sorted(found)}")
        for form, link in found.items():
            target = link if link.startswith("/") else f"{at}{link}"
            response = client.get(target)
            content = octets(response) if "attachment" in response.get("Content-Disposition", "") else b""
            if not _rows(content, form):
                wrong.append(f"{name}: nothing stands in {target}")
    assert wrong == []
    assert lists >= LISTS
