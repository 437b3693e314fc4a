"""Terms of office of an item: name a holder, end a term, withdraw a mistake."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lib import clock
from organizations.models import User
from responsibilities import rights
from responsibilities.actions import terms
from responsibilities.forms.lists import TermForm
from responsibilities.models import ResponsibilityItem, Term
from responsibilities.term_page import rows_of

from .items import load_item


def _load(request: HttpRequest, pk: int) -> tuple[User, ResponsibilityItem]:
    user, item = load_item(request, pk)
    if not rights.may_lead(user, item.list.organization_id):
        raise PermissionDenied
    return user, item


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_term_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Names a person or a post with a term; the one before ends on the eve where that is wanted."""
    user, item = _load(request, pk)
    initial = {"post": item.post, "starts_on": clock.today(), "hand_over": True}
    typed = request.POST if request.method == "POST" else None
    form = TermForm(typed, unit_id=item.list.organization_id, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            terms.appoint(item=item, by=user, at=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The holder of “%(item)s” is on record.") % {"item": item.title})
            return redirect("duty_item", pk=pk)
    context = {"item": item, "one": item.list, "form": form, "terms": rows_of(item, clock.today())}
    return render(request, "responsibilities/term_form.html", context)


@require_POST
def duty_term_change(request: HttpRequest, pk: int, term: int) -> HttpResponse:
    """Ends a term on a day (`do=end`), or withdraws it as a mistake with a reason (`do=withdraw`)."""
    user, item = _load(request, pk)
    found = get_object_or_404(Term.objects.standing().filter(duty=item.duty_id), pk=term)
    try:
        if request.POST.get("do") == "withdraw":
            terms.withdraw(term=found, item=item, note=request.POST.get("note", ""), by=user, at=clock.now())
            messages.success(request, _("The term was withdrawn; it stays in the history."))
        else:
            found.ends_on = _day(request.POST.get("seen", "")) if "seen" in request.POST else found.ends_on
            terms.end(term=found, item=item, ends_on=_last_day(request), by=user, at=clock.now())
            messages.success(request, _("The end of the term is on record."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("duty_item", pk=pk)


def _day(text: str) -> datetime.date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return parse_date(text.strip())
    except ValueError:
        return None


def _last_day(request: HttpRequest) -> datetime.date:
    """The day typed; raises ValidationError where there is none."""
    day = _day(request.POST.get("ends_on", ""))
    if day is None:
        raise ValidationError(_("Enter the last day of the term."))
    return day
