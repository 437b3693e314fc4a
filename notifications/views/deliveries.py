"""The office's list of what was sent, and what it does about mail that did not arrive."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.exports import export
from lib import clock, formats
from lib.listing import page_of
from lib.sheets.write import CHUNK, exporting
from notifications import delivery_list
from notifications.actions import mailing
from notifications.delivery_list import DeliveryFilter
from notifications.ladder_page import in_city
from notifications.models import Delivery

from .office import office_of


@never_cache
@require_GET
def delivery_log(request: HttpRequest) -> HttpResponseBase:
    """What was sent to whom, how, with which result; `?format=` exports it."""
    _user, commission = office_of(request)
    chosen = DeliveryFilter(request, commission)
    rows = chosen.rows()
    if exporting(request):
        note = "；".join([formats.day(clock.today()), *(label for label, _href in chosen.chips())])
        name = f"{_('What was sent')} {clock.today():%Y-%m-%d}"
        return export(request, name, delivery_list.sheet_of(rows.iterator(chunk_size=CHUNK), note))
    page = page_of(request, rows)
    context = {
        "chosen": chosen,
        "page": page,
        "rows": [delivery_list.row_of(one) for one in page.object_list],
        "list_query": chosen.query(),
    }
    return render(request, "notifications/delivery_log.html", context)


@require_POST
def delivery_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends a failed mail again, or takes it off the list."""
    user, commission = office_of(request)
    rows = in_city(Delivery.objects.by_mail().select_related("notification__recipient"), commission)
    found = get_object_or_404(rows, pk=pk)
    name = {"name": found.notification.recipient.real_name}
    try:
        if request.POST.get("do") == "settle":
            mailing.settle(delivery=found, by=user, at=clock.now())
            messages.success(request, _("Noted: the mail to %(name)s is dealt with.") % name)
        else:
            mailing.resend(delivery=found, by=user, at=clock.now())
            messages.success(request, _("The mail to %(name)s is sent again within a minute.") % name)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "delivery_log")
