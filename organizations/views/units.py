"""The pages of units: the list for everybody, within what the person sees; making and changing for admins."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit.exports import export
from audit.timeline import timeline_of
from lib import clock, formats
from lib.listing import page_of
from lib.sheets.write import CHUNK, Sheet
from organizations.actions import units
from organizations.directory import Directory
from organizations.forms.pick import LIST_ID
from organizations.forms.units import CATEGORIES, INDUSTRIES, UnitForm
from organizations.models import EnterpriseProfile, Organization, User
from organizations.models.organization import OrganizationQuerySet
from organizations.person import person_of, person_who_may
from organizations.roles import Capability
from organizations.unit_list import (
    UnitFilter,
    categories_of,
    row_of,
    sheet_columns,
    sheet_rows,
    state_choices,
    state_of,
    with_people,
)
from organizations.unit_page import SHOWN, UnitPage


def manager(request: HttpRequest) -> User:
    """The person, if allowed to manage units; raises PermissionDenied."""
    return person_who_may(request, Capability.MANAGE_PEOPLE)


@require_GET
def organization_list(request: HttpRequest) -> HttpResponse:
    """The units that the person sees: searched, filtered, sorted, in pages."""
    user = person_of(request)
    chosen = UnitFilter(request, user)
    page = page_of(request, chosen.rows())
    context = {
        "chosen": chosen,
        "page": page,
        "rows": [row_of(unit) for unit in page.object_list],
        "chips": chosen.chips(),
        "kinds": [(value, label, value == chosen.kind) for value, label in Organization.Kind.choices],
        "states": [(value, label, value == chosen.active) for value, label in state_choices()],
        "may_manage": user.may(Capability.MANAGE_PEOPLE),
    }
    return render(request, "organizations/organization_list.html", context)


@require_GET
def organization_export(request: HttpRequest) -> FileResponse:
    """The same list as a workbook: same conditions, same order, all pages."""
    chosen = UnitFilter(request, person_of(request))
    title = _("Units")
    note = "；".join([formats.day(clock.today()), *(chip.label for chip in chosen.chips())])
    register = chosen.kind == Organization.Kind.ENTERPRISE
    units = chosen.rows().select_related("enterprise").prefetch_related("aliases").iterator(chunk_size=CHUNK)
    sheet = Sheet(title, sheet_columns(register), sheet_rows(units, register), note)
    return export(request, f"{title} {clock.today():%Y-%m-%d}", sheet)


def _whole(user: User) -> OrganizationQuerySet:
    """The units that the person sees, with their names and profile."""
    rows = Organization.objects.visible_to(user).for_list()
    return rows.select_related("enterprise").prefetch_related("aliases")


@require_GET
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: what is known of it, what stands below it, its people, the collective units that mean it."""
    user = person_of(request)
    unit = get_object_or_404(with_people(_whole(user)), pk=pk)
    signal, state = state_of(unit)
    context = {"unit": unit, "on": UnitPage(unit, user), "signal": signal, "state": state, "shown": SHOWN}
    context["timeline"] = timeline_of(request, ("organizations.organization", [unit.pk]))
    return render(request, "organizations/organization.html", context)


def _suggestions(user: User, directory: Directory) -> SafeString:
    """The lists that the form's fields suggest from."""
    categories = categories_of(Organization.objects.visible_to(user))
    known = EnterpriseProfile.objects.filter(organization__in=Organization.objects.visible_to(user))
    industries = known.exclude(industry="").order_by("industry").values_list("industry", flat=True).distinct()[:200]
    lists = ((CATEGORIES, categories), (INDUSTRIES, industries))
    return directory.datalist(LIST_ID) + format_html_join(
        "",
        '<datalist id="{}">{}</datalist>',
        ((key, format_html_join("", '<option value="{}"></option>', ((v,) for v in values))) for key, values in lists),
    )


def _form_page(request: HttpRequest, form: UnitForm, user: User, directory: Directory) -> HttpResponse:
    unit = form.unit
    signal, state = state_of(unit) if unit else ("", "")
    context = {
        "form": form,
        "unit": unit,
        "datalist": _suggestions(user, directory),
        "signal": signal,
        "state": state,
        "is_fixed": unit is not None and (unit.parent_id is None or unit.pk == user.organization_id),
    }
    return render(request, "organizations/organization_form.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organization_create(request: HttpRequest) -> HttpResponse:
    """Makes a unit; `?under=` suggests its superior."""
    user = manager(request)
    directory = Directory(user, groups=True)
    above = next((unit for unit in directory.units if str(unit.pk) == request.GET.get("under")), None)
    form = UnitForm(request.POST or None, directory=directory, initial={"parent": above})
    if request.method == "POST" and form.is_valid():
        try:
            unit = units.create(by=user, at=clock.now(), **form.details)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Created: %(name)s.") % {"name": unit.name})
            return redirect("organization", pk=unit.pk)
    return _form_page(request, form, user, directory)


def _save(request: HttpRequest, form: UnitForm, unit: Organization, user: User) -> HttpResponse | None:
    """Saves the form; None where it has to be shown again."""
    if not form.is_valid():
        return None
    try:
        changed = units.update(unit=unit, by=user, at=clock.now(), **form.details)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    text = _("Saved: %(name)s.") if changed else _("Nothing was changed for %(name)s.")
    messages.success(request, text % {"name": form.cleaned_data["name"]})
    return redirect("organization", pk=unit.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organization_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Names, place in the tree, regulator, profile of one unit."""
    user = person_of(request)
    unit = get_object_or_404(_whole(user), pk=pk)
    user = manager(request)
    directory = Directory(user, groups=True)
    form = UnitForm(request.POST or None, unit=unit, directory=directory)
    if request.method == "POST":
        response = _save(request, form, unit, user)
        if response is not None:
            return response
        # The next attempt has seen what stands in the message.
        form.data = {**request.POST.dict(), "seen": form.get_initial_for_field(form.fields["seen"], "seen")}
    return _form_page(request, form, user, directory)
