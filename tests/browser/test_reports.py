"""A quarterly report's way: the inspector completes it, the head signs it, the office accepts it."""

import datetime

import pytest
from django.utils import timezone

from reports.actions.compile import compile_quarter
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from tasks.models import ProgressEntry
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
D = datetime.date
AT = timezone.make_aware(datetime.datetime(2017, 7, 3, 9))


@pytest.fixture
def drafts(city, cast, plan):
    """The second quarter, compiled: Jiaozhou has an entry and something overdue."""
    inspector = factories.user(city.jiaozhou, "inspector", "jiaozhou")
    for point, unit in ((1, city.jiaozhou), (6, city.jiaozhou), (6, city.pingdu)):
        task = factories.task(plan, point=point, lead=unit, due_on=D(2017, 6, 20), title=f"第{point}点排查")
        row = factories.assignment(task, unit)
        ProgressEntry.objects.create(
            plan=plan, assignment=row, author=inspector, happened_on=D(2017, 6, 1), quantity=40, percent=40,
            what="检查企业 40 家", problems="人手不足", created_at=AT.replace(month=6),
        )  # fmt: skip
    compile_quarter(plan=plan, quarter=Quarter(2017, 2), by=None, at=AT, today=D(2017, 7, 3))
    return inspector


def open_report(desk, name):
    """From the navigation to the report, as a person goes."""
    desk.go("/2017/reports/")
    desk.page.locator("table.reports a", has_text=name).first.click()
    desk.page.wait_for_load_state()
    desk.look()


def test_drafted_signed_returned_amended_accepted(desk, drafts, city, cast):
    page = desk.log_in(drafts)
    open_report(desk, "胶州市政府")
    page.locator("a[href$='/edit/'] >> visible=true").first.click()
    page.wait_for_load_state()
    desk.look()
    page.locator("textarea[name=point_1]").fill("已全面部署，检查企业 40 家。")
    page.locator("button[name=ask] >> visible=true").click()
    page.wait_for_load_state()
    desk.look()
    assert page.get_by_text("已全面部署，检查企业 40 家。").first.is_visible()
    report = QuarterlyReport.objects.get(organization=city.jiaozhou)
    page.context.clear_cookies(name="sessionid")

    desk.log_in(cast.head)
    desk.go(f"/reports/{report.pk}/")
    page.locator("a[href$='/sign/'] >> visible=true").first.click()
    page.wait_for_load_state()
    desk.look()
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    desk.look()
    report.refresh_from_db()
    assert (report.state, report.signed_by) == ("signed", cast.head)
    assert page.locator(".hash", has_text=report.sha256).count() == 1
    page.context.clear_cookies(name="sessionid")

    desk.log_in(cast.admin)
    desk.go(f"/reports/{report.pk}/return/")
    page.locator("main form button.btn-refuse").click()
    page.locator(".error").first.wait_for()
    page.locator("textarea[name=words]").fill("请补充数据来源")
    page.locator("main form button.btn-refuse").click()
    page.wait_for_url(lambda url: url.endswith(f"/reports/{report.pk}/"))
    desk.look()
    report.refresh_from_db()
    assert report.state == "returned"
    assert page.get_by_text("请补充数据来源").first.is_visible()


def test_figures_that_changed_since_they_were_read_are_not_signed(desk, drafts, city, cast):
    report = QuarterlyReport.objects.get(organization=city.jiaozhou)
    page = desk.log_in(cast.head)
    desk.go("/2017/to-do/")
    page.locator("#also-reports .act a >> visible=true").click()
    page.wait_for_url(f"**/reports/{report.pk}/sign/")
    desk.look()
    factories.assignment(factories.task(report.plan, lead=city.jiaozhou, due_on=D(2017, 6, 21)), city.jiaozhou)
    page.locator("main form button.btn-primary").click()
    page.locator("[role=alert]").first.wait_for()
    desk.look()
    report.refresh_from_db()
    assert report.state == "drafted"
    assert page.locator("[role=alert]").first.is_visible()
    page.locator("main form button.btn-primary").click()  # now the page shows what changed
    page.wait_for_url(lambda url: url.endswith(f"/reports/{report.pk}/"))
    report.refresh_from_db()
    assert (report.state, report.figures["total"]["over"]) == ("signed", 3)


def test_a_figure_leads_to_its_rows(desk, drafts, city, cast):
    page = desk.log_in(cast.head)
    open_report(desk, "胶州市政府")
    link = page.locator(".strip a.strip-i").first
    number = int(link.locator(".strip-n").inner_text())
    link.click()
    page.wait_for_url("**/rows/**")
    desk.look()
    assert page.locator("table tbody tr").count() == number == 2


def test_the_office_orders_the_reports_and_watches(desk, drafts, cast):
    page = desk.log_in(cast.admin)
    desk.go("/2017/reports/?quarter=2017Q2")
    page.locator("button[name=quarter]").click()
    page.wait_for_url("**/compilations/**")
    desk.look()
    page.locator("#work button").click()
    page.wait_for_load_state()
    desk.look()
    assert page.locator(".sig-none").first.is_visible()
    desk.go("/2017/reports/?quarter=2017Q3")
    assert page.locator("button[name=quarter]").count() == 0
    assert page.locator(".empty").is_visible()
