"""Quarterly reports on the ladder: those that are owed, and those that wait for the commission office.

A report keeps its own key through all its versions (that of the first), so a stage is said once however often the
report was returned; while it is handed in, its clock stands.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat, Left
from django.utils.translation import gettext_lazy as _

from notifications.models import Audience
from notifications.subjects import DefaultStage, Subject, register
from organizations.models import Organization
from tasks.reminders import OWN, unit_reach

from .models import QuarterlyReport
from .states import ReportState

A = Audience
LINK = "/reports/{key}/"
NUMERALS = ("一", "二", "三", "四")


def _named(rows: QuerySet[Any], deadline: str) -> QuerySet[Any]:
    """The rows with what a line of a reminder shows."""
    first = QuarterlyReport.objects.filter(
        plan=OuterRef("plan"), quarter=OuterRef("quarter"), organization=OuterRef("organization"), version=1
    )
    label = Case(When(organization__short_name="", then=F("organization__name")), default=F("organization__short_name"))
    numeral = Case(*(When(quarter=number, then=Value(text)) for number, text in enumerate(NUMERALS, 1)))
    title = Concat(Cast("plan__year", CharField()), Value("年第"), numeral, Value("季度工作报告"))
    return rows.annotate(
        about_key=Subquery(first.values("pk")[:1]), deadline=F(deadline), unit_key=F("organization_id"),
        plan_key=F("plan_id"), what=Left(title, 300), unit_name=Left(label, 120),
    )  # fmt: skip


def owed_reports(commission: Organization, today: datetime.date) -> QuerySet[Any]:
    """Not handed in, or returned: the unit is to act."""
    rows = QuarterlyReport.objects.current().owing().filter(plan__issuer=commission)
    return _named(rows, "due_on")


def waiting_reports(commission: Organization, today: datetime.date) -> QuerySet[Any]:
    """Handed in and neither accepted nor returned; counted from the day of the signature."""
    rows = QuarterlyReport.objects.current().of_units().filter(plan__issuer=commission, state=ReportState.SIGNED)
    return _named(rows.filter(handed_in_on__lte=today), "handed_in_on")


register(
    Subject(
        code="report",
        model="reports.quarterlyreport",
        label=_("Quarterly reports"),
        deadline_label=_("Report due"),
        link=LINK,
        audiences=(A.INSPECTOR, A.HEAD, A.SUPERVISOR, A.OFFICE, A.LEADER),
        stages=(
            DefaultStage("before", 5, OWN[:1]),
            DefaultStage("before", 1, OWN),
            DefaultStage("before", 0, OWN),
            DefaultStage("after", 1, OWN),
            DefaultStage("after", 5, (*OWN, A.SUPERVISOR), urgent=True),
            DefaultStage("after", 10, (*OWN, A.SUPERVISOR, A.OFFICE, A.LEADER), urgent=True),
        ),
        rows=owed_reports,
        reach=unit_reach,
    )
)
register(
    Subject(
        code="report_decision",
        model="reports.quarterlyreport",
        label=_("Quarterly reports that wait for a decision"),
        deadline_label=_("Handed in on"),
        link=LINK,
        audiences=(A.OFFICE, A.LEADER),
        stages=(
            DefaultStage("after", 3, (A.OFFICE,)),
            DefaultStage("after", 10, (A.OFFICE, A.LEADER), urgent=True),
        ),
        rows=waiting_reports,
        reach=unit_reach,
        sides=("after",),
    )
)
