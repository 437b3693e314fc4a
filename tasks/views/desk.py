"""The review desk: the queue, the item in front, and the decision on it without leaving the page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.exports import export
from lib import clock
from lib.sheets.write import exporting
from organizations.models import User
from organizations.person import person_of
from organizations.roles import Capability
from tasks import desk_page
from tasks.actions import requests, reviews
from tasks.actions.refusals import note_refusal
from tasks.desk import DeskFilter, Kind, Place, place_of
from tasks.forms.desk import AnswerForm
from tasks.forms.review import StepForm
from tasks.plans import plan_of
from tasks.step_words import named, words_of

_ACTS = {"approve": reviews.approve, "endorse": reviews.endorse, "send_back": reviews.send_back}


def reviewer_of(request: HttpRequest) -> User:
    """The person, if the role lets them decide; raises PermissionDenied."""
    user = person_of(request)
    if not user.may(Capability.REVIEW):
        raise PermissionDenied(_("Heads and admins decide here."))
    return user


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review_desk(request: HttpRequest, year: int) -> HttpResponseBase:
    """GET shows the item of `?at=`, otherwise the oldest; POST decides on it and goes on to the next. `?format=`
    exports the queue."""
    plan = plan_of(request, year)
    user = reviewer_of(request)
    desk = DeskFilter(request.GET, user=user, plan=plan)
    everything = desk.everything()
    places = desk.chosen(everything)
    if exporting(request):
        title = _("Review")
        return export(request, f"{title} {clock.today():%Y-%m-%d}", desk_page.sheet_of(places, clock.today()), of=plan)
    at = place_of(request.GET) or (places[0].code if places else "")
    item = desk_page.load_item(user, desk, at)
    form: Any = None
    if request.method == "POST" and item is not None:
        form = _form(item, request)
        response = _decide(request, user, desk, item, form, places)
        if response is not None:
            return response
        item = desk_page.load_item(user, desk, at) or item
        form.seen(item.one.version)
    elif item is not None:
        form = _form(item, None)
    if item is None and at and place_of(request.GET):
        messages.warning(request, _("This item is not there, or not yours to see. Here is what waits for you."))
        return redirect(desk.href())
    context = _page(request, user, desk, everything, places, item, form)
    return render(request, "tasks/review_desk.html", context)


def _form(item: desk_page.Item, request: HttpRequest | None) -> StepForm:
    data = request.POST if request else None
    do = request.POST.get("do", "") if request else ""
    if item.asked is not None:
        initial = {"version": item.one.version, "due_after": item.asked.due_wanted}
        return AnswerForm(data, do=do, initial=initial)
    return StepForm(data, verb="send_back" if do == "send_back" else "approve", initial={"version": item.one.version})


def _decide(
    request: HttpRequest, user: User, desk: DeskFilter, item: desk_page.Item, form: Any, places: list[Place]
) -> HttpResponse | None:
    """Does it and goes on to what waits next; None where the page has to be shown again with the reason."""
    do = request.POST.get("do", "")
    if not form.is_valid():
        return None
    at = clock.now()
    try:
        said = _act(do, user, item, form.cleaned_data, at)
    except ValidationError as error:
        form.add_error(None, error)
        note_refusal(of=item.one, step=do, by=user, at=at, why=error)
        return None
    messages.success(request, said)
    place, before, after = desk_page.around(places, item.code)
    return redirect(desk.href(after or before) if place else desk.href())


def _act(do: str, user: User, item: desk_page.Item, values: dict[str, Any], at: Any) -> str:
    """One decision; returns what was done, in words. Raises ValidationError."""
    one = item.one
    common = {"by": user, "at": at, "today": clock.today(), "opinion": values["opinion"], "version": values["version"]}
    if item.asked is not None and do in ("grant", "refuse"):
        day = values["due_after"] if do == "grant" else None
        requests.decide(extension=item.asked, due_after=day, **common)
        text = _("Extension granted: %(title)s (%(unit)s).") if day else _("Extension refused: %(title)s (%(unit)s).")
        return named(text, one)
    if item.asked is None and do in _ACTS:
        _ACTS[do](assignment=one, **common)
        return named(words_of(do)["done"], one)
    raise ValidationError(_("Choose what to do with it."))


def _page(
    request: HttpRequest, user: User, desk: DeskFilter, everything: list[Place], places: list[Place],
    item: desk_page.Item | None, form: Any,
) -> dict[str, Any]:  # fmt: skip
    """The context of the page."""
    at = item.code if item else ""
    place, before, after = desk_page.around(places, at)
    number = -(-place // desk_page.SHOWN) if place and "page" not in request.GET else request.GET.get("page")
    page = Paginator(places, desk_page.SHOWN).get_page(number)
    today = clock.today()
    found: dict[str, Any] = {
        "plan": desk.plan, "desk": desk, "total": len(everything), "number": len(places), "place": place,
        "before": desk.href(before) if before else "", "after": desk.href(after) if after else "",
        "page": page, "queue": desk_page.rows_of(desk, list(page), at, today), "item": item, "form": form,
        "units": desk.units(everything), "points": desk.points(everything), "kinds": Kind.choices,
        "bulk_href": desk.href(name="review_bulk"), "here": desk.href(at), "filtered": bool(desk.values),
        "export_query": "?" + urlencode(desk.values),
    }  # fmt: skip
    return found | (desk_page.item_of(item, user, today) if item else {})
