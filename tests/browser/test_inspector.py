"""The inspector's job: from what awaits me to a submitted assignment, with a thumb or a mouse."""

import datetime
import io

import pytest
from PIL import Image

from tasks.models import Assignment, ProgressEntry
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def photo() -> dict:
    """What a phone's camera hands over."""
    content = io.BytesIO()
    Image.new("RGB", (640, 480), "#8a5200").save(content, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


@pytest.fixture
def owed(city, cast, plan) -> Assignment:
    """Fifteen training courses, due in a week; and one that is overdue."""
    late = factories.task(plan, lead=city.safety, title="逾期的检查", due_on=datetime.date(2017, 8, 31))
    factories.assignment(late, city.safety)
    due = datetime.date(2017, 9, 26)
    task = factories.task(plan, point=10, lead=city.safety, title="举办安全培训班", target=15, unit="期", due_on=due)
    return factories.assignment(task, city.safety)


def form_of(desk):
    """The form where this width has it: beside the assignment, or on a page of its own behind the thumb's button."""
    page = desk.page
    if desk.phone:
        page.locator(".act-bar a.btn-primary").click()
        page.wait_for_url("**/progress/")
        desk.look()
    return page.locator("form[data-progress] >> visible=true")


def test_log_progress_and_submit(desk, owed, cast):
    page = desk.log_in(cast.inspector)
    assert page.locator("li.todo .t").all_inner_texts() == ["逾期的检查", "举办安全培训班"], "overdue first"
    page.get_by_role("link", name="举办安全培训班").first.click()
    desk.look()

    form = form_of(desk)
    form.locator("[name=quantity]").fill("若干")
    form.locator("[name=what]").fill("第一至第三期已办完")
    form.locator("input[name=files]").first.set_input_files(photo())
    form.locator("button.save").click()
    page.locator(".error").first.wait_for()
    desk.look()
    form = page.locator("form[data-progress] >> visible=true")
    assert (
        "若干"
        in form.locator("[name=quantity]").locator("xpath=ancestor::div[contains(@class,'field')][1]").inner_text()
    )
    assert form.locator("[name=what]").input_value() == "第一至第三期已办完"
    assert not ProgressEntry.objects.exists(), "nothing half written"

    form.locator("[name=quantity]").fill("15")
    form.locator("button.save").dblclick()
    page.wait_for_url("**/assignments/*/")
    desk.look()
    entry = ProgressEntry.objects.get()
    assert (entry.quantity, entry.author, entry.evidence.get().name) == (15, cast.inspector, "现场.jpg")
    assert page.get_by_text("第一至第三期已办完").first.is_visible()

    page.locator("a[href$='/submit/'] >> visible=true").first.click()
    page.locator("[name=opinion]").fill("十五期全部办完")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/assignments/*/")
    desk.look()
    owed.refresh_from_db()
    assert (owed.state, owed.quantity, owed.submitted_by) == ("submitted", 15, cast.inspector)
    desk.go("/2017/to-do/")
    assert page.locator("li.todo .t").all_inner_texts() == ["逾期的检查"]


def test_a_file_of_a_forbidden_kind_is_named(chinese_desk, owed, cast):
    desk = chinese_desk
    page = desk.log_in(cast.inspector)
    desk.go(f"/assignments/{owed.pk}/progress/")
    page.locator("[name=quantity]").fill("1")
    page.locator("[name=what]").fill("办完一期")
    program = {"name": "培训.exe", "mimeType": "application/octet-stream", "buffer": b"MZ" + bytes(200)}
    page.locator("input[name=files]").first.set_input_files(program)
    page.locator("button.save").click()
    page.locator(".error").first.wait_for()
    assert "培训.exe" in page.locator(".error").all_inner_texts()[-1]
    assert page.locator("[name=what]").input_value() == "办完一期"
    assert not ProgressEntry.objects.exists()


def test_a_half_typed_entry_survives_a_closed_page(chinese_desk, owed, cast):
    desk = chinese_desk
    page = desk.log_in(cast.inspector)
    desk.go(f"/assignments/{owed.pk}/progress/")
    page.locator("[name=what]").type("走到车间门口时")
    page.locator("[data-draft-note]").wait_for()
    desk.go("/2017/ledger/")
    desk.go(f"/assignments/{owed.pk}/progress/")
    assert page.locator("[name=what]").input_value() == "走到车间门口时"
