"""Undoing an import of lists: what would happen is shown first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib import clock
from organizations.person import person_of
from responsibilities import import_page
from responsibilities.actions import import_undo
from responsibilities.actions.list_work import ACTS, is_large
from responsibilities.list_work_page import PAGES
from responsibilities.models import ListImport

from .list_works import drafter


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What is given back and what is kept, with the reason; then does it. A second press finds it done."""
    batch = get_object_or_404(ListImport.objects.visible_to(person_of(request)).select_related("city"), pk=pk)
    user = drafter(request)
    if batch.state != ListImport.State.COMMITTED:
        messages.info(request, _("Only an import that was written can be undone, and only once."))
        return redirect("duty_import_preview", pk=pk)
    if request.method != "POST":
        found = import_undo.undo_plan(batch)
        context = {"batch": batch, "rows": import_page.undo_rows(found), "possible": bool(found.back)}
        return render(request, "responsibilities/import_undo.html", context)
    if PAGES.elsewhere(request, batch, ACTS.undo, by=user, large=is_large(batch)):
        return redirect("duty_import_preview", pk=pk)
    try:
        done = import_undo.undo(batch=batch, by=user, at=clock.now())
    except import_undo.NotImportedError:
        messages.info(request, _("Only an import that was written can be undone, and only once."))
    else:
        text = ngettext("Undone: %(n)s list given back.", "Undone: %(n)s lists given back.", len(done.back))
        text %= {"n": len(done.back)}
        names = _("; ").join(kept.name for kept in done.kept)
        messages.success(request, f"{text} {_('Kept: %(names)s.') % {'names': names}}" if names else text)
    return redirect("duty_import_preview", pk=pk)
