"""The workbooks of all units as one zip: ordered by the office, made in the background, watched, left, fetched."""

import zipfile

import openpyxl
import pytest

from background import work
from background.models import Work
from tasks.actions import packages
from tests import factories
from tests.working import work as do_work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
UNITS = 52  # more than are made at once, and more than a page shows
LOOK_AT = 20  # so many workbooks are made when the office looks at the bar


@pytest.fixture
def asked(city, plan):
    """What each unit is asked, by its name: one task of its own, every third unit a second one."""
    found = {}
    for number in range(1, UNITS + 1):
        unit = factories.organization(f"第{number}局", parent=city.commission, position=100 + number)
        found[unit.name] = [f"第{number}局的任务", *([f"第{number}局的另一任务"] if number % 3 == 0 else [])]
        for title in found[unit.name]:
            factories.assignment(factories.task(plan, title=title, lead=unit), unit)
    return found


def run_jobs(page, monkeypatch) -> None:
    """What `run_jobs` does once, in this process (the tests' database has no other); in mid-work the office looks."""
    monkeypatch.setattr(work, "EVERY", 0)
    written = []

    def write(target, sheet):
        if len(written) == LOOK_AT:
            bar = page.locator("#work")
            bar.get_by_text(f"{LOOK_AT} / {UNITS} · {100 * LOOK_AT // UNITS}%").wait_for()
            assert bar.locator("progress").get_attribute("value") == str(100 * LOOK_AT // UNITS)
        written.append(sheet.label)
        return original(target, sheet)

    original = packages.write_outgoing
    monkeypatch.setattr(packages, "write_outgoing", write)
    assert do_work() == 1
    assert len(written) == UNITS


def test_all_workbooks_of_the_list_are_made_in_the_background(chinese_desk, cast, asked, tmp_path, monkeypatch):
    desk = chinese_desk
    page = desk.log_in(cast.admin)
    desk.go("/2017/returns/units/")
    page.locator("input[data-pick-all]").check()
    assert page.locator("[data-count]").inner_text() == "50"
    page.locator("input[name=all]").check()
    assert page.locator("[data-count]").inner_text() == str(UNITS)
    page.get_by_role("button", name=desk.say("Download the workbooks (zip)")).click()
    page.wait_for_url("**/2017/returns/packages/*/")
    desk.look()
    address = page.url.removeprefix(desk.base)
    waits = page.get_by_text(desk.say("Waiting for the background process; it begins within seconds."))
    ready = page.get_by_text(desk.say("The workbooks are ready."))
    fetch = page.locator("a[href$='/file/']")
    assert waits.is_visible() and page.get_by_role("progressbar").is_visible()
    assert not ready.is_visible() and fetch.count() == 0
    assert (Work.objects.get().state, Work.objects.get().total) == ("queued", UNITS)

    desk.go("/2017/returns/units/")  # left, and found again
    page.locator(f"a[href='{address}']").click()
    page.wait_for_url(f"**{address}")
    waits.wait_for()

    page.evaluate("window.stayed = true")
    run_jobs(page, monkeypatch)
    ready.wait_for()
    assert page.evaluate("window.stayed"), "nobody and nothing loaded the page anew"
    desk.look()
    assert page.get_by_role("progressbar").count() == 0

    with page.expect_download() as waiting:
        fetch.click()
    assert waiting.value.suggested_filename == "任务进展填报表 2017Q3.zip"
    waiting.value.save_as(tmp_path / "all.zip")
    assert read_all(tmp_path / "all.zip") == asked

    desk.go("/2017/returns/units/")
    desk.language = "en"
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": desk.base}])
    page.locator(f"a[href='{address}']").click()
    page.get_by_text(desk.say("The workbooks are ready.")).wait_for()
    desk.look()
    assert page.get_by_text("52 workbooks as a zip").is_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=desk.say("Download the zip")).click()
    assert waiting.value.suggested_filename.endswith(".zip")


def read_all(path) -> dict[str, list[str]]:
    """Unit → the tasks that its workbook asks about; the sheet has to be the one that the file's name says."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            with archive.open(name) as file:
                sheet = openpyxl.load_workbook(file)["填报表"]
            unit = sheet["A2"].value.removeprefix("填报单位（盖章）：")
            assert name == f"{unit} 2017Q3 任务进展填报表.xlsx"
            found[unit] = [row[1].value for row in sheet.iter_rows(min_row=5) if row[1].value]
    return found
