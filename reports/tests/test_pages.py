"""The overview, its filters and export; constant queries; orders in the background; the command."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from audit.models import AuditEntry
from background.models import Work
from background.work import Run
from reports import jobs
from reports.actions import orders
from reports.actions.compile import compile_quarter
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from tests import factories
from tests.queries import LIMIT, taken
from tests.working import work as do_work

D = datetime.date
AT = timezone.make_aware(datetime.datetime(2017, 7, 3, 9))
Q2 = Quarter(2017, 2)
LIST = "/2017/reports/"


def units(plan, number):
    """So many departments with one assignment each."""
    for _ in range(number):
        unit = factories.organization(parent=plan.issuer)
        factories.assignment(factories.task(plan, lead=unit, due_on=D(2017, 6, 20), target=10, unit="家"), unit)


@pytest.fixture
def mixed(city, cast, plan):
    """Reports in every state, in time, late and overdue."""
    make = factories.report
    for unit in (city.safety, city.transport, city.jiaozhou, city.pingdu, city.town):
        factories.assignment(factories.task(plan, lead=unit, due_on=D(2017, 6, 20)), unit)
    return {
        "draft": make(plan, city.safety),
        "accepted": make(plan, city.transport, state="accepted", signer=cast.head, handed_in_on=D(2017, 7, 10)),
        "late": make(plan, city.jiaozhou, state="accepted", signer=cast.head, handed_in_on=D(2017, 7, 11)),
        "signed": make(plan, city.pingdu, state="signed", signer=cast.head, handed_in_on=D(2017, 7, 9)),
        "returned": make(plan, city.town, state="returned", signer=cast.head),
        "city": make(plan, city.commission, figures=compiled_city(plan)),
    }


def compiled_city(plan):
    compile_quarter(plan=plan, quarter=Q2, by=None, at=AT, today=factories.TODAY)
    found = QuarterlyReport.objects.of_city().get().figures
    QuarterlyReport.objects.of_city().delete()
    return found


def shown(client, query=""):
    return [row.pk for row in client.get(LIST + query).context["rows"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["draft", "returned", "signed", "city", "accepted", "late"]),
        ("?state=accepted", ["accepted", "late"]),
        ("?time=late", ["late"]),
        ("?time=ontime", ["signed", "accepted"]),
        ("?time=overdue", ["draft", "returned", "city"]),
        ("?act=office", ["signed"]),
        ("?act=unit", ["draft", "returned", "city"]),
        ("?act=me", ["signed", "city"]),
        ("?q=胶", ["returned", "late"]),
        ("?sort=-unit&act=unit", ["returned", "draft", "city"]),
        ("?quarter=2017Q3", []),
        ("?quarter=all&state=accepted", ["accepted", "late"]),
        (
            "?state=nonsense&quarter=x&sort=y&page=z&time=%00",
            ["draft", "returned", "signed", "city", "accepted", "late"],
        ),
    ],
)
def test_the_address_selects_the_rows_and_the_export_the_same(query, names, mixed, cast, log_in):
    client = log_in(cast.admin)
    want = [mixed[name].pk for name in names]
    assert sorted(shown(client, query)) == sorted(want)
    assert set(shown(client, query)) == set(want)
    octets = b"".join(client.get(f"{LIST}export/{query}").streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(octets)).get_sheet_by_index(0).to_python()[3:]
    assert len([row for row in rows if row[0]]) == len(want)


def test_urgent_first_unless_asked_otherwise(mixed, cast, log_in):
    client = log_in(cast.admin)
    first = shown(client)
    assert first.index(mixed["draft"].pk) < first.index(mixed["signed"].pk) < first.index(mixed["accepted"].pk)
    assert shown(client, "?sort=unit")[0] == mixed["city"].pk


def test_totals_lead_to_their_rows(mixed, cast, log_in):
    client = log_in(cast.admin)
    page = client.get(LIST)
    for total in page.context["strip"]:
        if total.value.isdigit():
            rows = client.get(LIST + total.href).context["rows"]
            assert len([row for row in rows if not row.is_city]) == int(total.value), total.label
    rate = page.context["strip"][-1]
    assert (rate.value, rate.hint) == ("40%", "2 / 5 份")


def test_a_unit_sees_only_what_is_its_own(mixed, city, cast, log_in):
    assert set(shown(log_in(cast.head))) == {mixed["late"].pk, mixed["returned"].pk}
    assert shown(log_in(cast.enterprise)) == []
    body = log_in(cast.head).get(LIST).content.decode()
    assert "平度" not in body
    assert "市交通运输委" not in body


def test_the_reason_stands_where_a_quarter_has_not_ended(mixed, cast, log_in):
    client = log_in(cast.admin)
    body = client.get(f"{LIST}?quarter=2017Q3").content.decode()
    assert "尚未结束" in body
    assert "汇总2017年第三季度" not in body
    answer = client.post(f"{LIST}compile/", {"quarter": "2017Q3"}, follow=True)
    assert "尚未结束" in answer.content.decode()
    assert not Work.objects.exists()
    assert AuditEntry.objects.get(verb="report.refused_compile").after["quarter"] == "2017Q3"
    assert log_in(cast.head).post(f"{LIST}compile/", {"quarter": "2017Q2"}).status_code == 403


def test_no_page_takes_more_queries_for_more_rows(city, cast, plan, log_in):
    units(plan, 2)
    client = log_in(cast.admin)
    names = ("report", "report_edit", "report_sign", "report_rows")

    def count():
        compile_quarter(plan=plan, quarter=Q2, by=None, at=AT, today=factories.TODAY)
        report = QuarterlyReport.objects.of_city().get()
        return [taken(client, LIST)] + [taken(client, reverse(name, kwargs={"pk": report.pk})) for name in names]

    few = count()
    units(plan, 12)
    assert count() == few
    assert max(few) <= LIMIT


def test_the_pages_of_a_unit_take_few_queries(mixed, city, cast, plan, log_in):
    amended = factories.report(plan, city.jiaozhou, previous=mixed["late"])
    names = {
        "report": amended, "report_edit": amended, "report_sign": amended, "report_rows": amended,
        "report_compare": amended, "report_amend": mixed["returned"], "report_accept": mixed["signed"],
        "report_return": mixed["signed"],
    }  # fmt: skip

    def count():
        office = log_in(cast.admin)
        clients = {"report_accept": office, "report_return": office, "report_amend": log_in(clerk)}
        return {
            name: taken(clients.get(name, head), reverse(name, kwargs={"pk": report.pk}))
            for name, report in names.items()
        }

    head, clerk = log_in(cast.head), factories.user(city.town)
    few = count()
    for number in range(12):
        one = factories.assignment(factories.task(plan, point=number % 10 + 1, lead=city.jiaozhou), city.jiaozhou)
        factories.evidence(one, cast.head)
        factories.message(cast.head, about=("reports.quarterlyreport", mixed["late"].pk))
    many = count()
    assert {name: (few[name], number) for name, number in many.items() if number > few[name]} == {}
    assert max(few.values()) <= LIMIT, few


def test_each_figure_leads_to_exactly_its_rows(mixed, city, cast, log_in):
    client = log_in(cast.head)
    report = mixed["late"]
    tables = client.get(reverse("report", kwargs={"pk": report.pk})).context["on"].tables
    checked = 0
    for table in tables:
        for line in table["lines"]:
            for cell in line.cells:
                if cell.href:
                    page = client.get(cell.href).context["on"]
                    assert page.page.paginator.count == int(cell.value) == len(page.lines), cell
                    assert not page.differs
                    checked += 1
    assert checked >= 8


# ---------------------------------------------------------------- in the background
def test_an_order_is_found_again_while_it_waits_and_done_in_the_background(city, cast, plan, log_in):
    units(plan, 3)
    client = log_in(cast.admin)
    first = client.post(f"{LIST}compile/", {"quarter": "2017Q2"})
    again = client.post(f"{LIST}compile/", {"quarter": "2017Q2"})
    assert first["Location"] == again["Location"]
    body = client.get(first["Location"]).content.decode()
    assert "hx-get" in body
    assert first["Location"] in client.get(LIST).content.decode()
    assert log_in(cast.head).get(first["Location"]).status_code == 403
    assert log_in(cast.outsider).get(first["Location"]).status_code == 404
    assert do_work() == 1
    work = Work.objects.get()
    assert (work.state, work.result) == ("done", {"created": 4, "refreshed": 0, "kept": 0})
    assert "新拟 4 份" in client.get(first["Location"]).content.decode()


def test_an_order_can_be_stopped_before_and_in_the_middle(city, cast, plan, log_in, monkeypatch):
    units(plan, 25)
    client = log_in(cast.admin)
    address = client.post(f"{LIST}compile/", {"quarter": "2017Q2"})["Location"]
    client.post(f"{address}stop/")
    assert Work.objects.get().state == "stopped"
    assert do_work() == 0
    client.post(f"{LIST}compile/", {"quarter": "2017Q2"})
    monkeypatch.setattr("background.work.EVERY", 0)
    said = []

    def stop_after_some(self, done, total, step=""):
        said.append((done, total))
        if done >= 10:
            Work.objects.filter(pk=self.row.pk).update(stop_asked=True)
        return tell(self, done, total, step)

    tell = Run.tell
    monkeypatch.setattr(Run, "tell", stop_after_some)
    do_work()
    assert Work.objects.latest("id").state == "stopped"
    assert QuarterlyReport.objects.count() == 10
    assert said == [(0, 26), (10, 26)]
    monkeypatch.setattr(Run, "tell", tell)
    client.post(f"{LIST}compile/", {"quarter": "2017Q2"})
    do_work()
    assert QuarterlyReport.objects.count() == 26
    assert Work.objects.latest("id").result == {"created": 16, "refreshed": 0, "kept": 10}


def test_the_calendar_orders_once_on_the_first_working_days(city, plan, settings):
    units(plan, 1)
    slot = AT
    settings.BUSINESS_DATE = "2017-07-01"  # a Saturday
    assert jobs.compile_reports(slot=slot) == "no working day"
    settings.BUSINESS_DATE = "2017-07-03"
    assert jobs.compile_reports(slot=slot) == "1 compilations ordered"
    assert jobs.compile_reports(slot=slot) == "0 compilations ordered"
    do_work()
    assert jobs.compile_reports(slot=slot) == "0 compilations ordered"
    assert QuarterlyReport.objects.count() == 2


def test_the_calendar_leaves_old_quarters_alone(city, plan):
    units(plan, 1)
    assert orders.order_due(plans=[plan], at=AT, today=D(2017, 9, 20)) == 0
    assert orders.order_due(plans=[plan], at=AT, today=D(2017, 4, 10)) == 0


# ---------------------------------------------------------------- the command
def test_the_command_drafts_and_repeats(city, plan, capsys):
    units(plan, 2)
    call_command("compile_reports", "2017q2")
    call_command("compile_reports", "2017Q2", commission="青岛市安全生产委员会")
    said = capsys.readouterr().out
    assert "3 drafted, 0 refreshed, 0 as they were" in said
    assert "0 drafted, 0 refreshed, 3 as they were" in said


@pytest.mark.parametrize(
    ("quarter", "text", "code"),
    [("2017Q5", "no quarter", 2), ("x", "no quarter", 2), ("2016Q2", "no plan", 1), ("2017Q3", "not ended", 1),
     ("2017Q1", "before the plan", 1)],
)  # fmt: skip
def test_the_command_says_what_is_wrong(quarter, text, code, city, plan):
    with pytest.raises(CommandError, match=text) as refused:
        call_command("compile_reports", quarter)
    assert refused.value.returncode == code
    assert not QuarterlyReport.objects.exists()
