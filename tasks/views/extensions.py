"""A later deadline: the unit asks for it, the reviewer answers (also on the review desk)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib import clock, formats
from tasks import assignment_page, extension_rules, rights
from tasks.actions import requests
from tasks.actions.claim import StaleError
from tasks.actions.refusals import note_refusal
from tasks.forms.desk import AskForm
from tasks.states import UNIT_ACTS

from .assignment import load


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def extension_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit asks for a later deadline, with reason and day."""
    user, found = load(request, pk)
    if not rights.may_submit(user, found):
        raise PermissionDenied(_("Only the unit that owes an assignment asks for a later deadline."))
    today = clock.today()
    form = AskForm(request.POST if request.method == "POST" else None, initial={"version": found.version})
    blocked = extension_rules.why_not(found, today)
    if found.state not in UNIT_ACTS and request.method != "POST":
        blocked = _("It is “%(state)s” now; a later deadline can be asked for while your unit works on it.") % {
            "state": found.get_state_display()
        }
    elif found.extensions.undecided().exists():
        blocked = _("An extension is asked for already and waits for a decision.")
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            requests.ask(assignment=found, by=user, at=at, today=today, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            note_refusal(of=found, step="ask_extension", by=user, at=at, why=error)
            if isinstance(error, StaleError):
                found.refresh_from_db()
        else:
            day = formats.day(form.cleaned_data["due_wanted"])
            messages.success(request, _("Asked for an extension until %(day)s.") % {"day": day})
            return redirect("assignment", pk=pk)
    if request.method == "POST":
        form.seen(found.version)
    signal, status = assignment_page.status_words(found, today)
    context = {
        "one": found, "plan": found.plan, "form": form, "signal": signal.value, "status": status, "blocked": blocked,
        "facts": assignment_page.facts_of(found),
        "past": list(found.extensions.select_related("decided_by__organization")),
    }  # fmt: skip
    return render(request, "tasks/extension_ask.html", context)
