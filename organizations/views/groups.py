"""The pages of collective units: one name in a spreadsheet that stands for many units."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit.exports import export
from lib import clock
from lib.sheets.write import exporting
from organizations.actions import groups
from organizations.directory import Directory
from organizations.forms.groups import GroupForm
from organizations.forms.pick import LIST_ID
from organizations.group_list import list_of, row_of, sheet_of
from organizations.models import Organization, OrganizationGroup, User
from organizations.person import person_of
from organizations.roles import Capability
from organizations.unit_list import categories_of

from .units import manager

SHOWN = 30  # members named on the form's side


@require_GET
def group_list(request: HttpRequest) -> HttpResponseBase:
    """The collective units of the city with the number of units that each stands for."""
    user = person_of(request)
    if exporting(request):
        return export(request, f"{_('Collective units')} {clock.today():%Y-%m-%d}", sheet_of(list_of(user)))
    context = {"rows": list_of(user), "may_manage": user.may(Capability.MANAGE_PEOPLE)}
    return render(request, "organizations/group_list.html", context)


def _form_page(request: HttpRequest, form: GroupForm, group: OrganizationGroup | None, more: Any) -> HttpResponse:
    context = {"form": form, "group": group, "datalist": form.directory.datalist(LIST_ID)}
    return render(request, "organizations/group_form.html", context | more)


def _saved(request: HttpRequest, group: OrganizationGroup) -> HttpResponse:
    count = group.members().count()
    text = ngettext(
        "Saved: %(name)s, which stands for %(count)s unit today.",
        "Saved: %(name)s, which stands for %(count)s units today.",
        count,
    )
    messages.success(request, text % {"name": group.name, "count": count})
    return redirect("group_list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group_create(request: HttpRequest) -> HttpResponse:
    """Makes a collective unit."""
    user = manager(request)
    form = GroupForm(
        request.POST or None,
        directory=Directory(user, groups=True),
        categories=categories_of(Organization.objects.visible_to(user)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            group = groups.create(by=user, at=clock.now(), **form.details)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, group)
    return _form_page(request, form, None, {})


def _save(request: HttpRequest, form: GroupForm, group: OrganizationGroup, user: User) -> HttpResponse | None:
    """Saves the form; None where it has to be shown again."""
    if not form.is_valid():
        return None
    try:
        changed = groups.update(group=group, by=user, at=clock.now(), **form.details)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    if changed:
        group.refresh_from_db()
        return _saved(request, group)
    messages.success(request, _("Nothing was changed for %(name)s.") % {"name": group.name})
    return redirect("group_list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, spellings and members of one collective unit, with the units that it means today."""
    user = person_of(request)
    group = get_object_or_404(OrganizationGroup.objects.visible_to(user).select_related("city"), pk=pk)
    user = manager(request)
    form = GroupForm(
        request.POST or None,
        directory=Directory(user, groups=True),
        categories=categories_of(Organization.objects.visible_to(user)),
        group=group,
        members=list(group.by_hand.order_by("position", "id")),
    )
    if request.method == "POST":
        response = _save(request, form, group, user)
        if response is not None:
            return response
        # The next attempt has seen what stands in the message.
        form.data = _seen_now(request.POST, form)
    members = group.members().visible_to(user)
    more = {
        "row": row_of(group, members.count()),
        "members": list(members.order_by("position", "id")[:SHOWN]),
        "shown": SHOWN,
    }
    return _form_page(request, form, group, more)


def _seen_now(posted: QueryDict, form: GroupForm) -> QueryDict:
    """What was typed, with the present fingerprint."""
    data = posted.copy()
    data["seen"] = form.get_initial_for_field(form.fields["seen"], "seen")
    return data
