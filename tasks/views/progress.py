"""Logging progress: one short form."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib import clock, formats
from organizations.models import User
from tasks import assignment_page, rights
from tasks.actions.progress import log_progress
from tasks.actions.refusals import note_refusal
from tasks.forms.progress import ProgressForm
from tasks.forms.review import saw
from tasks.models import Assignment, ProgressEntry
from tasks.pace import pace_of

from .assignment import load


def _say(request: HttpRequest, found: Assignment, entry: ProgressEntry) -> None:
    """What was saved, in one sentence."""
    if found.target is None and not entry.quantity:
        messages.success(request, _("Saved: %(percent)s%% done.") % {"percent": entry.percent})
        return
    unit = found.task.unit
    text = _("Saved: +%(added)s, %(total)s in all.")
    messages.success(
        request,
        text % {"added": formats.amount(entry.quantity, unit), "total": formats.amount(entry.total, unit)},
    )


def _save(request: HttpRequest, form: ProgressForm, found: Assignment, user: User) -> HttpResponse | None:
    """Saves the entry; None where the form has to be shown again, with what was typed and chosen."""
    if not form.is_valid():
        return None
    at = clock.now()
    try:
        entry = log_progress(assignment=found, by=user, at=at, today=clock.today(), **form.entry)
    except ValidationError as error:
        form.add_error(None, error)
        note_refusal(of=found, step="progress", by=user, at=at, why=error)
        return None
    if not form.says(entry):
        form.add_error(None, _("This form was saved before, with other words. Save again to add a further entry."))
        form.new_key()
        return None
    _say(request, found, entry)
    return redirect("assignment", pk=found.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress_create(request: HttpRequest, pk: int) -> HttpResponse:
    """The form on a page of its own, for the phone and after a refusal."""
    user, found = load(request, pk)
    if not rights.may_log(user, found):
        raise PermissionDenied(_("Progress is logged by the unit that owes it."))
    today = clock.today()
    if request.method == "POST":
        form = ProgressForm(request.POST, request.FILES, assignment=found, user=user, today=today)
        try:
            response = _save(request, form, found, user)
        finally:
            form.close()
        if response is not None:
            return response
        form.fail()
        found.refresh_from_db(fields=["state", "quantity", "percent", "version"])
        saw(form, found.version)
    elif not rights.allows(found, "progress"):
        state = {"state": found.get_state_display()}
        messages.warning(request, _("This assignment is “%(state)s”; nothing can be logged now.") % state)
        return redirect("assignment", pk=pk)
    else:
        form = ProgressForm(assignment=found, user=user, today=today)
    entries = list(found.entries.all())
    signal, words = assignment_page.status_words(found, today)
    latest = next((entry for entry in entries if entry.author_id == user.pk), None)
    context = {
        "one": found, "plan": found.plan, "form": form, "pace": pace_of(found, entries, today), "signal": signal.value,
        "status": words, "facts": assignment_page.facts_of(found), "alone": True,
        "saved_key": str(latest.request_key) if latest else "",
    }  # fmt: skip
    return render(request, "tasks/progress.html", context)
