"""Quarterly reports on the page 待办: to be completed, signed, corrected, accepted."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lib import formats
from lib.templatetags.ui import sig
from organizations.models import User
from tasks.also import SHOWN, Also, Todo, register
from tasks.models import Plan

from . import rights
from .list_filter import ALL
from .list_page import next_step, status
from .models import QuarterlyReport
from .states import ReportState


@register
def reports_to_do(user: User, plan: Plan, today: datetime.date) -> Also:
    """The reports of the plan whose next step is the person's, nearest due day first."""
    rows = rights.awaiting(user).of_plan(plan).for_list().annotate(number=Window(Count("pk")))
    found = list(rows.order_by("due_on", "quarter", "organization__position", "pk")[:SHOWN])
    return Also(
        key="reports",
        signal="sent",
        title=_("Quarterly reports"),
        hint=_("by deadline"),
        number=found[0].number if found else 0,  # type: ignore[attr-defined]  # annotated
        href=href(plan),
        rows=[_row(report, user, today) for report in found],
    )


def href(plan: Plan) -> str:
    """Exactly the reports that await the reader, of every quarter."""
    return f"{reverse('report_list', kwargs={'year': plan.year})}?{urlencode({'quarter': ALL, 'act': 'me'})}"


def _row(report: QuarterlyReport, user: User, today: datetime.date) -> Todo:
    signal, words = status(report, today)
    unit = _("The whole city") if report.is_city else report.organization.label
    due = _("due %(day)s") % {"day": formats.short_day(report.due_on, report.plan.year)}
    page, label, primary = _act(report, user)
    return Todo(
        signal=sig(signal, words),
        href=reverse("report", kwargs={"pk": report.pk}),
        title=_("Report %(quarter)s · %(unit)s") % {"quarter": report.period.label, "unit": unit},
        meta=" · ".join([due, next_step(report)]),
        act=label,
        act_href=reverse(page, kwargs={"pk": report.pk}),
        primary=primary,
    )


def _act(report: QuarterlyReport, user: User) -> tuple[str, str, bool]:
    """(page, button, whether it is the own unit's turn) of the next step."""
    match report.state:
        case ReportState.SIGNED:
            return "report", _("Decide"), False
        case ReportState.RETURNED:
            return "report_amend", _("Correct"), True
    if rights.may_sign(user, report):
        return "report_sign", _("Sign"), True
    return "report_edit", pgettext("report", "Complete"), True
