"""A list goes its way in the browser: submitted, approved, published; in both languages, at both widths."""

import pytest

from organizations.roles import Role
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
