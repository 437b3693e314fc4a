"""Load or 404, for all pages of a report."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from organizations.models import User
from organizations.person import person_of
from reports.models import QuarterlyReport
from tasks.plans import remember


def load(request: HttpRequest, pk: int) -> tuple[User, QuarterlyReport]:
    """The person and the report, if it may be seen; raises Http404. The frame then speaks of its plan."""
    user = person_of(request)
    report = get_object_or_404(QuarterlyReport.objects.visible_to(user).for_page(), pk=pk)
    remember(request, report.plan)
    return user, report
