"""Two people, two processes, at the very same moment: one wins, the other is told, nothing is written twice."""

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditEntry
from reports.actions import steps
from reports.actions.claim import StaleReportError
from reports.actions.compile import compile_quarter
from reports.frozen import digest
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from tests import factories
from tests.together import race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT = timezone.make_aware(datetime.datetime(2017, 7, 5, 9))
Q2, DUE = Quarter(2017, 2), datetime.date(2017, 6, 20)


def report_of(unit):
    return QuarterlyReport.objects.current().for_page().get(organization=unit)


@pytest.fixture
def signed(city, cast, plan):
    """Jiaozhou's report, handed in."""
    factories.assignment(factories.task(plan, lead=city.jiaozhou, due_on=DUE), city.jiaozhou)
    report = factories.report(plan, city.jiaozhou)
    report = report_of(city.jiaozhou)
    return steps.sign(
        report=report, by=cast.head, at=AT, today=AT.date(), revision=report.revision, seen=digest(report.figures)
    )


def test_accepted_and_returned_at_once(signed, city, cast):
    other = factories.user(city.office, "head", "office-head")
    found = race(
        lambda: steps.accept(report=report_of(city.jiaozhou), by=cast.admin, at=AT),
        lambda: steps.give_back(report=report_of(city.jiaozhou), by=other, at=AT, remarks="请补充"),
    )
    assert sum(isinstance(one, StaleReportError) for one in found) == 1, found
    assert AuditEntry.objects.filter(verb__in=["report.accept", "report.return"]).count() == 1
    assert report_of(city.jiaozhou).state in ("accepted", "returned")


def test_amended_twice_at_once_there_is_one_new_version(signed, city, cast):
    accepted = steps.accept(report=signed, by=cast.admin, at=AT)
    found = race(
        *[lambda: steps.amend(report=accepted, by=cast.head, at=AT, reason="更正")] * 3,
    )
    assert sum(isinstance(one, StaleReportError) for one in found) == 2, found
    assert QuarterlyReport.objects.filter(organization=city.jiaozhou).count() == 2


def test_compiled_twice_at_once_nothing_is_drafted_twice(city, plan):
    for _ in range(25):
        unit = factories.organization(parent=city.commission)
        factories.assignment(factories.task(plan, lead=unit, due_on=DUE), unit)

    def compiled():
        return compile_quarter(plan=plan, quarter=Q2, by=None, at=AT, today=datetime.date(2017, 7, 5))

    found = race(compiled, compiled)
    assert sum(one.created for one in found) == 26, found
    assert QuarterlyReport.objects.count() == 26
    assert AuditEntry.objects.filter(verb="report.draft").count() == 26
    assert connection.vendor == "postgresql"
