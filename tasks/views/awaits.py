"""The start page of those who do the work: what awaits me."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lib import clock
from organizations.person import person_of
from organizations.roles import Capability
from tasks import awaits_page
from tasks.also import also_awaits
from tasks.awaits import Part
from tasks.plans import plan_of


@require_GET
def awaits_me(request: HttpRequest, year: int) -> HttpResponse:
    """Overdue first, then due within seven days, then sent back, then the rest; for reviewers what waits for them."""
    plan = plan_of(request, year)
    user = person_of(request)
    today = clock.today()
    sections = awaits_page.sections_of(user, plan, today)
    if not user.may(Capability.REVIEW):
        sections = [section for section in sections if section.key != Part.REVIEW]
    handed, handed_number = awaits_page.handed_in(user, plan, today)
    total = sum(section.number for section in sections)
    also = also_awaits(user, plan, today)
    context = {
        "plan": plan,
        "sections": sections,
        "total": total,
        "also": also,
        "all_href": awaits_page.ledger_href(plan, awaits=1),
        "export_query": "?awaits=1",
        "handed": handed,
        "handed_number": handed_number,
        "handed_href": awaits_page.ledger_href(plan, unit=user.organization_id, signal="head,sent"),
        "may_work": user.may(Capability.LOG_PROGRESS),
        "due": awaits_page.next_due(user, plan, today),
        "decisions": awaits_page.recent_decisions(user, plan),
        "next_start": None if total or also else awaits_page.next_start(user, plan, today),
    }
    return render(request, "tasks/awaits_me.html", context)
