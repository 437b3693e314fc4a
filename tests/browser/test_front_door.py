"""Logging in as a person does, in the browser."""

import re

import pytest

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_first_login_asks_for_an_own_password(desk, cast, plan):
    cast.head.must_change_password = True
    cast.head.save()
    page = desk.log_in(cast.head)
    assert "/password/" in page.url
    page.locator("[name=old]").fill(factories.PASSWORD)
    page.locator("[name=new]").fill("泰山 石 敢当 2017")
    page.locator("[name=again]").fill("泰山 石 敢当 2017")
    page.locator("[name=again]").press("Enter")
    page.wait_for_url(lambda url: "/password/" not in url)
    desk.look()
    cast.head.refresh_from_db()
    assert not cast.head.must_change_password


def test_language_and_darkness_stay(desk, cast, plan):
    page = desk.log_in(cast.inspector)
    desk.go("/2017/ledger/")
    choice, other = {"zh-hans": ("en", "en"), "en": ("zh-hans", "zh-CN")}[desk.language]
    if desk.phone:
        page.locator(".bar-btn.who").click()
    page.locator(f"form[action*=language] button[value={choice}] >> visible=true").click()
    page.wait_for_function("lang => document.documentElement.lang === lang", arg=other)
    page.reload()
    assert page.locator("html").get_attribute("lang") == other
    assert "/2017/ledger/" in page.url
    assert bool(re.search("[一-鿿]", page.locator("h1").inner_text())) == (other == "zh-CN")


def test_a_form_that_outlives_its_session_keeps_what_was_typed(desk, cast, plan):
    page = desk.log_in(cast.admin)
    desk.go("/people/new/")
    page.locator("[name=real_name]").fill("王小伟")
    desk.page.context.clear_cookies(name="sessionid")
    page.locator("[name=real_name]").press("Enter")
    page.locator("input[name=password][type=password]").fill(factories.PASSWORD)
    if not page.locator("input[name=username]").input_value():
        page.locator("input[name=username]").fill(cast.admin.username)
    page.locator("input[name=password][type=password]").press("Enter")
    page.wait_for_load_state()
    assert "王小伟" in page.content()
