"""The admin's job: a list from Excel with its preview, then the list of tasks by hand."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from organizations.models import Organization
from tasks.models import Assignment, Task
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture
def admin(db):
    """The admin of the sample's city, with the plan of 2017."""
    call_command("import_organizations", str(SAMPLES / "organizations.xlsx"), stderr=io.StringIO())
    factories.plan(Organization.objects.get(parent=None))
    return factories.user(Organization.objects.get(short_name="市安委会办公室"), "admin", "admin")


def test_bring_in_the_sample_list(desk, admin):
    page = desk.log_in(admin)
    desk.go("/2017/imports/")
    page.locator("input[type=file]").set_input_files(SAMPLES / "tasks-classic.xlsx")
    if page.locator("main form button.btn-primary").is_visible():
        page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/imports/*/")
    desk.look()
    assert not Task.objects.exists(), "nothing is written before it is confirmed"
    assert "62" in page.locator(".strip").inner_text()
    page.locator("form[action$='/commit/'] button").click()
    page.get_by_text("62").first.wait_for()
    page.wait_for_load_state()
    desk.look()
    assert Task.objects.count() == 62
    assert Assignment.objects.count() > 400
    desk.go("/2017/imports/")
    page.locator("input[type=file]").set_input_files(SAMPLES / "tasks-update.xlsx")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/imports/*/")
    desk.look()
    page.locator("form[action$='/commit/'] button").click()
    page.wait_for_load_state()
    assert Task.objects.count() == 65


def test_a_file_that_is_no_workbook_is_refused_where_it_was_chosen(desk, admin):
    page = desk.log_in(admin)
    desk.go("/2017/imports/")
    junk = {"name": "清单.xlsx", "mimeType": "application/octet-stream", "buffer": b"not a workbook"}
    page.locator("input[type=file]").set_input_files(junk)
    page.locator("main form button.btn-primary").click()
    page.locator(".error").first.wait_for()
    desk.look()


def test_make_a_task_and_give_it_to_all_districts(desk, admin):
    page = desk.log_in(admin)
    desk.go("/2017/tasks/new/")
    page.locator("[name=title]").fill("开展有限空间作业专项检查")
    page.locator("[name=number]").fill("900")
    page.locator("[name=due_on]").fill("2017-11-30")
    for field, unit in (("lead", "市安监局"), ("cooperating", "各区市政府")):
        page.locator(f"#id_{field}").fill(unit)
        page.locator(f"#id_{field}").press("Enter")
    page.locator("main form button.btn-primary").first.click()
    page.wait_for_load_state()
    desk.look()
    task = Task.objects.get()
    assert task.assignments.count() == 11
    desk.go("/2017/tasks/?q=有限空间")
    assert page.get_by_text("开展有限空间作业专项检查").first.is_visible()
