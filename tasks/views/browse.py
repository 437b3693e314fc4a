"""The plan browser: the plan, one of its points, one of its tasks. The plan is for the whole city to read;
assignments are counted and listed only as far as the person may know of them."""

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from audit.exports import export
from audit.timeline import timeline_of
from lib import clock
from lib.listing import page_of
from lib.sheets.write import exporting
from organizations.person import person_of
from organizations.roles import Capability
from tasks import rights
from tasks.duty_lines import duties_of_task
from tasks.list_exports import point_sheet, points_sheet
from tasks.models import Assignment, Task
from tasks.plans import plan_of, remember
from tasks.rows import ledger_rows
from tasks.states import UnitRole
from tasks.tallies import Tally, tallies, tallies_of_rows, tally_of_rows, totals_of
from tasks.task_rows import deadline_words, task_rows, unit_lines

RESULTS = 10  # of the latest results, on the plan's page


@require_GET
def plan(request: HttpRequest, year: int) -> HttpResponseBase:
    """The plan with its points and how each stands in the units that the person sees."""
    found = plan_of(request, year)
    user = person_of(request)
    today = clock.today()
    by_point = tallies(totals_of(found, user), "work_point", today)
    task_numbers = dict(
        Task.objects.visible_to(user).filter(plan=found).current().order_by().values_list("work_point").annotate(
            number=Count("pk")
        )
    )  # fmt: skip
    points = [
        (point, task_numbers.get(point.pk, 0), by_point.get(point.pk, Tally())) for point in found.work_points.all()
    ]
    if exporting(request):
        return export(request, f"{found.title} {today:%Y-%m-%d}", points_sheet(found, points), of=found)
    written = Task.objects.visible_to(user).filter(plan=found, result_at__isnull=False).order_by("-result_at", "pk")
    written = written.select_related("result_by__organization", "work_point")
    context = {
        "plan": found,
        "points": points,
        "task_total": sum(task_numbers.values()),
        "total": Tally(*(sum(column) for column in zip(*by_point.values(), strict=True))) if by_point else Tally(),
        "scope": "" if user.sees_city else "&scope=own",
        "results": list(written[:RESULTS]),
        "may_manage": user.may(Capability.MANAGE_PLAN),
        "timeline": timeline_of(
            request, ("tasks.plan", [found.pk]), ("tasks.workpoint", [point.pk for point, *_rest in points])
        ),
    }
    return render(request, "tasks/plan.html", context)


@require_GET
def work_point(request: HttpRequest, year: int, number: int) -> HttpResponseBase:
    """One point with its tasks and how their assignments stand."""
    found = plan_of(request, year)
    user = person_of(request)
    point = get_object_or_404(found.work_points, number=number)
    tasks = Task.objects.visible_to(user).filter(work_point=point).current().order_by("position", "id")
    rows = Assignment.objects.visible_to(user).of_plan(found).filter(work_point=point).standing()
    by_task = tallies_of_rows(rows, "task", clock.today())
    if exporting(request):
        sheet = point_sheet(point, tasks.for_list().prefetch_related("milestones"), by_task)
        return export(request, f"{sheet.title} {clock.today():%Y-%m-%d}", sheet, of=found)
    context = {
        "plan": found,
        "point": point,
        "points": found.work_points.all(),
        "tasks": task_rows(tasks.for_list(), by_task),
        "total": Tally(*(sum(column) for column in zip(*by_task.values(), strict=True))) if by_task else Tally(),
        "may_manage": user.may(Capability.MANAGE_PLAN),
        "timeline": timeline_of(
            request, ("tasks.workpoint", [point.pk]), ("tasks.task", tasks.values_list("pk", flat=True))
        ),
    }
    return render(request, "tasks/work_point.html", context)


@require_GET
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: what is asked of whom until when, and those of its assignments that the person may know of."""
    user = person_of(request)
    found = get_object_or_404(Task.objects.visible_to(user).for_page(), pk=pk)
    remember(request, found.plan)
    today = clock.today()
    rows = Assignment.objects.visible_to(user).of_plan(found.plan).filter(task=found).standing()
    tally, sums = tally_of_rows(rows, today, quantity=Sum("quantity"), target=Sum("target"))
    page = page_of(request, rows.for_list().urgent_first(), total=tally.total)
    lines = unit_lines(found)
    context = {
        "task": found,
        "plan": found.plan,
        "deadline": deadline_words(found),
        "lead": lines[UnitRole.LEAD],
        "cooperating": lines[UnitRole.COOPERATING],
        "tally": tally,
        "sums": sums if found.target is not None else None,
        "page": page,
        "rows": ledger_rows(page.object_list, found.plan.year, today),
        "export_query": f"?task={found.pk}",
        "duties": duties_of_task(found, user),
        "may_write": rights.may_write_result(user, found),
        "all_done": tally.total > 0 and tally.closed == tally.total,
        "may_manage": user.may(Capability.MANAGE_PLAN),
        "timeline": timeline_of(
            request, ("tasks.task", [found.pk]), ("tasks.assignment", rows.order_by().values_list("pk", flat=True))
        ),
    }
    return render(request, "tasks/task.html", context)
