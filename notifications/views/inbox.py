"""The pages of the inbox."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.exports import export
from lib import clock, formats
from lib.listing import page_of
from lib.sheets.write import exporting
from notifications import inbox, lines, texts, told
from notifications.actions import reading
from notifications.forms.preference import PreferenceForm
from notifications.inbox import InboxFilter
from notifications.models import Notification, Preference
from organizations.person import person_of


@never_cache
@require_GET
def message_list(request: HttpRequest) -> HttpResponseBase:
    """The inbox: searched, filtered, in pages; `?format=` exports it."""
    user = person_of(request)
    chosen = InboxFilter(request, user)
    rows = chosen.rows()
    if exporting(request):
        note = "；".join([formats.day(clock.today()), *(label for label, _href in chosen.chips())])
        return export(request, f"{_('Messages')} {clock.today():%Y-%m-%d}", inbox.sheet_of(rows.iterator(), note))
    unread = Notification.objects.visible_to(user).unread().count()
    page = page_of(request, rows, size=30)
    context = {
        "chosen": chosen,
        "page": page,
        "rows": [inbox.row_of(one) for one in page.object_list],
        "tabs": chosen.tabs(unread),
        "unread": unread,
        "list_query": chosen.query(),
    }
    return render(request, "notifications/message_list.html", context)


@never_cache
@require_GET
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message with its lines and how it arrived; opening it marks it as read, a browser's guess does not."""
    user = person_of(request)
    found = get_object_or_404(Notification.objects.visible_to(user).prefetch_related("deliveries"), pk=pk)
    if "prefetch" not in request.headers.get("Sec-Purpose", ""):
        reading.mark_read(message=found, at=clock.now())
    context = {
        "row": inbox.row_of(found),
        "one": found,
        "subject": texts.subject_of(found),
        "text": texts.text_of(found),
        "lines": lines.of(found),
        "ways": [told.way_of(one) for one in found.deliveries.all()],
    }
    return render(request, "notifications/message.html", context)


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "message_list")


@require_POST
def message_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks one as read without opening it."""
    found = get_object_or_404(Notification.objects.visible_to(person_of(request)), pk=pk)
    reading.mark_read(message=found, at=clock.now())
    return _back(request)


@require_POST
def message_read_all(request: HttpRequest) -> HttpResponse:
    """Marks all as read."""
    number = reading.mark_all_read(by=person_of(request), at=clock.now())
    if number:
        text = ngettext("%(n)s message marked as read.", "%(n)s messages marked as read.", number)
        messages.success(request, text % {"n": formats.number(number)})
    return _back(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def message_settings(request: HttpRequest) -> HttpResponse:
    """The own address and the daily digest."""
    user = person_of(request)
    own = Preference.objects.filter(user=user).first() or Preference(user=user)
    initial = {"email": user.email, "digest_by_mail": own.digest_by_mail}
    form = PreferenceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = reading.choose(by=user, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
        return redirect("message_list")
    return render(request, "notifications/message_settings.html", {"form": form})
