"""The admin's import from upload to undo: a column corrected, rows checked, everything taken back."""

import io
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import call_command

from organizations.models import Organization
from tasks.models import ImportBatch, Task
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
HEAD = ["序号", "工作要点", "重点任务", "牵头单位", "责任单位", "完成时限", "情况"]


@pytest.fixture
def admin(db, settings, tmp_path):
    call_command("import_organizations", str(SAMPLES / "organizations.xlsx"), stderr=io.StringIO())
    factories.plan(Organization.objects.get(parent=None))
    return factories.user(Organization.objects.get(short_name="市安委会办公室"), "admin", "admin")


def workbook(*rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("任务")
        for number, row in enumerate([HEAD, *rows]):
            sheet.write_row(number, 0, row)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "任务.xlsx", "mimeType": kind, "buffer": buffer.getvalue()}


def test_upload_correct_a_column_check_import_and_undo(desk, admin):
    rows = [[n, "一", f"检查第{n}批企业", "市安监局", "市公安局", "6月底前", "抓紧办"] for n in range(1, 4)]
    rows.append([4, "一", "检查第4批企业", "市安监居", "市公安局", "6月底前", ""])
    page = desk.log_in(admin)
    desk.go("/2017/imports/")
    page.locator("input[type=file]").set_input_files(workbook(*rows))
    page.locator("main form[enctype] button.btn-primary").click()
    page.wait_for_url("**/imports/*/")
    desk.look()
    assert page.get_by_text("市安监局").count() > 3, "the near miss comes with a suggestion"

    with page.expect_navigation():
        page.locator(".left-out select").first.select_option("note")
    desk.look()
    batch = ImportBatch.objects.get()
    assert batch.rows.filter(verdict="new").first().values["note"] == "抓紧办"
    assert not Task.objects.exists()

    with page.expect_download() as download:
        page.locator("a[href$='/marked/']").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")

    with page.expect_navigation():
        page.locator("form[action$='/commit/'] button").click()
    desk.look()
    assert Task.objects.filter(note="抓紧办").count() == 3

    page.locator("a[href$='/undo/']").click()
    page.wait_for_url("**/undo/")
    desk.look()
    assert Task.objects.count() == 3, "looking is not doing"
    with page.expect_navigation():
        page.locator("form[data-busy] button").click()
    desk.look()
    assert not Task.objects.exists()
    batch.refresh_from_db()
    assert batch.state == "undone"
