"""Units and enterprises from Excel in the browser: a column named, rows checked, imported, undone."""

import io

import pytest
import xlsxwriter

from organizations.models import Organization, UnitImport

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNITS = ["序号", "机构", "类型", "上级单位", "备注"]
FIRMS = ["序号", "企业名称", "所属区市", "所属镇街", "行业类别", "人数"]


def workbook(*rows):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return {"name": "名录.xlsx", "mimeType": XLSX, "buffer": buffer.getvalue()}


CASES = {
    "units": (
        workbook(UNITS, [1, "青岛市财政局", "市政府部门", "市安委会"], [2, "青岛市体育局", "体育类", "市安委会"]),
        "c1", "name", "青岛市财政局",
    ),
    "enterprises": (
        workbook(FIRMS, [1, "青岛甲化工有限公司", "胶州市政府", "胶北街道", "化工", 35],
                 [2, "青岛乙化工有限公司", "没有的区", "", "化工", 8]),
        "c5", "staff", "青岛甲化工有限公司",
    ),
}  # fmt: skip


def test_units(desk, city, cast):
    upload_name_a_column_check_import_and_undo("units", desk, cast)


def test_enterprises(chinese_desk, city, cast):
    upload_name_a_column_check_import_and_undo("enterprises", chinese_desk, cast)


def upload_name_a_column_check_import_and_undo(kind, desk, cast):
    file, column, field, name = CASES[kind]
    page = desk.log_in(cast.admin)
    desk.go(f"/units/imports/{kind}/")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form[enctype] button.btn-primary").click()
    page.wait_for_url("**/units/import/*/")
    desk.look()
    with page.expect_navigation():
        page.locator(f"select[name={column}]").select_option(field)
    desk.look()
    batch = UnitImport.objects.get()
    assert (batch.new, batch.refused) == (1, 1)
    assert page.locator("p.problem").count() == 1, "the problem stands beside its row"
    assert not Organization.objects.filter(name=name).exists()
    with page.expect_download() as download:
        page.locator("a[href$='marked=1']").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.locator("input[name=whole][value='0']").check()
    with page.expect_navigation():
        page.locator("form[action$='/commit/'] button").click()
    desk.look()
    assert Organization.objects.get(name=name).is_active
    page.locator("a[href$='/undo/']").click()
    page.wait_for_url("**/undo/")
    desk.look()
    with page.expect_navigation():
        page.locator("main form[method=post] button").last.click()
    desk.look()
    assert not Organization.objects.get(name=name).is_active
    batch.refresh_from_db()
    assert batch.state == "undone"
