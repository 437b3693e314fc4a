"""A unit's workbook: downloaded, filled in with a spreadsheet, uploaded, checked, logged."""

import io

import openpyxl
import pytest
import xlsxwriter

from tasks.models import ProgressEntry, ProgressReturn
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_download_fill_in_upload_check_and_log(desk, city, cast, plan, tmp_path):
    task = factories.task(plan, number="1", title="开展企业安全体检", lead=city.safety, target=450, unit="家")
    factories.assignment(task, city.safety)
    page = desk.log_in(cast.admin)
    desk.go("/2017/returns/units/")
    with page.expect_download() as waiting:
        page.locator("td a[href*='pick=']").first.click()
    path = tmp_path / "return.xlsx"
    waiting.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book["填报表"]
    sheet["G2"], sheet["G5"], sheet["H5"] = "王伟", "已体检 156 家", 156
    book.save(path)
    desk.go("/2017/returns/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url("**/returns/*/")
    desk.look()
    assert page.get_by_text("已体检 156 家").first.is_visible()
    assert not ProgressEntry.objects.exists()
    page.locator("form[action$='/commit/'] button").click()
    page.wait_for_load_state()
    desk.look()
    page.locator(".sig-done").first.wait_for()
    assert ProgressEntry.objects.get().total == 156


def retyped(*rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "填报表.xlsx", "mimeType": kind, "buffer": buffer.getvalue()}


def test_name_a_column_and_see_the_rows_judged_anew(desk, city, cast, plan):
    task = factories.task(plan, number="1", title="开展企业安全体检", lead=city.safety, target=450, unit="家")
    factories.assignment(task, city.safety)
    head = ["序号", "重点任务", "工作说明", "完成数量", "存在困难", "下步打算", "联系电话"]
    row = [1, "开展企业安全体检", "已体检 156 家", 156, "人手不足", "继续", "0532-1234"]
    page = desk.log_in(cast.inspector)
    desk.go("/2017/returns/")
    page.locator("input[type=file]").set_input_files(retyped(["填报单位：市安监局"], head, row))
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_url("**/returns/*/")
    desk.look()
    assert page.locator("tr.why").count() == 1, "nobody knows what was done"
    assert page.locator("form[action$='/commit/']").count() == 0
    picks = page.locator("#columns select")
    assert picks.count() == len(head)
    assert not page.locator("[data-auto-button]").is_visible(), "the choice is taken at once"
    with page.expect_navigation():
        page.locator("#columns label", has_text="工作说明").locator("select").select_option("progress")
    desk.look()
    said = desk.say("Read again with these columns. The choice is remembered for this header.")
    assert page.get_by_text(said).first.is_visible()
    assert page.locator("tr.why").count() == 0
    assert page.get_by_text("已体检 156 家").first.is_visible()
    batch = ProgressReturn.objects.get()
    assert (batch.added, batch.refused, batch.columns_of) == (1, 0, city.safety)
    with page.expect_navigation():
        page.locator("form[action$='/commit/'] button").click()
    desk.look()
    entry = ProgressEntry.objects.get()
    assert (entry.what, entry.total, entry.problems) == ("已体检 156 家", 156, "人手不足")
    assert page.locator("#columns").count() == 0
