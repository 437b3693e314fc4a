"""Search: tasks by number and words, units, and people for those who manage them."""

from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.exports import export
from lib.listing import page_of
from lib.marks import marked
from lib.sheets.write import exporting, file_name
from organizations.models import Organization, User
from organizations.person import person_of
from organizations.roles import Capability
from tasks.list_exports import search_sheets
from tasks.models import Assignment, Task
from tasks.plans import plan_of
from tasks.task_rows import task_rows

FEW = 10  # units and people shown here; the rest stands in their own lists


@require_GET
def search(request: HttpRequest, year: int) -> HttpResponseBase:
    """What the person may know of that contains every word; a task's exact number comes first."""
    plan = plan_of(request, year)
    user = person_of(request)
    query = request.GET.get("q", "").replace("\0", "").strip()[:100]
    words = query.split()
    context = {
        "plan": plan,
        "query": query,
        "export_query": "?" + urlencode({"q": query}),
        "may_people": user.may(Capability.MANAGE_PEOPLE),
    }
    if words:
        exact = Case(When(number__iexact=query, then=Value(0)), default=Value(1), output_field=IntegerField())
        tasks = Task.objects.visible_to(user).filter(plan=plan).current().matching(query)
        ordered = tasks.order_by(exact, "work_point__number", "position", "id")
        page = page_of(request, ordered.for_list(), size=20)
        units = Organization.objects.visible_to(user).active().matching(query)
        people = User.objects.visible_to(user).matching(query).select_related("organization")
        if exporting(request):
            sheets = search_sheets(query, ordered, units, people if context["may_people"] else None)
            return export(request, f"{_('Search')} {file_name(query)}", *sheets)
        context |= {
            "page": page,
            "tasks": task_rows(page.object_list, words=words),
            "units": [(unit, marked(unit.name, words), marked(unit.short_name, words)) for unit in units[:FEW]],
            "units_total": units.count(),
            "assignments_total": Assignment.objects.visible_to(user).of_plan(plan).standing().matching(query).count(),
        }
        if context["may_people"]:
            context["people"] = [(one, marked(one.real_name, words)) for one in people[:FEW]]
            context["people_total"] = people.count()
        context["nothing"] = not (page.paginator.count or context["units_total"] or context.get("people_total"))
    return render(request, "tasks/search.html", context)
