"""A unit's workbook: downloaded, filled in with a spreadsheet, uploaded, checked, logged."""

import openpyxl
import pytest

from tasks.models import ProgressEntry
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
