"""Sign, accept, return, amend: each on a page that says what follows, and what changed where it is refused."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.record import record_refusal
from lib import clock
from organizations.models import User
from reports import figure_words, rights
from reports.actions import steps
from reports.forms import StepForm
from reports.frozen import digest
from reports.models import QuarterlyReport
from reports.report_page import ReportPage, step_words
from reports.states import ReportState

from .loading import load


def _refuse_others(verb: str, user: User, found: QuarterlyReport) -> None:
    """Raises PermissionDenied with the reason, for those who see the report but may not do this."""
    if rights.may(user, found, verb):
        return
    match verb:
        case "sign":
            raise PermissionDenied(_("Only the head of the unit signs its report."))
        case "amend":
            raise PermissionDenied(_("Only the unit itself writes its report."))
    if found.signed_by_id == user.pk:
        raise PermissionDenied(_("You signed this report yourself, so another person has to decide."))
    raise PermissionDenied(_("Only the commission office accepts and returns reports."))


def _act(verb: str, user: User, found: QuarterlyReport, values: dict[str, Any]) -> QuarterlyReport:
    at, revision = clock.now(), values["revision"]
    match verb:
        case "sign":
            return steps.sign(
                report=found, by=user, at=at, today=clock.today(), revision=revision or -1, seen=values["seen"]
            )
        case "accept":
            return steps.accept(report=found, by=user, at=at, revision=revision, remarks=values["words"])
        case "return":
            return steps.give_back(report=found, by=user, at=at, revision=revision, remarks=values["words"])
    return steps.amend(report=found, by=user, at=at, reason=values["words"])


def _note(verb: str, user: User, found: QuarterlyReport, error: ValidationError) -> None:
    """Keeps the refused attempt in the record."""
    said = " ".join(error.messages)
    scope = found.plan.issuer_id
    record_refusal("report.refused", found, by=user, at=clock.now(), reason=said, scope_id=scope, values={"step": verb})


def _step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    user, found = load(request, pk)
    _refuse_others(verb, user, found)
    optional = found.state == ReportState.RETURNED
    initial = {"revision": found.revision, "seen": digest(found.figures)}
    form = StepForm(request.POST if request.method == "POST" else None, verb=verb, optional=optional, initial=initial)
    changes: list[figure_words.Change] = []
    words = step_words(verb, found)
    if request.method == "POST" and form.is_valid():
        try:
            made = _act(verb, user, found, form.cleaned_data)
        except steps.FiguresChangedError as error:
            _note(verb, user, found, error)
            form.add_error(None, error)
            changes = figure_words.change_lines(error.changes)
        except ValidationError as error:
            _note(verb, user, found, error)
            form.add_error(None, error)
        else:
            names = {"unit": made.organization.label, "quarter": made.period.label}
            messages.success(request, words["done"] % names)
            return redirect("report_edit" if verb == "amend" else "report", pk=made.pk)
        user, found = load(request, pk)
        form.now_seen(found.revision, digest(found.figures))
    elif request.method != "POST" and not rights.allows(found, verb):
        state = {"state": found.get_state_display()}
        messages.warning(request, _("This report is “%(state)s” now; this step is not open.") % state)
        return redirect("report", pk=pk)
    context = words | {
        "report": found, "form": form, "verb": verb, "changes": changes, "open": rights.allows(found, verb),
        "on": ReportPage(found, user, clock.today()),
    }  # fmt: skip
    return render(request, "reports/report_step.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The head signs and hands in."""
    return _step(request, pk, "sign")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The office accepts."""
    return _step(request, pk, "accept")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The office returns, with remarks."""
    return _step(request, pk, "return")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_amend(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit begins a new version."""
    return _step(request, pk, "amend")
