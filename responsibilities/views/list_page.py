"""One list: its page, its workbook, its difference to another version, and the steps of its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit.timeline import timeline_of
from lib import clock
from organizations.models import User
from organizations.person import person_of
from responsibilities import compare, list_page, rights
from responsibilities.actions import lists, steps
from responsibilities.actions.writing import StaleError, items_of
from responsibilities.content import FIELDS
from responsibilities.forms.lists import RemarkForm
from responsibilities.models import ResponsibilityItem, ResponsibilityList

from .lists import annex_of


def load(request: HttpRequest, pk: int) -> tuple[User, ResponsibilityList]:
    """The person and the list, if they may read it; raises Http404."""
    user = person_of(request)
    rows = ResponsibilityList.objects.visible_to(user).select_related(
        "organization", "created_by__organization", "submitted_by__organization", "approved_by__organization",
        "published_by__organization",
    )  # fmt: skip
    return user, get_object_or_404(rows, pk=pk)


@never_cache
@require_GET
def duty_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as the annex shows it, with what this person may do."""
    user, one = load(request, pk)
    items = items_of(one)
    context = list_page.context_of(one, user, items, clock.today())
    kinds = (ResponsibilityList._meta.label_lower, [one.pk]), (
        ResponsibilityItem._meta.label_lower, [item.pk for item in items]
    )  # fmt: skip
    return render(request, "responsibilities/list.html", context | {"timeline": timeline_of(request, *kinds)})


@require_GET
def duty_list_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The list in the offices' layout, or as CSV; imported again it changes nothing."""
    _user, one = load(request, pk)
    return annex_of(request, one.organization, [one], one.official_title, of=one)


@require_GET
def duty_list_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs from another version of the same list, field by field; `?with=` names it."""
    user, one = load(request, pk)
    others = ResponsibilityList.objects.visible_to(user).filter(organization=one.organization_id, kind=one.kind)
    others = others.exclude(pk=one.pk).select_related("organization").order_by("-year", "-version")
    asked = request.GET.get("with", "")
    choices = list(others)
    earlier = [other for other in choices if (other.year, other.version) < (one.year, one.version)]
    base = next((other for other in choices if str(other.pk) == asked), None) or next(iter(earlier or choices), None)
    changes = compare.compare(items_of(base), items_of(one)) if base else []
    whole = "all" in request.GET
    context = {
        "one": one,
        "base": base,
        "choices": [(other, base is not None and other.pk == base.pk) for other in choices],
        "heads": [_(label) for label in FIELDS.values()],
        "rows": [_diff_row(change) for change in changes if whole or change.kind != compare.SAME],
        "numbers": compare.counted(changes),
        "whole": whole,
    }
    return render(request, "responsibilities/compare.html", context)


def _diff_row(change: compare.Change) -> dict[str, Any]:
    marks = {
        compare.ADDED: ("＋", "done", _("Added")), compare.REMOVED: ("✕", "late", _("Taken out")),
        compare.CHANGED: ("≠", "soon", _("Changed")), compare.MOVED: ("↕", "sent", _("Moved")),
        compare.SAME: ("＝", "none", _("Unchanged")),
    }  # fmt: skip
    mark, signal, label = marks[change.kind]
    cells = [(_(label), compare.diff_cell(name, change)) for name, label in FIELDS.items()]
    return {"mark": mark, "signal": signal, "label": label, "cells": cells, "same": change.kind == compare.SAME}


def _words(verb: str) -> dict[str, str]:
    """Heading, consequence and button of a step's page."""
    found = {
        "submit": (
            _("Submit for approval"),
            _("The head of the unit is told. Until it is decided nobody can edit the list."),
            _("Submit for approval"),
        ),
        "withdraw": (_("Take back"), _("It is a draft again; an approval is void with it."), _("Take back")),
        "approve": (
            _("Approve the list"),
            _("You stand for it as head. The commission office is asked to publish it."),
            _("Approve the list"),
        ),
        "refuse": (_("Return the list"), _("The unit corrects it and submits again."), _("Return")),
        "send_back": (
            _("Return the list"),
            _("The unit corrects it; its head has to approve it once more."),
            _("Return"),
        ),
        "publish": (
            _("Publish the list"),
            _("Everybody of the city can read it. It is frozen and cannot be taken back; a change is a new version."),
            _("Publish"),
        ),
        "discard": (
            _("Discard draft"),
            _("The draft and its items are deleted; published versions stay. This cannot be undone."),
            _("Discard draft"),
        ),
    }
    return dict(zip(("heading", "help", "button"), found[verb], strict=True))


def _take(verb: str, one: ResponsibilityList, user: User, form: RemarkForm) -> None:
    """Does it; raises ValidationError."""
    values: dict[str, Any] = {"one": one, "by": user, "at": clock.now(), "edition": form.cleaned_data.get("edition")}
    dated: dict[str, Callable[..., Any]] = {"submit": steps.submit, "approve": steps.approve, "publish": steps.publish}
    if verb in dated:
        dated[verb](today=clock.today(), **values)
    elif verb == "discard":
        lists.discard(**values)
    elif verb == "withdraw":
        steps.withdraw(**values)
    else:
        step = steps.refuse if verb == "refuse" else steps.send_back
        step(remark=form.cleaned_data["remark"], **values)


def _said(verb: str, one: ResponsibilityList) -> str:
    texts = {
        "submit": _("Submitted: %(list)s. The head of the unit was told."),
        "withdraw": _("Taken back: %(list)s."),
        "approve": _("Approved: %(list)s. The commission office was told."),
        "refuse": _("Returned: %(list)s. The unit was told."),
        "send_back": _("Returned: %(list)s. The unit was told."),
        "publish": _("Published: %(list)s. The unit was told."),
        "discard": _("Discarded: %(list)s."),
    }
    return texts[verb] % {"list": one.official_title}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_list_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """The page of one step: what it means, what is missing, and the button that does it."""
    user, one = load(request, pk)
    if verb not in list_page.labels():
        raise Http404
    if not rights.may(user, verb, one):
        raise PermissionDenied
    form = RemarkForm(request.POST if request.method == "POST" else None, verb=verb, initial={"edition": one.edition})
    if request.method == "POST" and form.is_valid():
        try:
            _take(verb, one, user, form)
        except StaleError as error:
            messages.warning(request, error.messages[0])
            if not ResponsibilityList.objects.filter(pk=one.pk).exists():
                return redirect("duty_lists")
            form.add_error(None, error)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _said(verb, one))
            return redirect("duty_lists") if verb == "discard" else redirect("duty_list", pk=pk)
        _user, one = load(request, pk)
    gate = (
        list_page.conditions_of(one, one.items.count(), clock.today())
        if verb in ("submit", "approve", "publish")
        else []
    )
    context = {
        "one": one,
        "form": form,
        "verb": verb,
        "open": rights.allows(one, verb),
        "conditions": gate,
        "blocked": any(not condition.met for condition in gate),
        "refuses": verb in {"refuse", "send_back", "discard"},
    }
    return render(request, "responsibilities/step.html", context | _words(verb))
