"""One assignment: what is asked and why, until when, how far, what happened, and what this person may do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lib import clock
from notifications.told import SHOWN, told_of
from organizations.models import User
from organizations.person import person_of
from tasks import assignment_page
from tasks.duty_lines import duties_of_task
from tasks.forms.progress import ProgressForm
from tasks.models import Assignment
from tasks.plans import remember


def load(request: HttpRequest, pk: int) -> tuple[User, Assignment]:
    """The person and the assignment, if they may know of it; raises Http404."""
    user = person_of(request)
    found = get_object_or_404(Assignment.objects.visible_to(user).for_page(), pk=pk)
    remember(request, found.plan)
    return user, found


@never_cache
@require_GET
def assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; `?all=1` shows the whole history and every proof."""
    user, found = load(request, pk)
    today = clock.today()
    context = assignment_page.page_of(found, user, today, whole="all" in request.GET)
    context |= told_of(found, None if "all" in request.GET else SHOWN)
    context["duties"] = duties_of_task(found.task, user, found.organization_id)
    if context["may"]["progress"]:
        context["form"] = ProgressForm(assignment=found, user=user, today=today)
    return render(request, "tasks/assignment.html", context)
