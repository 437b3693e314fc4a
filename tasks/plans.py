"""Which plan a page is about: the year in the address, otherwise the one of today."""

from django.http import Http404, HttpRequest

from lib import clock
from organizations.person import person_of

from .models import Plan


def visible_plans(request: HttpRequest) -> list[Plan]:
    """The plans of the person's city, latest first; read once a request."""
    plans: list[Plan] | None = getattr(request, "_plans", None)
    if plans is None:
        plans = list(Plan.objects.visible_to(person_of(request)).select_related("issuer"))
        vars(request)["_plans"] = plans
    return plans


def current_plan(request: HttpRequest) -> Plan | None:
    """The plan that the page already chose, that of the business date's year, or the latest."""
    chosen = getattr(request, "plan", None)
    plans = visible_plans(request)
    of_today = [plan for plan in plans if plan.year == clock.today().year]
    return chosen or next(iter(of_today or plans), None)


def remember(request: HttpRequest, plan: Plan) -> None:
    """Lets the frame of the page (header, navigation) speak of this plan."""
    vars(request)["plan"] = plan


def plan_of(request: HttpRequest, year: int) -> Plan:
    """The plan of a year in the address, remembered for the frame; raises Http404."""
    for plan in visible_plans(request):
        if plan.year == year:
            remember(request, plan)
            return plan
    raise Http404
