"""Names that the city does not know: one press reads a name as the unit that was offered, wherever it stands."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from background.act_pages import say_busy
from lib import clock
from lib.sheets.read import UnreadableFileError
from tasks.actions import import_choices, import_work, imports
from tasks.actions import import_names as names
from tasks.plans import plan_of

from .import_preview import say_decided
from .imports import batch_of
from .managing import manager


@require_POST
def import_names(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Reads `written` as the unit `name`, or (an empty name) as it stands; the preview is made anew."""
    batch = batch_of(request, plan_of(request, year), pk)
    user = manager(request)
    written, name = request.POST.get("written", ""), request.POST.get("name", "")
    response = redirect("import_preview", year=year, pk=pk)
    before = batch.names
    try:
        noted = names.choose_name(batch=batch, written=written, name=name, by=user, at=clock.now())
    except imports.AlreadyDecidedError as error:
        say_decided(request, error.batch)
        return response
    except imports.BusyError:
        say_busy(request)
        return response
    if not noted:
        return response
    if import_work.is_large(batch.total):
        import_work.start(batch=batch, kind=import_work.READ, by=user, at=clock.now())
        return response
    try:
        imports.read(batch=batch, by=user, at=clock.now())
    except UnreadableFileError:
        import_choices.put_back(batch=batch, names=before)
        raise
    if name:
        text = _("“%(written)s” is read as %(name)s in every row of this file.")
    else:
        text = _("“%(written)s” is read as it stands.")
    messages.success(request, text % {"written": written, "name": name})
    return response


@require_POST
def import_remember(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Makes `written` another name of its unit, for every later file."""
    batch = batch_of(request, plan_of(request, year), pk)
    user = manager(request)
    written = request.POST.get("written", "")
    try:
        unit = names.remember_name(batch=batch, written=written, by=user, at=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        text = _("%(unit)s is now also known as “%(written)s”; later files are understood.")
        messages.success(request, text % {"unit": unit.label, "written": written})
    return redirect("import_preview", year=year, pk=pk)
