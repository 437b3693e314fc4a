"""Which plan a page is about: the year in the address, otherwise the one of today."""

from django.http import Http404, HttpRequest

from lib import clock

from .models import Plan


def visible_plans(request: HttpRequest) -> list[Plan]:
    """The plans of the person's city, latest first; read once a request."""
    if not hasattr(request, "_plans"):
        request._plans = list(Plan.objects.visible_to(request.user).select_related("issuer"))  # type: ignore[attr-defined]
    return request._plans  # type: ignore[attr-defined, no-any-return]


def current_plan(request: HttpRequest) -> Plan | None:
    """The plan that the page already chose, that of the business date's year, or the latest."""
    chosen = getattr(request, "plan", None)
    plans = visible_plans(request)
    of_today = [plan for plan in plans if plan.year == clock.today().year]
    return chosen or next(iter(of_today or plans), None)


def plan_of(request: HttpRequest, year: int) -> Plan:
    """The plan of a year in the address, remembered for the frame; raises Http404."""
    for plan in visible_plans(request):
        if plan.year == year:
            request.plan = plan  # type: ignore[attr-defined]
            return plan
    raise Http404
