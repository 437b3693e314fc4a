"""One import: what it would do, row by row; choosing, confirming, discarding; afterwards the same as a record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from audit.exports import export
from background.act_pages import say_busy, say_finished
from lib import clock
from lib.listing import page_of
from lib.sheets.read import UnreadableFileError, wrong_columns
from lib.sheets.write import exporting, file_name
from tasks import import_columns_page, import_head, import_names_page, import_page, import_undo_page
from tasks.actions import import_choices, import_work, imports
from tasks.models import ImportBatch, ImportRow
from tasks.plans import plan_of

from .imports import batch_of
from .managing import manager

State, Verdict = ImportBatch.State, ImportRow.Verdict


@never_cache
@require_GET
def import_preview(request: HttpRequest, year: int, pk: int) -> HttpResponseBase:
    """What the file would do; while something is done in the background, how far that is. `?format=` exports the
    rows that are shown."""
    plan = plan_of(request, year)
    batch = batch_of(request, plan, pk)
    manager(request)
    if batch.work is not None and batch.is_busy:
        context = {"plan": plan, "batch": batch, "work": batch.work}
        return render(request, "tasks/import_work.html", context | {"work_words": import_head.work_words(batch.work)})
    if request.htmx:  # type: ignore[attr-defined]  # the bar asks on, and there is nothing to wait for any more
        return HttpResponseClientRefresh()
    if batch.state in {State.READING, State.UNREADABLE, State.DISCARDED}:
        return render(request, "tasks/import_closed.html", {"plan": plan, "batch": batch,
                      "why_unread": import_head.why_unread(batch),
                      "signal": import_head.STATE_SIGNAL[batch.state]})  # fmt: skip
    chosen = _Chosen(request, batch)
    if exporting(request):
        name = f"{file_name(Path(batch.name).stem)} {_('Preview')}"
        return export(request, name, import_page.rows_sheet(batch, chosen.rows), of=plan)
    return render(request, "tasks/import_preview.html", _context(request, batch, chosen))


class _Chosen:
    """show, q of the address and the rows that they select; unchanged ones are folded away where others are."""

    def __init__(self, request: HttpRequest, batch: ImportBatch) -> None:
        show, self.q = request.GET.get("show", ""), request.GET.get("q", "").strip()[:100]
        self.show = show if show in import_head.SHOWS else ""
        self.folded = self.show == "" and not self.q and batch.unchanged and (batch.writes or batch.refused)
        rows = batch.rows.exclude(verdict=Verdict.ABSENT)
        rows = batch.rows.filter(verdict=self.show) if self.show in Verdict.values else rows
        rows = rows.exclude(verdict=Verdict.UNCHANGED) if self.folded else rows
        for word in self.q.split():
            rows = rows.filter(text__icontains=word)
        self.rows = rows
        self.query = "?" + urlencode({"show": self.show, "q": self.q})


def _context(request: HttpRequest, batch: ImportBatch, chosen: _Chosen) -> dict[str, Any]:
    show = chosen.show
    withdrawn = batch.rows.filter(verdict=Verdict.ABSENT, withdraw=True).count() if batch.absent else 0
    page = page_of(request, chosen.rows)
    waits = batch.state == State.PREVIEWED
    found = list(page.object_list)
    return {
        "plan": batch.plan,
        "batch": batch,
        "waits": waits,
        "show": show,
        "q": chosen.q,
        "export_query": chosen.query,
        "page": page,
        "folded": chosen.folded,
        "withdrawn": withdrawn,
        "totals": import_head.totals(batch, show, withdrawn),
        "heads": import_columns_page.heads(batch) if waits else import_columns_page.plain_heads(),
        "left_out": import_columns_page.left_out(batch) if waits else [],
        "rows": import_page.shown_rows(found, batch) if show != Verdict.ABSENT else [],
        "absent": import_page.absent_rows(found) if show == Verdict.ABSENT else [],
        "taken": import_names_page.taken(batch, request.user) if waits else [],  # type: ignore[arg-type]  # logged in
        "notes": import_head.notes(batch, withdrawn) if waits else [],
        "work_note": import_head.work_note(batch.work) if waits else None,
        "blocked": import_head.all_or_nothing(batch.refused) if waits and batch.whole and batch.refused else "",
        "commit_label": import_head.commit_label(batch, withdrawn),
        "header_rows": "、".join(str(row) for row in batch.layout.get("header_rows", [])),
        "signal": import_head.STATE_SIGNAL[batch.state],
        "kept": import_undo_page.kept_of(batch) if batch.undo else [],
    }


@require_POST
def import_choose(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """All or nothing; which tasks that the file leaves out are withdrawn."""
    batch = batch_of(request, plan_of(request, year), pk)
    user = manager(request)
    back = request.POST.get("back", "")
    try:
        if "whole" in request.POST:
            whole = request.POST["whole"] == "1"
            import_choices.choose_whole(batch=batch, whole=whole, by=user, at=clock.now())
        else:
            _choose_absent(request, batch, user)
    except imports.AlreadyDecidedError as error:
        say_decided(request, error.batch)
    except imports.BusyError:
        say_busy(request)
    response = redirect("import_preview", year=year, pk=pk)
    if back in {"absent", "refused"}:
        response["Location"] += f"?show={back}"
    return response


def _choose_absent(request: HttpRequest, batch: ImportBatch, user: Any) -> None:
    """One row, or all: `keep` and `withdraw` hold the key of a staged row, or "all"."""
    verb = "withdraw" if "withdraw" in request.POST else "keep"
    which = request.POST.get(verb, "")
    if which != "all" and not which.isdecimal():
        return
    number = import_choices.choose_absent(
        batch=batch,
        withdraw=verb == "withdraw",
        rows=None if which == "all" else [int(which)],
        reason=request.POST.get("reason"),
        by=user,
        at=clock.now(),
    )
    text = ngettext(
        "%(count)s task will be withdrawn with the import; what is done or handed in stays.",
        "%(count)s tasks will be withdrawn with the import; what is done or handed in stays.",
        number,
    )
    messages.info(request, text % {"count": number} if number else _("All tasks that the sheet leaves out are kept."))


@require_POST
def import_columns(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """What the columns are; the preview is made anew."""
    batch = batch_of(request, plan_of(request, year), pk)
    user = manager(request)
    chosen = import_columns_page.chosen(request.POST, batch)
    response = redirect("import_preview", year=year, pk=pk)
    try:
        before = import_choices.choose_columns(batch=batch, chosen=chosen, by=user, at=clock.now())
    except imports.AlreadyDecidedError as error:
        say_decided(request, error.batch)
        return response
    except imports.BusyError:
        say_busy(request)
        return response
    if before is None:
        return response
    if import_work.is_large(batch.total):
        import_work.start(batch=batch, kind=import_work.READ, by=user, at=clock.now(), columns=before)
        return response
    try:
        imports.read(batch=batch, by=user, at=clock.now())
    except UnreadableFileError as error:
        import_choices.put_back(batch=batch, columns=before)
        messages.error(request, wrong_columns(str(error)))
    else:
        text = _("The list was read anew with these columns. Later files of the same layout will be read the same way.")
        messages.success(request, text)
    return response


@require_POST
def import_commit(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Writes the new and the changed rows; a second press finds it done."""
    batch = batch_of(request, plan_of(request, year), pk)
    user = manager(request)
    if batch.is_busy:
        say_busy(request)
    elif batch.state != State.PREVIEWED:
        say_decided(request, batch)
    elif import_work.is_large(batch.total):
        import_work.start(batch=batch, kind=import_work.COMMIT, by=user, at=clock.now())
    else:
        _commit(request, batch, user)
    return redirect("import_preview", year=year, pk=pk)


def _commit(request: HttpRequest, batch: ImportBatch, user: Any) -> None:
    try:
        done = imports.commit(batch=batch, by=user, at=clock.now(), today=clock.today())
    except imports.AlreadyDecidedError as error:
        say_decided(request, error.batch)
    except imports.RefusedRowsError as error:
        messages.warning(request, import_head.all_or_nothing(error.number))
    except imports.SameFileError:
        imports.refresh(batch=batch, by=user, at=clock.now())
        messages.info(request, import_head.same_file())
    except imports.PlanChangedError as error:
        imports.refresh(batch=batch, by=user, at=clock.now())
        messages.warning(request, import_head.plan_changed(error.number))
    else:
        messages.success(request, _words(done))


def _words(done: imports.Outcome) -> str:
    """What was imported, in numbers."""
    found = _("Imported: %(created)s tasks created, %(changed)s changed.") % done._asdict()
    if done.withdrawn:
        text = ngettext("%(count)s task was withdrawn.", "%(count)s tasks were withdrawn.", done.withdrawn)
        found += " " + text % {"count": done.withdrawn}
    fanned = done.fanned._asdict()
    if any(fanned.values()):
        found += " " + _("Assignments: %(created)s created, %(adjusted)s adjusted, %(cancelled)s cancelled.") % fanned
    if done.refused:
        text = ngettext("%(count)s row was refused.", "%(count)s rows were refused.", done.refused)
        found += " " + text % {"count": done.refused}
    return found


def say_decided(request: HttpRequest, batch: ImportBatch) -> None:
    """Somebody was faster, or pressed twice."""
    texts = {
        State.COMMITTED: _("This file was imported before; nothing was written a second time."),
        State.UNDONE: _("This import was undone before. Upload the file again to import it anew."),
        State.DISCARDED: _("This preview was discarded before. Upload the file again."),
    }
    messages.info(request, texts.get(State(batch.state), _("The file has not been read yet.")))


@require_POST
def import_discard(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Throws the preview away."""
    batch = batch_of(request, plan_of(request, year), pk)
    user = manager(request)
    try:
        imports.discard(batch=batch, by=user, at=clock.now())
    except imports.AlreadyDecidedError as error:
        say_decided(request, error.batch)
        return redirect("import_preview", year=year, pk=pk)
    except imports.BusyError:
        say_busy(request)
        return redirect("import_preview", year=year, pk=pk)
    messages.success(request, _("Discarded: %(name)s. The plan is as it was.") % {"name": batch.name})
    return redirect("import_list", year=year)


@require_POST
def import_stop(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Cancels what is done in the background."""
    batch = batch_of(request, plan_of(request, year), pk)
    if not import_work.stop(batch=batch, by=manager(request), at=clock.now()):
        say_finished(request)
    return redirect("import_preview", year=year, pk=pk)


@require_POST
def import_again(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Compares the kept file with the plan anew: the same preview while it waits, otherwise a new one."""
    plan = plan_of(request, year)
    batch = batch_of(request, plan, pk)
    user = manager(request)
    if batch.is_busy:
        say_busy(request)
        return redirect("import_preview", year=year, pk=pk)
    if not batch.file:
        say_decided(request, batch)
        return redirect("import_list", year=year)
    fresh = imports.reopen(batch=batch, by=user, at=clock.now())
    if import_work.is_large(batch.total):
        import_work.start(batch=fresh, kind=import_work.READ, by=user, at=clock.now())
    else:
        try:
            imports.read(batch=fresh, by=user, at=clock.now())
        except UnreadableFileError as error:
            messages.error(request, str(error))
        else:
            messages.info(request, _("The rows were compared with the plan anew."))
    return redirect("import_preview", year=year, pk=fresh.pk)
