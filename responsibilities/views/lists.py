"""The overview of lists, the lists of one unit, and beginning a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit.exports import export, record_file
from lib import clock, formats
from lib.listing import page_of
from lib.sheets.write import CHUNK, Sheet, download
from organizations.directory import Directory
from organizations.forms.pick import LIST_ID
from organizations.models import Organization, User
from organizations.person import person_of
from organizations.roles import Capability
from responsibilities import list_page
from responsibilities.actions import lists
from responsibilities.actions.writing import items_of
from responsibilities.annex import Part, annex, flat
from responsibilities.forms.lists import BeginForm
from responsibilities.models import ResponsibilityItem, ResponsibilityList
from responsibilities.overview import ListFilter, row_of, sheet_columns, sheet_rows
from responsibilities.rights import may_draft_for
from responsibilities.states import SIGNAL_OF, ListKind, ListState


@require_GET
def duty_lists(request: HttpRequest) -> HttpResponse:
    """Which unit has which list, in which version and state, and who has to act."""
    user = person_of(request)
    chosen = ListFilter(request, user)
    page = page_of(request, chosen.ordered())
    context = {
        "chosen": chosen,
        "page": page,
        "rows": [row_of(one) for one in page.object_list],
        "chips": chosen.chips(),
        "tabs": chosen.tabs(),
        "kinds": [(value, label, value == chosen.kind) for value, label in ListKind.choices],
        "states": [(value, label, value == chosen.state) for value, label in ListState.choices],
        "years": [(year, str(year) == chosen.year) for year in chosen.years()],
        "may_begin": user.may(Capability.DRAFT_LISTS),
    }
    return render(request, "responsibilities/lists.html", context)


@require_GET
def duty_lists_export(request: HttpRequest) -> FileResponse:
    """The same overview as a file: same conditions, same order, all pages."""
    chosen = ListFilter(request, person_of(request))
    title = _("Lists of powers and duties")
    note = _("; ").join([formats.day(clock.today()), *(chip.label for chip in chosen.chips())])
    sheet = Sheet(title, sheet_columns(), sheet_rows(chosen.ordered().iterator(CHUNK)), note)
    return export(request, f"{title} {clock.today():%Y-%m-%d}", sheet)


def city_unit(request: HttpRequest, pk: int) -> tuple[User, Organization]:
    """A unit of the person's city, whose published lists everybody there may read; raises Http404."""
    user = person_of(request)
    rows = Organization.objects.filter(path__startswith=f"/{user.organization.root_id}/")
    return user, get_object_or_404(rows, pk=pk)


def in_force_of(unit: Organization, user: User, year: int | None) -> list[ResponsibilityList]:
    """The lists of a unit in force in a year (None: the latest that has any), powers before duties."""
    rows = ResponsibilityList.objects.visible_to(user).in_force().filter(organization=unit)
    rows = rows.select_related("organization", "published_by__organization")
    found = list(rows.order_by("-year", "-kind"))
    chosen = year or (found[0].year if found else None)
    return [one for one in found if one.year == chosen]


@require_GET
def duty_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit's lists in force, as its annex shows them, and the versions on their way."""
    user, unit = city_unit(request, pk)
    asked = request.GET.get("year", "")
    shown = in_force_of(unit, user, int(asked) if asked.isdecimal() and len(asked) == 4 else None)
    today = clock.today()
    items: dict[int, list[ResponsibilityItem]] = {}
    rows = ResponsibilityItem.objects.visible_to(user).filter(list__in=[one.pk for one in shown])
    for item in rows.prefetch_related("bases").order_by("list", "position", "id"):
        items.setdefault(item.list_id, []).append(item)
    seen = ResponsibilityList.objects.visible_to(user).filter(organization=unit)
    drafts = list(seen.exclude(state=ListState.PUBLISHED).select_related("organization"))
    context = {
        "unit": unit,
        "parts": [_part(one, items.get(one.pk, []), today) for one in shown],
        "year": shown[0].year if shown else None,
        "export_query": f"?year={shown[0].year}" if shown else "",
        "years": sorted(set(seen.published().values_list("year", flat=True)), reverse=True),
        "drafts": [
            {"one": one, "signal": SIGNAL_OF[ListState(one.state)], "state": one.get_state_display()} for one in drafts
        ],
        "may_begin": may_draft_for(user, unit.pk),
        "in_scope": Organization.objects.visible_to(user).filter(pk=unit.pk).exists(),
    }
    return render(request, "responsibilities/unit.html", context)


def _part(one: ResponsibilityList, items: list[ResponsibilityItem], today: Any) -> dict[str, Any]:
    sections = list_page.sections_of(items, today)
    return {"one": one, "kind": one.get_kind_display(), "number": len(items), "sections": sections}


@require_GET
def duty_unit_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The unit's lists in force in the offices' layout, both on one sheet; `?format=csv` as a plain table."""
    user, unit = city_unit(request, pk)
    asked = request.GET.get("year", "")
    shown = in_force_of(unit, user, int(asked) if asked.isdecimal() and len(asked) == 4 else None)
    name = f"{unit.label}权力清单和责任清单"
    return annex_of(request, unit, shown, name, of=unit)


def annex_of(
    request: HttpRequest, unit: Organization, shown: list[ResponsibilityList], name: str, of: Model
) -> HttpResponseBase:
    """Lists of one unit as a file, in the offices' layout or as CSV; recorded with `of`."""
    parts = [Part(one, items_of(one)) for one in shown]
    if request.GET.get("format") == "csv":
        return export(request, name, flat(parts, name), of=of)
    record_file(of, by=person_of(request), at=clock.now(), name=f"{name}.xlsx")
    return download(f"{name}.xlsx", annex(unit, parts, note_words(shown)))


def note_words(shown: list[ResponsibilityList]) -> str:
    """What stands below the exported table; in Chinese, as the sheet is."""
    versions = "、".join(one.official_title for one in shown)
    return f"本表由安全生产工作要点督办系统导出，{versions or '尚无已公布的清单'}。"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_list_create(request: HttpRequest) -> HttpResponse:
    """Begins a list; where an earlier version is published, a copy of it to be revised."""
    user = person_of(request)
    if not user.may(Capability.DRAFT_LISTS):
        raise PermissionDenied
    directory = Directory(user) if user.may(Capability.PUBLISH_LISTS) else None
    initial = {
        "unit": _asked_unit(request, directory),
        "kind": request.GET.get("kind", ListKind.DUTIES),
        "year": request.GET.get("year", "") or clock.today().year,
    }
    typed = request.POST if request.method == "POST" else None
    form = BeginForm(typed, directory=directory, own=user.organization, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        kind, year, unit, reason = ListKind(values["kind"]), values["year"], form.organization, values["reason"]
        try:
            one = lists.create(organization=unit, kind=kind, year=year, reason=reason, by=user, at=clock.now())
        except ValidationError as error:
            form.add_error(None, error)
            opened = lists.other_drafts(unit.pk, kind, year)
            context = {"form": form, "datalist": _datalist(directory), "opened": opened}
            return render(request, "responsibilities/begin.html", context)
        messages.success(request, _("Begun: %(list)s.") % {"list": one.official_title})
        return redirect("duty_list", pk=one.pk)
    return render(request, "responsibilities/begin.html", {"form": form, "datalist": _datalist(directory)})


def _asked_unit(request: HttpRequest, directory: Directory | None) -> Organization | None:
    asked = request.GET.get("unit", "")
    units = directory.units if directory else []
    return next((unit for unit in units if str(unit.pk) == asked), None)


def _datalist(directory: Directory | None) -> str:
    return directory.datalist(LIST_ID) if directory else ""
