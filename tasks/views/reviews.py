"""The steps of one assignment on a page of their own: each asks for a word and says what follows."""

from collections.abc import Callable
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
from tasks.actions import reviews, rulings
from tasks.actions.claim import StaleError
from tasks.actions.refusals import note_refusal
from tasks.forms.review import StepForm
from tasks.gates import conditions_of
from tasks.models import Assignment
from tasks.states import PARTIES, TRANSITIONS
from tasks.step_words import named, why_not, words_of

from .assignment import load

_ACTS: dict[str, Callable[..., Assignment]] = {
    "submit": reviews.submit,
    "endorse": reviews.endorse,
    "approve": reviews.approve,
    "send_back": reviews.send_back,
    "withdraw": reviews.withdraw,
    "cancel": rulings.cancel,
    "reopen": rulings.reopen,
}


def _open(verb: str, found: Assignment) -> bool:
    """Whether the state allows the step."""
    if verb == "reopen":
        return not found.is_open
    return found.state in TRANSITIONS[verb][0]


def _refuse_others(verb: str, user: User, found: Assignment, tried: bool) -> None:
    """Raises PermissionDenied with the reason, for those who see the assignment but may not do this.

    A decision on the own work that was `tried` is recorded.
    """
    parties = rights.parties_of(user, found)
    named_step = rulings.reopening_verb(found) if verb == "reopen" else verb
    if _open(verb, found):
        allowed = rights.takes(parties, found, named_step)
    else:
        allowed = bool(parties.intersection(PARTIES[named_step].values()))
    if allowed:
        return
    deciding = verb in ("endorse", "approve", "send_back")
    if deciding and found.is_handed_in and rights.is_own_work(user, found):
        if tried:
            note_refusal(of=found, step=verb, by=user, at=clock.now(), why="four_eyes")
        raise PermissionDenied(reviews.own_work_words(user, found))
    raise PermissionDenied(why_not(verb))


def _step(request: HttpRequest, verb: str, user: User, found: Assignment, form: StepForm) -> HttpResponse | None:
    """Does it; None where the form has to be shown again."""
    if not form.is_valid():
        return None
    at = clock.now()
    try:
        done = _ACTS[verb](
            assignment=found, by=user, at=at, today=clock.today(),
            opinion=form.cleaned_data["opinion"], version=form.cleaned_data["version"],
        )  # fmt: skip
    except ValidationError as error:
        form.add_error(None, error)
        note_refusal(of=found, step=verb, by=user, at=at, why=error)
        if isinstance(error, StaleError):
            found.refresh_from_db()
        return None
    text = words_of(verb)["done"]
    if verb == "submit" and done.done_on is None:
        text = _("Handed in to the head of your unit: %(title)s.")
    messages.success(request, named(text, found))
    return redirect("assignment", pk=found.pk)


def _page(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    user, found = load(request, pk)
    tried = request.method == "POST"
    _refuse_others(verb, user, found, tried)
    form = StepForm(request.POST if tried else None, verb=verb, initial={"version": found.version})
    if tried:
        response = _step(request, verb, user, found, form)
        if response is not None:
            return response
        form.seen(found.version)
    elif not _open(verb, found):
        state = {"state": found.get_state_display()}
        messages.warning(request, _("This assignment is “%(state)s” now; this step is not open.") % state)
        return redirect("assignment", pk=pk)
    signal, status = assignment_page.status_words(found, clock.today())
    shown = verb in ("submit", "endorse", "approve", "send_back")
    own_head = verb == "submit" and reviews.own_head_decides(found, user)
    context: dict[str, Any] = {key: named(text, found) for key, text in words_of(verb, own_head).items()} | {
        "one": found, "plan": found.plan, "form": form, "verb": verb, "signal": signal.value, "status": status,
        "conditions": conditions_of(found, found.evidence.count()) if shown else [],
        "open": _open(verb, found), "facts": assignment_page.facts_of(found),
    }  # fmt: skip
    context["blocked"] = verb == "submit" and any(c.binding and not c.met for c in context["conditions"])
    return render(request, "tasks/step.html", context)


def _view(verb: str) -> Callable[..., HttpResponse]:
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def step(request: HttpRequest, pk: int) -> HttpResponse:
        return _page(request, pk, verb)

    return step


submit, endorse, approve, send_back = (_view(verb) for verb in ("submit", "endorse", "approve", "send_back"))
withdraw, cancel, reopen = (_view(verb) for verb in ("withdraw", "cancel", "reopen"))
