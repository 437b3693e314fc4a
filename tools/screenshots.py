"""Pictures of the running demo.

    tools/screenshots.py                 the two of the README, into docs/images/
    tools/screenshots.py --all FOLDER    every page, at 1440 and 390 px, in Chinese and English; reports
                                         sideways scrolling, console errors and failed requests (exit 1)

Needs a site that runs: `make run`, or another address in SITE=http://127.0.0.1:8000.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))
SITE = os.environ.get("SITE", "http://127.0.0.1:8000")
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}

# account -> pages; "@x" follows the first link on the page before that matches
PAGES: dict[str, list[tuple[str, str]]] = {
    "inspector-anjian": [
        ("to-do", "/2017/to-do/"),
        ("assignment", r"@/assignments/\d+/"),
        ("ledger", "/2017/ledger/"),
        ("search", "/2017/search/?q=企业"),
        ("plan", "/2017/plan/"),
        ("point", "/2017/points/6/"),
        ("task", r"@/tasks/\d+/"),
        ("units", "/units/"),
        ("password", "/password/"),
        ("inbox", "/messages/"),
        ("inbox-settings", "/messages/settings/"),
        ("inspector-reports", "/2017/reports/"),
        ("inspector-list", "/lists/"),
        ("own-workbook", "/2017/returns/"),
    ],
    "head-jiaozhou": [
        ("head-dashboard", "/2017/dashboard/"),
        ("head-to-do", "/2017/to-do/"),
        ("head-ledger", "/2017/ledger/?signal=over"),
        ("head-reports", "/2017/reports/?act=me"),
        ("report", r"@/reports/\d+/"),
        ("report-edit", r"@/reports/\d+/edit/"),
        ("head-review", "/2017/review/"),
        ("head-review-assignment", r"@/assignments/\d+/"),
        ("sheets", "/accountability/"),
        ("sheet", r"@/accountability/\d+/"),
        ("duty-unit", "/lists/search/?q=粉尘防爆"),
        ("duty-item", r"@/items/\d+/"),
    ],
    "admin": [
        ("dashboard", "/2017/dashboard/"),
        ("admin-to-do", "/2017/to-do/"),
        ("tasks", "/2017/tasks/"),
        ("task-edit", r"@/tasks/\d+/edit/"),
        ("task-new", "/2017/tasks/new/"),
        ("imports", "/2017/imports/"),
        ("plans", "/plans/"),
        ("plan-edit", "/2017/edit/"),
        ("point-edit", "/2017/points/1/edit/"),
        ("admin-units", "/units/"),
        ("unit", r"@/units/\d+/"),
        ("unit-new", "/units/new/"),
        ("groups", "/collective-units/"),
        ("group", r"@/collective-units/\d+/"),
        ("people", "/people/"),
        ("person", r"@/people/\d+/"),
        ("person-new", "/people/new/"),
        ("reports", "/2017/reports/"),
        ("reports-refused", "/2017/reports/?quarter=2017Q3"),
        ("review", "/2017/review/"),
        ("ladder", "/reminders/"),
        ("stage-new", "/reminders/stages/new/"),
        ("calendar", "/reminders/calendar/"),
        ("sent", "/reminders/sent/"),
        ("operations", "/operations/"),
        ("duty-lists", "/lists/"),
        ("duty-list", r"@/lists/\d+/"),
        ("duty-list-new", "/lists/new/"),
        ("duty-imports", "/lists/import/"),
        ("unit-imports", "/units/imports/units/"),
        ("enterprise-imports", "/units/imports/enterprises/"),
        ("returns", "/2017/returns/"),
        ("returns-units", "/2017/returns/units/"),
        ("not-found", "/2017/points/77/"),
        ("empty", "/2017/ledger/?q=没有这样的任务"),
    ],
    "enterprise-1": [("enterprise-to-do", "/2017/to-do/"), ("enterprise-dashboard", "/2017/dashboard/")],
    "auditor": [("auditor-dashboard", "/2017/dashboard/"), ("auditor-to-do", "/2017/to-do/"),
                ("record", "/record/"), ("record-entry", r"@/record/\d+/")],
}  # fmt: skip


def enter(browser: Browser, account: str, width: str, language: str, theme: str = "light") -> Page:
    """A page that is logged in as a demo account."""
    from organizations.demo_accounts import DEMO_PASSWORD

    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    options: dict[str, Any] = {"viewport": size, "color_scheme": theme, "has_touch": width == "phone"}
    context = browser.new_context(**options)
    context.add_cookies([{"name": "django_language", "value": language, "url": SITE}])
    page = context.new_page()
    page.goto(f"{SITE}/login/")
    page.fill("input[name=username]", account)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/2017/"))
    return page


def watch(page: Page, complaints: list[str]) -> None:
    """Collects what the console and the network complain about."""
    page.on(
        "console",
        lambda message: message.type in ("error", "warning") and complaints.append(f"{page.url}: {message.text}"),
    )
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("response", lambda reply: reply.status >= 500 and complaints.append(f"{reply.url}: {reply.status}"))


def every_page(browser: Browser, folder: Path) -> list[str]:
    """Takes all pictures; what is wrong, in words."""
    folder.mkdir(parents=True, exist_ok=True)
    complaints: list[str] = []
    only = os.environ.get("ONLY", "")
    for width in WIDTHS:
        for language in ("zh-hans", "en"):
            for account, pages in PAGES.items():
                if only and not any(re.search(only, name) for name, _ in pages):
                    continue
                page = enter(browser, account, width, language)
                watch(page, complaints)
                for name, address in pages:
                    if address.startswith("@"):
                        links = page.eval_on_selector_all("main a[href]", "els => els.map(e => e.getAttribute('href'))")
                        found = [link for link in links if re.fullmatch(address[1:], link.split("?")[0])]
                        if not found:
                            complaints.append(f"{page.url}: no link {address}")
                            continue
                        address = found[0]
                    page.goto(SITE + address)
                    page.wait_for_load_state("networkidle")
                    if only and not re.search(only, name):
                        continue
                    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                    if overflow > 0:
                        complaints.append(f"{name} {width} {language}: {overflow} px wider than the window")
                    page.screenshot(path=folder / f"{name}-{width}-{language}.png", full_page=width == "phone")
                page.context.close()
    return [line for line in complaints if "404" not in line]


def main(arguments: list[str]) -> int:
    """Takes the pictures; 1 if a page complains."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        if arguments[:1] == ["--all"]:
            complaints = every_page(browser, Path(arguments[1]))
            print("\n".join(complaints) or "No page complains.")
            return 1 if complaints else 0
        images = BASE / "docs" / "images"
        images.mkdir(parents=True, exist_ok=True)
        page = enter(browser, "admin", "desktop", "zh-hans")
        page.goto(f"{SITE}/2017/dashboard/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=images / "dashboard.png")
        page = enter(browser, "inspector-anjian", "phone", "zh-hans")
        page.goto(f"{SITE}/2017/to-do/")
        page.screenshot(path=images / "to-do-phone.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
