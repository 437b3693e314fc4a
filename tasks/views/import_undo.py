"""Undoing an import: first what that would do, then doing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from background.act_pages import say_busy
from lib import clock
from lib.listing import page_of
from tasks import import_undo_page
from tasks.actions import import_work, imports
from tasks.actions.import_undo import undo
from tasks.actions.import_undo_plan import undo_plan
from tasks.models import ImportBatch
from tasks.plans import plan_of

from .import_preview import say_decided
from .imports import batch_of
from .managing import manager

State = ImportBatch.State


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_undo(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """What undoing gives back and what it keeps; a POST does it."""
    plan = plan_of(request, year)
    batch = batch_of(request, plan, pk)
    user = manager(request)
    if batch.is_busy:
        say_busy(request)
        return redirect("import_preview", year=year, pk=pk)
    if batch.state != State.COMMITTED:
        say_decided(request, batch)
        return redirect("import_preview", year=year, pk=pk)
    if request.method == "POST":
        if import_work.is_large(batch.total):
            import_work.start(batch=batch, kind=import_work.UNDO, by=user, at=clock.now())
            return redirect("import_preview", year=year, pk=pk)
        try:
            done = undo(batch=batch, by=user, at=clock.now(), today=clock.today())
        except imports.AlreadyDecidedError as error:
            say_decided(request, error.batch)
        else:
            messages.success(request, import_undo_page.words(done))
        return redirect("import_preview", year=year, pk=pk)
    found = undo_plan(batch)
    show = request.GET.get("show", "")
    show = show if show in import_undo_page.SHOWS else import_undo_page.first(found)
    page = page_of(request, import_undo_page.listed(found, show))
    context = {
        "plan": plan,
        "batch": batch,
        "show": show,
        "page": page,
        "totals": import_undo_page.totals(found, show),
        "rows": import_undo_page.rows(list(page.object_list), show),
        "later": _later(batch),
        "nothing": not (found.remove or found.restore or found.revive),
    }
    return render(request, "tasks/import_undo.html", context)


def _later(batch: ImportBatch) -> list[ImportBatch]:
    """Later versions of the same list, which were imported and not undone."""
    root = batch.base_id or batch.pk
    rows = ImportBatch.objects.filter(plan=batch.plan, base=root, state=State.COMMITTED)
    return list(rows.filter(decided_at__gt=batch.decided_at).exclude(pk=batch.pk)[:3])
