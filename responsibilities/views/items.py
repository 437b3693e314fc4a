"""Items of a draft: add, edit, move, remove, number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lib import clock
from organizations.models import User
from organizations.person import person_of
from responsibilities import rights
from responsibilities.actions import items
from responsibilities.actions.writing import StaleError
from responsibilities.forms.items import BasisFormSet, ItemForm, initial_of
from responsibilities.models import ResponsibilityItem, ResponsibilityList

from .list_page import load

SUGGESTED = {"categories": "category", "offices": "office", "posts": "post", "frequencies": "frequency"}


def load_item(request: HttpRequest, pk: int) -> tuple[User, ResponsibilityItem]:
    """The person and the item, if they may read it; raises Http404."""
    user = person_of(request)
    rows = ResponsibilityItem.objects.visible_to(user).select_related("list__organization", "duty")
    return user, get_object_or_404(rows.prefetch_related("bases"), pk=pk)


def _check(user: User, one: ResponsibilityList) -> None:
    """Raises PermissionDenied where the list is not the person's to edit, in whatever state."""
    if not rights.may(user, "edit", one):
        raise PermissionDenied


def _suggestions(one: ResponsibilityList) -> SafeString:
    """What the unit's lists used before, for the form's fields; one query."""
    rows = ResponsibilityItem.objects.filter(list__organization=one.organization_id).order_by()
    known = list(rows.values(*SUGGESTED.values()).distinct()[:1000])
    lists = []
    for key, field in SUGGESTED.items():
        words = sorted({row[field] for row in known if row[field]})
        lists.append((key, format_html_join("", '<option value="{}"></option>', ((word,) for word in words))))
    return format_html_join("", '<datalist id="{}">{}</datalist>', lists)


def _page(
    request: HttpRequest, one: ResponsibilityList, form: ItemForm, lines: Any, item: ResponsibilityItem | None
) -> HttpResponse:
    one.refresh_from_db(fields=["state", "edition"])
    context = {"one": one, "item": item, "form": form, "lines": lines, "datalist": _suggestions(one),
               "open": one.is_editable}  # fmt: skip
    return render(request, "responsibilities/item_form.html", context)


def _refused(form: ItemForm, error: ValidationError, one: ResponsibilityList) -> None:
    """Puts an action's refusal on the form; after a stale one the next attempt has seen the present edition."""
    form.add_error(None, error)
    if isinstance(error, StaleError):
        one.refresh_from_db(fields=["state", "edition"])
        form.data = {**form.data.dict(), "edition": one.edition}  # type: ignore[attr-defined]  # a bound form holds a QueryDict


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_item_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds an item to a draft; `?after=` says behind which one."""
    user, one = load(request, pk)
    _check(user, one)
    typed = request.POST if request.method == "POST" else None
    form = ItemForm(
        typed,
        initial={"edition": one.edition, "category": request.GET.get("category", "")},
    )
    lines = BasisFormSet(typed, prefix="bases")
    if request.method == "POST" and form.is_valid() & lines.is_valid():
        after = request.POST.get("after", "")
        try:
            item = items.add(
                one=one, values=form.values(lines.bases), after=int(after) if after.isdecimal() else None,
                by=user, at=clock.now(), edition=form.cleaned_data["edition"],
            )  # fmt: skip
        except ValidationError as error:
            _refused(form, error, one)
        else:
            messages.success(request, _("Added: %(item)s.") % {"item": item.title})
            return redirect("duty_item_create" if "again" in request.POST else "duty_list", pk=one.pk)
    return _page(request, one, form, lines, None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes an item of a draft."""
    user, item = load_item(request, pk)
    _check(user, item.list)
    fields, rows = initial_of(item)
    typed = request.POST if request.method == "POST" else None
    form = ItemForm(typed, initial=fields)
    lines = BasisFormSet(typed, prefix="bases", initial=rows)
    if request.method == "POST" and form.is_valid() & lines.is_valid():
        try:
            changed = items.edit(
                item=item, values=form.values(lines.bases), by=user, at=clock.now(),
                edition=form.cleaned_data["edition"],
            )  # fmt: skip
        except ValidationError as error:
            _refused(form, error, item.list)
        else:
            text = _("Saved: %(item)s.") if changed else _("Nothing was changed in %(item)s.")
            messages.success(request, text % {"item": form.cleaned_data["title"]})
            return redirect("duty_list", pk=item.list_id)
    return _page(request, item.list, form, lines, item)


@require_POST
def duty_item_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves an item up or down, or takes it out of the draft: `do` is up, down or remove."""
    user, item = load_item(request, pk)
    _check(user, item.list)
    edition = request.POST.get("edition", "")
    known: dict[str, Any] = {
        "item": item,
        "by": user,
        "at": clock.now(),
        "edition": int(edition) if edition.isdecimal() else None,
    }
    try:
        match request.POST.get("do"):
            case "up":
                items.move(steps=-1, **known)
            case "down":
                items.move(steps=1, **known)
            case "remove":
                items.remove(**known)
                messages.success(request, _("Taken out: %(item)s.") % {"item": item.title})
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("duty_list", pk=item.list_id)


@require_POST
def duty_list_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Numbers the items of a draft 1, 2, 3 … in their order."""
    user, one = load(request, pk)
    _check(user, one)
    try:
        items.renumber(one=one, by=user, at=clock.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Numbered in order."))
    return redirect("duty_list", pk=pk)
