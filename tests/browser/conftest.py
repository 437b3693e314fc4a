"""Real pages in Debian's Chromium, in both languages, at the width of a desk and of a phone."""

from __future__ import annotations

import pytest
from django.utils import translation
from django.utils.translation import gettext

from tests import factories

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
VIEWS = [(language, size) for language in ("zh-hans", "en") for size in SIZES]


class Desk:
    """One person's browser: logs in, goes to pages, and notices what no page may do."""

    def __init__(self, page, base: str, language: str, size: str):
        self.page, self.base, self.language, self.size = page, base, language, size
        self.phone = size == "phone"
        self.faults: list[str] = []
        page.on("console", lambda message: self._console(message))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("response", lambda response: self._response(response))

    def _console(self, message) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _response(self, response) -> None:
        if response.status >= 500 or (response.status == 404 and "/static/" in response.url):
            self.faults.append(f"{response.status}: {response.url}")

    def say(self, msgid: str, **values) -> str:
        """The words that the page shows for a message id in this desk's language."""
        with translation.override(self.language):
            return gettext(msgid) % values if values else gettext(msgid)

    def go(self, path: str):
        """Opens an address and looks at it."""
        self.page.goto(self.base + path)
        self.look()
        return self.page

    def look(self) -> None:
        """The page does not scroll sideways and has one title."""
        self.page.wait_for_load_state()
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide at {self.size}"
        assert self.page.locator("h1").count() == 1

    def log_in(self, user, password: str = factories.PASSWORD):
        """Through the front door."""
        self.go("/login/")
        self.page.locator("input[name=username]").fill(user.username)
        self.page.locator("input[name=password][type=password]").fill(password)
        self.page.locator("input[name=password][type=password]").press("Enter")
        self.page.wait_for_url(lambda url: "/login/" not in url)
        self.look()
        return self.page


@pytest.fixture(params=VIEWS, ids=[f"{language}-{size}" for language, size in VIEWS])
def desk(request, new_context, live_server):
    """A browser in one language at one width; fails if a page wrote to the console or broke."""
    yield from open_desk(request.param, new_context, live_server)


@pytest.fixture
def chinese_desk(new_context, live_server):
    """For what needs no repetition in every view: Chinese, at a desk."""
    yield from open_desk(VIEWS[0], new_context, live_server)


def open_desk(view, new_context, live_server):
    """Opens the browser, hands it over, and then asks what went wrong in it."""
    language, size = view
    context = new_context(viewport=SIZES[size], has_touch=size == "phone", is_mobile=size == "phone")
    context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    context.set_default_timeout(8000)
    desk = Desk(context.new_page(), live_server.url, language, size)
    yield desk
    assert desk.faults == []
