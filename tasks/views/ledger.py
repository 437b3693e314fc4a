"""The ledger (台账): one filterable, sortable, exportable table of assignments."""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.exports import export
from lib import clock
from lib.listing import empty_last, load_page, page_of
from organizations.person import person_of
from organizations.roles import Capability
from tasks import ledger_page
from tasks.exports import ledger_sheet
from tasks.filters import AssignmentFilter
from tasks.models import Assignment
from tasks.models.assignment import AssignmentQuerySet
from tasks.plans import plan_of
from tasks.rows import ledger_rows
from tasks.tallies import total_of

YEAR = 365 * 24 * 3600


def _chosen(request: HttpRequest, year: int) -> AssignmentFilter:
    """The filter of this request over the plan of the year; raises Http404."""
    plan = plan_of(request, year)
    return AssignmentFilter(request.GET, user=person_of(request), plan=plan, today=clock.today())


def _ordered(request: HttpRequest, chosen: AssignmentFilter) -> AssignmentQuerySet:
    """The rows of the filter in the order that the address asks for."""
    _sort, columns = ledger_page.sorting(request)
    return chosen.rows().order_by(*empty_last(columns, ledger_page.NULLABLE))


@require_GET
def ledger(request: HttpRequest, year: int) -> HttpResponse:
    """Fifty rows a page, urgent first unless another order is asked for."""
    chosen = _chosen(request, year)
    views = ledger_page.views_of(chosen)
    counted = next((view.number for view in views if view.current), None)
    total = total_of(chosen) if counted is None else counted
    page = page_of(request, _ordered(request, chosen).values_list("pk", flat=True), total=total)
    sort, _columns = ledger_page.sorting(request)
    shown = ledger_page.columns_of(request)
    bar, more = ledger_page.fields_of(chosen)
    context = {
        "plan": chosen.plan,
        "chosen": chosen,
        "chips": chosen.chips(),
        "ignored": chosen.ignored_labels(),
        "views": views,
        "bar": bar,
        "more": more,
        "more_open": any(
            key in chosen.values for key in ("state", "cadence", "period", "extension", "due_from", "due_to")
        ),
        "around": ledger_page.around_of(chosen),
        "kept": ledger_page.kept_of(chosen),
        "hidden": ledger_page.hidden_of(chosen),
        "heads": ledger_page.heads_of(chosen, sort),
        "urgent_first": sort == "urgency",
        "urgent_query": chosen.query("sort"),
        "columns": ledger_page.chooser_of(chosen, shown),
        "absent": sorted(set(ledger_page.COLUMNS) - shown),
        "page": page,
        "rows": ledger_rows(load_page(page, Assignment.objects.for_list()), chosen.plan.year, chosen.today),
        "export_query": chosen.query(),
        "may_return": chosen.user.may(Capability.LOG_PROGRESS),
    }
    response = render(request, "tasks/ledger.html", context)
    if "cols" in request.GET:
        remembered = ".".join(sorted(shown))
        response.set_cookie(
            "ledger_cols", remembered, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
        )
    return response


@require_GET
def ledger_export(request: HttpRequest, year: int) -> FileResponse:
    """Exactly the filtered rows, all pages, with the columns chosen, as Excel or CSV."""
    chosen = _chosen(request, year)
    sheet = ledger_sheet(chosen, _ordered(request, chosen), ledger_page.columns_of(request))
    return export(request, f"{sheet.title} {chosen.today:%Y-%m-%d}", sheet, of=chosen.plan)
