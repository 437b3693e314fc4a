"""The record (记录): list, one entry, export; for those who may read it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.exports import export
from audit.say import say_all
from audit.seals import seal_all
from lib import clock, formats
from organizations.models import User
from organizations.person import person_of, person_who_may
from organizations.roles import Capability

from . import page
from .export import MOST, sheet_of
from .filters import COUNTED, RecordFilter, visible_to


def _reader(request: HttpRequest) -> User:
    """The person, if allowed to read the record; raises PermissionDenied."""
    return person_who_may(request, Capability.READ_AUDIT)


@require_GET
def record_list(request: HttpRequest) -> HttpResponse:
    """What happened, newest first; searched, filtered, in pages."""
    user = _reader(request)
    chosen = RecordFilter(request.GET, user)
    found = chosen.page(request.GET)
    context = {
        "chosen": chosen,
        "found": found,
        "rows": say_all(found.entries),
        "number": f"{formats.number(COUNTED)}+" if found.number > COUNTED else formats.number(found.number),
        "check": page.check() if user.sees_city else None,
        "more_open": bool({"kind", "text", "address", "request", "on"} & chosen.values.keys()),
    }
    return render(request, "audit/record_list.html", context)


@require_GET
def record_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: before and after, the entries around it on the same object, all of the same request."""
    entry = get_object_or_404(visible_to(person_of(request)).for_list(), pk=pk)
    user = _reader(request)
    seen = page.seen(entry, user)
    context = {"entry": entry, "seen": seen, "facts": page.facts(seen.said)}
    return render(request, "audit/record_entry.html", context)


@require_GET
def record_export(request: HttpRequest) -> HttpResponseBase:
    """Exactly the filtered rows, all pages, as Excel or CSV. Sealed before, so that the file bears witness."""
    chosen = RecordFilter(request.GET, _reader(request))
    if chosen.rows().order_by()[: MOST + 1].count() > MOST:
        text = _("More than %(most)s entries. Choose a shorter period and export several files.")
        messages.error(request, text % {"most": formats.number(MOST)})
        return redirect(reverse("record_list") + chosen.query())
    seal_all(at=timezone.now())
    return export(request, f"{_('Record')} {clock.today():%Y-%m-%d}", sheet_of(chosen))
