"""The three steps of sign-off: submit, approve, send back. Each asks for a word and says what follows."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib import clock
from organizations.models import User
from tasks import assignment_page, rights
from tasks.actions import reviews
from tasks.actions.claim import StaleError
from tasks.forms.review import StepForm
from tasks.models import Assignment

from .assignment import load

_ACTS = {"submit": reviews.submit, "approve": reviews.approve, "send_back": reviews.send_back}


def _refuse_others(verb: str, user: User, found: Assignment) -> None:
    """Raises PermissionDenied with the reason, for those who see the assignment but may not do this."""
    if verb == "submit" and not rights.may_submit(user, found):
        raise PermissionDenied(_("Only the unit that owes an assignment submits it."))
    if verb != "submit" and not rights.may_send_back(user, found):
        raise PermissionDenied(_("Only heads and admins sign off or send back."))
    if verb == "approve" and not rights.may_approve(user, found) and rights.allows(found, verb):
        raise PermissionDenied(_("You submitted this yourself, so another person has to sign it off."))


def _words(verb: str) -> dict[str, str]:
    """Heading, explanation, button and message of a step."""
    match verb:
        case "submit":
            return {
                "heading": _("Submit for sign-off"),
                "help": _("A reviewer checks the proof and signs off or sends back. Until then nothing can be logged."),
                "button": _("Submit"),
                "done": _("Submitted for sign-off: %(title)s."),
            }
        case "approve":
            return {
                "heading": _("Sign off"),
                "help": _("The assignment is then complete; the opinion stays in the record and cannot be changed."),
                "button": _("Sign off"),
                "done": _("Signed off: %(title)s (%(unit)s)."),
            }
    return {
        "heading": _("Send back"),
        "help": _("The unit has to act again; its deadline stays. Say what to add and until when."),
        "button": _("Send back"),
        "done": _("Sent back: %(title)s (%(unit)s)."),
    }


def _step(request: HttpRequest, verb: str, user: User, found: Assignment, form: StepForm) -> HttpResponse | None:
    """Does it; None where the form has to be shown again. Reviewers go on to what waits next."""
    if not form.is_valid():
        return None
    today = clock.today()
    try:
        _ACTS[verb](
            assignment=found, by=user, at=clock.now(), today=today,
            opinion=form.cleaned_data["opinion"], version=form.cleaned_data["version"],
        )  # fmt: skip
    except ValidationError as error:
        form.add_error(None, error)
        if isinstance(error, StaleError):
            found.refresh_from_db()
        return None
    names = {"title": found.task.title, "unit": found.organization.label}
    messages.success(request, _words(verb)["done"] % names)
    follows = None if verb == "submit" else assignment_page.next_in_queue(found, user, today)
    if follows is not None:
        return redirect("assignment", pk=follows)
    return redirect("assignment", pk=found.pk)


def _page(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    user, found = load(request, pk)
    _refuse_others(verb, user, found)
    form = StepForm(request.POST if request.method == "POST" else None, verb=verb, initial={"version": found.version})
    if request.method == "POST":
        response = _step(request, verb, user, found, form)
        if response is not None:
            return response
        form.seen(found.version)
    elif not rights.allows(found, verb):
        state = {"state": found.get_state_display()}
        messages.warning(request, _("This assignment is “%(state)s” now; this step is not open.") % state)
        return redirect("assignment", pk=pk)
    signal, status = assignment_page.status_words(found, clock.today())
    context: dict[str, Any] = _words(verb) | {
        "one": found, "plan": found.plan, "form": form, "verb": verb, "signal": signal.value, "status": status,
        "conditions": assignment_page.conditions_of(found, found.evidence.count()),
        "open": rights.allows(found, verb), "facts": assignment_page.facts_of(found),
    }  # fmt: skip
    context["blocked"] = verb == "submit" and any(c.binding and not c.met for c in context["conditions"])
    return render(request, "tasks/step.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit asks for sign-off."""
    return _page(request, pk, "submit")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The reviewer signs off."""
    return _page(request, pk, "approve")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The reviewer sends back, with a reason."""
    return _page(request, pk, "send_back")
