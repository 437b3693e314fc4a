"""Many units at once: dissolve, restore, put under a sector regulator; asked back before it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lib import clock
from organizations.actions import units
from organizations.directory import Directory
from organizations.forms.pick import LIST_ID
from organizations.forms.units import BulkForm, RegulatorForm
from organizations.models import Organization, User
from organizations.unit_list import UnitFilter

from .units import manager

SHOWN_NAMES = 20


def _picked(request: HttpRequest, user: User) -> list[Organization]:
    """The units ticked in the list, or all that its conditions select."""
    if request.POST.get("all"):
        return list(UnitFilter(request, user).rows())
    asked = request.POST.getlist("pick") + request.POST.get("picked", "").split(",")
    keys = [int(key) for key in asked if key.isdecimal() and len(key) < 19]
    return list(Organization.objects.visible_to(user).filter(pk__in=keys).for_list())


def _back(request: HttpRequest, picked: list[Organization]) -> str:
    """The page that it was asked from: the unit's own, or the list as it was."""
    if request.GET.get("from") == "unit" and len(picked) == 1:
        return reverse("organization", args=[picked[0].pk])
    query = request.GET.urlencode()
    return f"{reverse('organization_list')}?{query}" if query else reverse("organization_list")


def _concerned(do: str, unit: Organization, user: User) -> bool:
    """False for what is so already, cannot be done to the unit, or would lock the admin out."""
    if do == "regulator":
        return unit.kind == Organization.Kind.ENTERPRISE
    if do == "restore":
        return not unit.is_active
    return unit.is_active and unit.parent_id is not None and unit.pk != user.organization_id


def _consequences(concerned: list[Organization], user: User) -> dict[str, int]:
    """What hangs on the units that are to be dissolved: people who log in, enterprises that they regulate."""
    keys = [unit.pk for unit in concerned]
    regulated = Organization.objects.visible_to(user).active().filter(sector_regulator__in=keys).exclude(pk__in=keys)
    return {
        "people": User.objects.visible_to(user).active().filter(organization__in=keys).count(),
        "regulated": regulated.count(),
    }


@require_POST
def organization_bulk(request: HttpRequest) -> HttpResponse:
    """First a page that says which units and what follows, then the act."""
    user = manager(request)
    form = BulkForm(request.POST)
    picked = _picked(request, user)
    back = _back(request, picked)
    if not form.is_valid() or not picked:
        messages.error(request, _("No unit was chosen. Tick the units first."))
        return redirect(back)
    do = form.cleaned_data["do"]
    concerned = [unit for unit in picked if _concerned(do, unit, user)]
    directory = Directory(user) if do == "regulator" else None
    confirmed = "confirmed" in request.POST
    regulator = RegulatorForm(request.POST if confirmed else None, directory=directory) if directory else None
    ready = confirmed and concerned and (regulator is None or regulator.is_valid())
    if ready and _carry_out(request, do, concerned, user, regulator):
        return redirect(back)
    context: dict[str, Any] = {
        "do": do,
        "concerned": concerned,
        "picked": ",".join(str(unit.pk) for unit in concerned),
        "shown": concerned[:SHOWN_NAMES],
        "more": max(0, len(concerned) - SHOWN_NAMES),
        "left_out": len(picked) - len(concerned),
        "form": regulator,
        "datalist": directory.datalist(LIST_ID) if directory else "",
        "back": back,
        "only": concerned[0] if len(concerned) == 1 else None,
    }
    if do == "dissolve":
        context |= _consequences(concerned, user)
    return render(request, "organizations/organization_bulk.html", context)


def _carry_out(
    request: HttpRequest, do: str, concerned: list[Organization], user: User, form: RegulatorForm | None
) -> bool:
    """Does it and says how many; False where it was refused (the reason is in the messages or at the field)."""
    regulator = form.cleaned_data["sector_regulator"] if form else None
    try:
        if do == "dissolve":
            count = units.dissolve(units=concerned, by=user, at=clock.now())
            text = ngettext("%(count)s unit dissolved.", "%(count)s units dissolved.", count)
        elif do == "restore":
            count = units.restore(units=concerned, by=user, at=clock.now())
            text = ngettext("%(count)s unit restored.", "%(count)s units restored.", count)
        else:
            assert regulator is not None
            count = units.set_regulator(units=concerned, regulator=regulator, by=user, at=clock.now())
            text = ngettext(
                "%(count)s enterprise is now regulated by %(unit)s.",
                "%(count)s enterprises are now regulated by %(unit)s.",
                count,
            )
    except ValidationError as error:
        if form is not None and hasattr(error, "error_dict"):
            form.add_error(None, error)
        else:
            messages.error(request, " ".join(error.messages))
        return False
    messages.success(request, text % {"count": count, "unit": regulator.label if regulator else ""})
    return True
