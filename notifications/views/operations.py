"""The operator's page and its two buttons."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.exports import export
from lib import clock
from lib.sheets.write import exporting
from notifications import ladder_page
from notifications import operations as page
from notifications.actions import operations as actions

from .office import office_of


@never_cache
@require_GET
def operations(request: HttpRequest) -> HttpResponseBase:
    """Jobs, queues, mail: how the site does in the background; `?format=` exports the jobs."""
    office_of(request)
    now = timezone.now()
    if exporting(request):
        return export(request, f"{_('Jobs')} {clock.today():%Y-%m-%d}", page.sheet_of(page.jobs(now)))
    context = {
        "jobs": page.jobs(now),
        "queues": page.queues(),
        "silence": page.silence(now),
        "alarms": ladder_page.alarms(clock.today()),
        "mail": page.mail_settings(),
    }
    return render(request, "notifications/operations.html", context)


@require_POST
def job_run(request: HttpRequest) -> HttpResponse:
    """Has a job run as soon as a process is free."""
    user, _commission = office_of(request)
    name = request.POST.get("job", "")
    try:
        actions.run_now(job=name, by=user, at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Ordered: %(job)s runs within a minute.") % {"job": page.label_of(name)})
    return redirect("operations")


@require_POST
def mail_test(request: HttpRequest) -> HttpResponse:
    """Sends a test mail to the person who asks."""
    user, _commission = office_of(request)
    if not user.email:
        messages.error(request, _("Your account has no e-mail address; enter one under “How messages arrive”."))
        return redirect("operations")
    fault = page.send_test(user)
    if fault:
        messages.error(request, _("The test mail could not be sent: %(fault)s") % {"fault": fault})
    else:
        messages.success(request, _("The mail server has taken a test mail to %(email)s.") % {"email": user.email})
    return redirect("operations")
