"""The overview of reports and its export."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.exports import export
from lib import clock
from lib.listing import empty_last, page_of
from lib.sheets.write import Sheet
from organizations.person import person_of
from organizations.roles import Capability
from reports import list_page
from reports.actions.orders import orders_of
from reports.list_filter import ReportFilter, acts, times
from reports.quarters import refuse_unready
from reports.states import ReportState
from tasks.plans import plan_of

NULLABLE = frozenset({"handed_in_on"})


@require_GET
def report_list(request: HttpRequest, year: int) -> HttpResponse:
    """Unit by unit: where its report stands, until when, who has to act."""
    plan = plan_of(request, year)
    user = person_of(request)
    chosen = ReportFilter(request, user, plan, clock.today())
    rows = chosen.rows().for_list().select_related("plan__issuer").order_by(*empty_last(chosen.columns, NULLABLE))
    page = page_of(request, rows)
    may_compile = user.may(Capability.DECIDE_REPORTS)
    running = orders_of(plan).unfinished().first() if may_compile else None
    context = {
        "plan": plan,
        "chosen": chosen,
        "chips": chosen.chips(),
        "tabs": list_page.tabs(chosen),
        "strip": list_page.strip(chosen),
        "heads": list_page.heads(chosen),
        "page": page,
        "rows": [list_page.row_of(report, user, chosen.today) for report in page.object_list],
        "states": [(value, label, value == chosen.state) for value, label in ReportState.choices],
        "times": [(value, label, value == chosen.time) for value, label in times().items()],
        "acts": [(value, label, value == chosen.act) for value, label in acts().items()],
        "urgent_query": chosen.query("sort"),
        "may_compile": may_compile,
        "running": running,
        "refusal": _refusal(chosen),
    }
    return render(request, "reports/report_list.html", context)


def _refusal(chosen: ReportFilter) -> str:
    """Why the quarter shown cannot be compiled; empty where it can."""
    if chosen.quarter is None:
        return ""
    try:
        refuse_unready(chosen.plan, chosen.quarter, chosen.today)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@require_GET
def report_export(request: HttpRequest, year: int) -> FileResponse:
    """The same list as a workbook: same conditions, same order, all pages."""
    plan = plan_of(request, year)
    chosen = ReportFilter(request, person_of(request), plan, clock.today())
    found = chosen.rows().select_related("organization", "plan__issuer").defer("narrative", "problems", "next_steps")
    rows = found.order_by(*empty_last(chosen.columns, NULLABLE)).iterator(200)
    title = _("Quarterly reports %(year)s") % {"year": plan.year}
    cells = list_page.sheet_rows(rows, chosen.today)
    sheet = Sheet(title, list_page.sheet_columns(), cells, chosen.describe())
    return export(request, f"{title} {chosen.today:%Y-%m-%d}", sheet, of=plan)
