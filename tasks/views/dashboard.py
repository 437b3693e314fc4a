"""The dashboard (看板): how the units of the own scope stand. Everyone sees the one of their scope."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.exports import export
from lib import clock
from lib.listing import page_of
from tasks.dashboard_curve import chart_of, curve_words
from tasks.dashboard_export import sheets_of
from tasks.dashboard_page import Dashboard, dashboard_of
from tasks.dashboard_rank import LEAST
from tasks.plans import plan_of

PAGE = 50
WIDE = 9  # letters of a unit's name that fit into the narrow first column
EVERY = 5000  # rows of one page where all are asked for


def _board(request: HttpRequest, year: int) -> Dashboard:
    """The dashboard that the address asks for; raises Http404."""
    plan = plan_of(request, year)
    found = dashboard_of(request.user, plan, clock.today(), request.GET)  # type: ignore[arg-type]  # the log-in wall is passed
    if found is None:
        raise Http404
    return found


@require_GET
def dashboard(request: HttpRequest, year: int) -> HttpResponse:
    """Totals, matrix, curve, ranking and the week's changes."""
    board = _board(request, year)
    page = page_of(request, board.rows, size=EVERY if request.GET.get("rows") == "all" else PAGE)
    curve = board.curve_rows()
    context = {
        "plan": board.plan,
        "board": board,
        "page": page,
        "rows": board.shown_rows(list(page.object_list)),
        "sums": board.shown_total(),
        "curve": curve,
        "curve_words": curve_words(curve),
        "chart": chart_of(board.curve, curve),
        "least": LEAST,
        "several": len(board.units) > 1,
        "asked": request.GET.urlencode(),
        "export_query": f"?{request.GET.urlencode()}",
        "wide": any(len(row.unit.label) > WIDE for row in page.object_list),
    }
    return render(request, "tasks/dashboard.html", context)


@require_GET
def dashboard_export(request: HttpRequest, year: int) -> FileResponse:
    """The same figures as a workbook, or as CSV, one file a table."""
    board = _board(request, year)
    name = _("Dashboard %(year)s") % {"year": year}
    return export(request, f"{name} {board.scope.root.label} {board.today:%Y-%m-%d}", *sheets_of(board), of=board.plan)
