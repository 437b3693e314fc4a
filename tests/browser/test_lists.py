"""A list goes its way in the browser: submitted, approved, published; in both languages, at both widths."""

import pytest
from django.utils import timezone

from organizations.roles import Role
from responsibilities.actions import items, lists
from responsibilities.models import ResponsibilityList
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_list_is_submitted_approved_and_published(desk, city, cast, plan):
    one = factories.duty_list(city.safety, "粉尘防爆监督检查", "烟花爆竹批发许可")
    head = factories.user(city.safety, Role.HEAD, "head-safety")
    for person, verb in ((cast.inspector, "submit"), (head, "approve"), (cast.admin, "publish")):
        page = desk.log_in(person)
        desk.go(f"/lists/{one.pk}/")
        page.locator(f"a[href$='/lists/{one.pk}/{verb}/']").click()
        page.wait_for_load_state()
        desk.look()
        page.locator("main form button.save").click()
        page.wait_for_url(f"**/lists/{one.pk}/")
        desk.look()
        page.context.clear_cookies(name="sessionid")
    one.refresh_from_db()
    assert one.state == "published"
    page = desk.log_in(cast.head)
    desk.go("/lists/search/?q=粉尘防爆")
    assert page.locator("table.duty-hits a", has_text="监督检查").first.is_visible()
    desk.go(f"/lists/of/{city.safety.pk}/")
    desk.go(f"/accountability/{city.jiaozhou.pk}/")


def test_a_return_needs_a_reason_and_a_revision_shows_its_difference(desk, city, cast, plan):
    listed = factories.duty_list(city.safety, "粉尘防爆监督检查", "烟花爆竹批发许可", state="published")
    factories.assignment(factories.task(plan, lead=city.safety), city.safety)
    draft = lists.create(organization=city.safety, kind="duties", year=2017, by=cast.inspector, at=timezone.now())
    dust, values = draft.items.get(title="粉尘防爆监督检查"), factories.duty("粉尘涉爆企业监督检查", number="1")
    items.edit(item=dust, values=values, by=cast.inspector, at=timezone.now())
    ResponsibilityList.objects.filter(pk=draft.pk).update(state="approved")

    page = desk.log_in(cast.admin)
    desk.go("/2017/to-do/")
    page.locator("#also-lists .act a >> visible=true").click()  # the button of 待办 leads to the publication
    page.wait_for_url(f"**/lists/{draft.pk}/publish/")
    desk.look()
    desk.go(f"/lists/{draft.pk}/compare/")
    assert page.locator("del", has_text="粉尘防爆监督检查").is_visible()
    assert page.locator("ins", has_text="粉尘涉爆企业监督检查").is_visible()
    assert page.locator("table.duty-diff tbody tr").count() == 1
    desk.go(f"/lists/{draft.pk}/send_back/")
    page.locator("main form button.save").click()
    page.locator(".error").first.wait_for()
    desk.look()
    page.locator("textarea[name=remark], input[name=remark]").fill("缺少法律依据")
    page.locator("main form button.save").click()
    page.wait_for_url(f"**/lists/{draft.pk}/")
    desk.look()
    draft.refresh_from_db()
    assert (draft.state, draft.remark) == ("returned", "缺少法律依据")
    desk.go(f"/accountability/{city.safety.pk}/?period=2017")
    titles = page.locator(".sheet-table .sheet-item")
    assert titles.count() == 2
    verdict = page.locator(".sheet-table .sheet-verdict .sig").first
    box = verdict.bounding_box()
    assert box["x"] + box["width"] <= page.viewport_size["width"], "the verdict is seen without scrolling"
    assert listed.is_published
