"""Lists of units and registers of enterprises from Excel: upload, check, import, undo."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.exports import export, kept_file, record_file, send_kept
from background.act_pages import refused, waits
from background.acts import latest
from lib import clock
from lib.listing import page_of
from lib.sheets.length import longer_than
from lib.sheets.mark import write_marked
from lib.sheets.read import UnreadableFileError, check_file, read_workbook, wrong_columns
from lib.sheets.write import CHUNK, download, exporting, file_name, stream, workbook
from lib.uploads import WorkbookForm
from organizations import unit_columns_page
from organizations import unit_import_page as page_words
from organizations.actions import unit_imports
from organizations.actions.unit_undo import undo, undo_plan
from organizations.actions.unit_work import ACTS, is_large
from organizations.models import Organization, UnitImport, UnitImportRow, User
from organizations.unit_work_page import PAGES, changed

from .units import manager

State, Verdict = UnitImport.State, UnitImportRow.Verdict


def _batch(request: HttpRequest, pk: int) -> tuple[UnitImport, User]:
    """The import, or 404; then the person, or 403."""
    rows = UnitImport.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # the log-in wall is passed
    batch = get_object_or_404(rows, pk=pk)
    return batch, manager(request)


@require_http_methods(["GET", "HEAD", "POST"])
def unit_import_list(request: HttpRequest, register: str) -> HttpResponseBase:
    """Upload, what the sheet must look like, and the imports so far; `?format=` exports these."""
    user = manager(request)
    kind = register
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_read(form.cleaned_data["file"], kind, user))
        except UnreadableFileError as error:
            form.add_error("file", str(error))
    q, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    rows = UnitImport.objects.visible_to(user).filter(kind=kind).for_list().matching(q)
    if state in State.values:
        rows = rows.filter(state=state)
    if exporting(request):
        title = f"{_('Import')} {UnitImport.Kind(kind).label}"
        return export(request, title, page_words.history_sheet(title, rows.iterator(chunk_size=CHUNK)))
    page = page_of(request, rows, size=20)
    context = {
        "kind": kind,
        "title": UnitImport.Kind(kind).label,
        "form": form,
        "q": q,
        "export_query": "?" + urlencode({"q": q, "state": state}),
        "filtered": bool(q or state in State.values),
        "states": [(value, label, value == state) for value, label in State.choices],
        "page": page,
        "rows": [page_words.history_row(batch) for batch in page.object_list],
        "columns": page_words.sheet_help(kind),
        "limit": settings.UPLOAD_LIMIT_MB * 1024 * 1024,
        "readings": ACTS.readings_of(user).unfinished().filter(payload__register=kind),
    }
    return render(request, "organizations/unit_import_list.html", context)


def _read(upload: Any, kind: str, user: User) -> str:
    """Reads an uploaded file, or orders that a long one is read; the address of what came of it."""
    city = Organization.objects.get(pk=user.organization.root_id)
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        name, path, at = upload.name or "", Path(file.name), clock.now()
        check_file(path)
        if longer_than(path, settings.IMPORT_BACKGROUND_ROWS):
            work = ACTS.start_reading(on=city, city=city.pk, path=path, name=name, by=user, at=at, register=kind)
            return reverse("unit_reading", args=[work.pk])
        batch = unit_imports.preview(city=city, kind=kind, path=path, name=name, by=user, at=at)
    return reverse("unit_import", args=[batch.pk])


@require_GET
def unit_import_template(request: HttpRequest, register: str) -> HttpResponse:
    """An empty sheet with the columns that are read."""
    manager(request)
    kind = register
    title = str(UnitImport.Kind(kind).label)
    return download(f"{title}.xlsx", workbook(title, page_words.template_columns(kind), []))


@never_cache
@require_GET
def unit_import(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the file would do, row by row; afterwards the same as a record. `?format=` exports the rows."""
    batch, _user = _batch(request, pk)
    work = latest(batch)
    busy = PAGES.busy(request, batch, work)
    if busy is not None:
        return busy
    show, q = request.GET.get("show", ""), request.GET.get("q", "").strip()[:100]
    rows = batch.rows.select_related("unit")
    if show in Verdict.values:
        rows = rows.filter(verdict=show)
    for word in q.split():
        rows = rows.filter(name__icontains=word)
    if exporting(request):
        name = f"{file_name(Path(batch.name).stem)} {_('Preview')}"
        return export(request, name, page_words.rows_sheet(batch, rows.iterator(chunk_size=CHUNK)))
    page = page_of(request, rows)
    context = {
        "batch": batch,
        "waits": batch.state == State.PREVIEWED,
        "ended": PAGES.ended(work),
        "signal": page_words.STATE_SIGNAL[batch.state],
        "show": show,
        "q": q,
        "export_query": "?" + urlencode({"show": show if show in Verdict.values else "", "q": q}),
        "page": page,
        "totals": page_words.totals(batch, show),
        "rows": [page_words.shown(row) for row in page.object_list],
        "kept": page_words.kept_of(batch),
        "beside": unit_columns_page.beside(batch),
        "headers": unit_columns_page.headers(batch) if batch.state == State.PREVIEWED else [],
        "missing": unit_columns_page.missing(batch) if batch.state == State.PREVIEWED else [],
    }
    return render(request, "organizations/unit_import.html", context)


@require_GET
def unit_import_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded; with ?marked=1 with its problems marked in the cells."""
    batch, user = _batch(request, pk)
    if request.GET.get("marked") == "1":
        sheets = read_workbook(kept_file(batch).path)
        marks, words = page_words.marks(batch), page_words.mark_words()
        name = _("%(name)s with marks") % {"name": Path(batch.name).stem}
        record_file(batch, by=user, at=clock.now(), name=f"{name}.xlsx", scope_id=batch.city_id)
        return stream(f"{name}.xlsx", lambda file: write_marked(file, sheets, batch.sheet, marks, words))
    return send_kept(batch, by=user, at=clock.now(), scope_id=batch.city_id)


@require_POST
def unit_import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What the columns are; the preview is made anew, and remembers it for later files with the same header."""
    batch, user = _batch(request, pk)
    chosen = unit_columns_page.chosen(request.POST, batch)
    if _is_elsewhere(request, batch, user, ACTS.columns, chosen=chosen):
        return redirect("unit_import", pk=pk)
    try:
        changed = unit_imports.choose_columns(batch=batch, chosen=chosen, by=user, at=clock.now())
    except unit_imports.DecidedError as error:
        _say_decided(request, error.batch)
    except UnreadableFileError as error:
        messages.error(request, wrong_columns(str(error)))
    else:
        if changed:
            messages.success(request, _("Read again with these columns. The choice is remembered for this header."))
    return redirect("unit_import", pk=pk)


@require_POST
def unit_import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes; a second press finds it done."""
    batch, user = _batch(request, pk)
    whole = request.POST.get("whole") == "1"
    if _is_elsewhere(request, batch, user, ACTS.commit, whole=whole):
        return redirect("unit_import", pk=pk)
    try:
        unit_imports.commit(batch=batch, whole=whole, by=user, at=clock.now())
    except unit_imports.DecidedError as error:
        _say_decided(request, error.batch)
    except unit_imports.RefusedError as error:
        messages.warning(request, refused(error.number))
    except unit_imports.ChangedError:
        unit_imports.refresh(batch=batch, by=user, at=clock.now())
        messages.warning(request, changed())
    else:
        text = _("Imported: %(new)s units created, %(changed)s changed, %(refused)s rows refused.")
        messages.success(request, text % {name: getattr(batch, name) for name in ("new", "changed", "refused")})
    return redirect("unit_import", pk=pk)


def _is_elsewhere(request: HttpRequest, batch: UnitImport, user: User, act: str, **given: Any) -> bool:
    """Whether an act is done in the background."""
    expected = State.COMMITTED if act == ACTS.undo else State.PREVIEWED
    large = batch.state == expected and is_large(batch)
    return PAGES.elsewhere(request, batch, act, by=user, large=large, **given)


def _say_decided(request: HttpRequest, batch: UnitImport) -> None:
    texts = {
        State.COMMITTED: _("This file was imported before; nothing was written a second time."),
        State.UNDONE: _("This import was undone before. Upload the file again to import it anew."),
    }
    found = texts.get(State(batch.state), _("This preview was discarded before. Upload the file again."))
    messages.info(request, found)


@require_POST
def unit_import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws the preview away."""
    batch, user = _batch(request, pk)
    if waits(request, batch):
        return redirect("unit_import", pk=pk)
    try:
        unit_imports.discard(batch=batch, by=user, at=clock.now())
    except unit_imports.DecidedError as error:
        _say_decided(request, error.batch)
    else:
        messages.success(request, _("Discarded: %(name)s. The units are as they were.") % {"name": batch.name})
    return redirect(f"{batch.kind}_import_list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unit_import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What undoing gives back and what it keeps; a POST does it."""
    batch, user = _batch(request, pk)
    if batch.state != State.COMMITTED:
        _say_decided(request, batch)
        return redirect("unit_import", pk=pk)
    if request.method == "POST":
        if _is_elsewhere(request, batch, user, ACTS.undo):
            return redirect("unit_import", pk=pk)
        try:
            done = undo(batch=batch, by=user, at=clock.now())
        except unit_imports.DecidedError as error:
            _say_decided(request, error.batch)
        else:
            numbers = {"removed": len(done.remove), "restored": len(done.restore), "kept": len(done.keep)}
            text = _("Undone: %(removed)s units dissolved, %(restored)s restored, %(kept)s kept.")
            messages.success(request, text % numbers)
        return redirect("unit_import", pk=pk)
    found = undo_plan(batch)
    page = page_of(request, page_words.undo_rows(found))
    context = {"batch": batch, "found": found, "page": page, "rows": page.object_list}
    return render(request, "organizations/unit_import_undo.html", context)
