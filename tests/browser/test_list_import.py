"""Lists of duties from Excel in the browser: uploaded, checked, taken into drafts; in both languages and widths."""

from pathlib import Path

import pytest
from django.conf import settings as configured

from responsibilities.models import ListImport, ResponsibilityItem

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILE = Path(configured.BASE_DIR) / "samples" / "responsibility-list.xlsx"


def test_upload_check_and_take_the_right_rows(desk, city, cast, settings, tmp_path):
    page = desk.log_in(cast.admin)
    desk.go("/lists/import/")
    page.locator("input[type=file]").set_input_files(FILE)
    page.locator("main form[enctype] button.btn-primary").click()
    page.wait_for_url("**/lists/import/*/")
    desk.look()
    batch = ListImport.objects.get()
    assert (batch.new, batch.refused) == (32, 15), "the third department is unknown here"
    assert page.locator("tr.why").count() >= 15, "the reasons stand beside the rows"
    with page.expect_download() as download:
        page.locator("a[href$='marked=1']").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.locator("input[name=whole][value='1']").check()
    with page.expect_navigation():
        page.locator("form[action$='/commit/'] button").click()
    desk.look()
    assert not ResponsibilityItem.objects.exists(), "all or nothing"
    with page.expect_navigation():
        page.locator("form[action$='/commit/'] button").click()
    desk.look()
    assert ResponsibilityItem.objects.count() == 32
