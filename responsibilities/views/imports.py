"""Lists from Excel: upload, check, import or discard. A unit's people bring in their own unit's lists only."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
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
from lib.sheets.write import CHUNK, Column, Sheet, download, exporting, file_name, stream, workbook
from organizations.models import Organization, User
from organizations.person import person_of
from organizations.roles import Capability
from responsibilities import columns_page, import_page
from responsibilities.actions import imports
from responsibilities.actions.list_work import ACTS, is_large
from responsibilities.annex import HEADS, WIDTHS
from responsibilities.forms.lists import UploadForm
from responsibilities.imports.judge import digest, numbers
from responsibilities.list_work_page import PAGES, changed
from responsibilities.models import ListImport, ResponsibilityList

from .list_works import drafter

State = ListImport.State


def _load(request: HttpRequest, pk: int) -> tuple[User, ListImport]:
    """The person and the import; raises Http404, PermissionDenied."""
    batch = get_object_or_404(ListImport.objects.visible_to(person_of(request)).select_related("city"), pk=pk)
    return drafter(request), batch


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_imports(request: HttpRequest) -> HttpResponseBase:
    """Upload of lists, what they must look like, and the imports so far; `?format=` exports these."""
    user = drafter(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_read(form.cleaned_data["file"], form.cleaned_data["year"], user))
        except UnreadableFileError as error:
            form.add_error("file", str(error))
    rows = ListImport.objects.visible_to(user).for_list()
    if exporting(request):
        return export(request, _("Import lists"), import_page.history_sheet(rows.iterator(chunk_size=CHUNK)))
    page = page_of(request, rows, size=20)
    context = {
        "form": form,
        "page": page,
        "rows": [import_page.list_row(batch) for batch in page.object_list],
        "limit": settings.UPLOAD_LIMIT_MB * 1024 * 1024,
        "sees_all": user.may(Capability.PUBLISH_LISTS),
        "readings": ACTS.readings_of(user).unfinished(),
    }
    return render(request, "responsibilities/import_list.html", context)


def _read(upload: UploadedFile, year: int | None, user: User) -> str:
    """Reads an uploaded file, or orders that a long one is read; the address of what came of it."""
    city = Organization.objects.get(pk=user.organization.root_id)
    own = None if user.may(Capability.PUBLISH_LISTS) else user.organization
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        name, path, at = upload.name or "", Path(file.name), clock.now()
        check_file(path)
        if longer_than(path, settings.IMPORT_BACKGROUND_ROWS):
            work = ACTS.start_reading(
                on=own or city, city=city.pk, path=path, name=name, by=user, at=at, year=year,
                unit=own.pk if own else None,
            )  # fmt: skip
            return reverse("duty_reading", args=[work.pk])
        batch = imports.preview(city=city, path=path, name=name, year=year, unit=own, by=user, at=at)
    return reverse("duty_import_preview", args=[batch.pk])


@require_GET
def duty_import_template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with the columns that are read."""
    user = drafter(request)
    columns = [Column(head, width) for head, width in zip(HEADS, WIDTHS, strict=True)]
    title = f"{user.organization.name}安全生产权力清单和责任清单"
    return download(f"{title}.xlsx", workbook(title, columns, [["一、权力清单"], ["二、责任清单"]]))


@never_cache
@require_GET
def duty_import_preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What the file would do now, row by row; after the decision the same as a record. `?format=` exports the rows."""
    user, batch = _load(request, pk)
    work = latest(batch)
    busy = PAGES.busy(request, batch, work)
    if busy is not None:
        return busy
    show = request.GET.get("show", "")
    groups = imports.groups_of(batch) if batch.state == State.PREVIEWED else []
    counted = numbers(groups) if groups else {key: getattr(batch, key) for key in _counted()}
    pairs = import_page.rows_of(groups, show)
    if exporting(request):
        name = f"{file_name(Path(batch.name).stem)} {_('Preview')}"
        return export(request, name, import_page.rows_sheet(batch, pairs))
    absent = [item for group in groups for item in group.absent]
    page = page_of(request, absent if show == "absent" else pairs)
    writes = counted["new"] + counted["changed"]
    written = ResponsibilityList.objects.visible_to(user).filter(pk__in=batch.outcome.get("keys", []))
    context: dict[str, Any] = {
        "batch": batch,
        "show": show,
        "page": page,
        "totals": import_page.totals(counted, show),
        "targets": import_page.targets_of(groups, batch.year),
        "rows": [] if show == "absent" else import_page.shown_rows(list(page.object_list)),
        "absent": page.object_list if show == "absent" else [],
        "absent_number": len(absent),
        "folded": counted["unchanged"]
        if show == "" and counted["new"] + counted["changed"] + counted["refused"]
        else 0,
        "writes": writes,
        "export_query": f"?show={show}" if show in import_page.SHOWS or show == "all" else "",
        "refused": counted["refused"],
        "digest": digest(groups),
        "signal": import_page.STATE_SIGNAL[batch.state],
        "beside": columns_page.beside(batch),
        "ended": PAGES.ended(work),
        "headers": columns_page.headers_of(batch) if batch.state == State.PREVIEWED and batch.file else [],
        "lists": written.select_related("organization"),
    }
    return render(request, "responsibilities/import_preview.html", context)


def _counted() -> tuple[str, ...]:
    return ("new", "changed", "unchanged", "refused", "absent")


@require_GET
def duty_import_refused(request: HttpRequest, pk: int) -> FileResponse:
    """The refused rows as a file, with what is wrong and what to do."""
    _user, batch = _load(request, pk)
    title = _("Refused rows")
    rows = import_page.refused_rows(imports.groups_of(batch))
    sheet = Sheet(title, import_page.refused_columns(), rows, batch.name)
    return export(request, f"{title} {file_name(Path(batch.name).stem)}", sheet, of=batch.city)


@require_GET
def duty_import_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded; with ?marked=1 with its problems marked in the cells."""
    user, batch = _load(request, pk)
    if request.GET.get("marked") == "1":
        sheets = read_workbook(kept_file(batch).path)
        marks = import_page.marks(batch, imports.groups_of(batch), sheets)
        name = f"{_('%(name)s with marks') % {'name': Path(batch.name).stem}}.xlsx"
        record_file(batch, by=user, at=clock.now(), name=name, scope_id=batch.city_id)
        return stream(name, lambda file: write_marked(file, sheets, "", marks, import_page.mark_words()))
    return send_kept(batch, by=user, at=clock.now(), scope_id=batch.city_id)


@require_POST
def duty_import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What the columns are; the preview is made anew, and remembers it for later files with the same header."""
    user, batch = _load(request, pk)
    chosen = columns_page.chosen(request.POST, batch)
    if _is_elsewhere(request, batch, user, ACTS.columns, chosen=chosen):
        return redirect("duty_import_preview", pk=pk)
    try:
        changed = imports.choose_columns(batch=batch, chosen=chosen, by=user, at=clock.now())
    except imports.AlreadyDecidedError as error:
        _say_decided(request, error.batch)
    except UnreadableFileError as error:
        messages.error(request, wrong_columns(str(error)))
    else:
        if changed:
            messages.success(request, _("Read again with these columns. The choice is remembered for this header."))
    return redirect("duty_import_preview", pk=pk)


@require_POST
def duty_import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes the new and the changed rows into drafts; a second press finds it done."""
    user, batch = _load(request, pk)
    wanted: dict[str, Any] = {name: request.POST.get(name) == "1" for name in ("drop_absent", "whole")}
    wanted["seen"] = request.POST.get("seen", "")
    if _is_elsewhere(request, batch, user, ACTS.commit, **wanted):
        return redirect("duty_import_preview", pk=pk)
    try:
        done = imports.commit(batch=batch, by=user, at=clock.now(), **wanted)
    except imports.AlreadyDecidedError as error:
        _say_decided(request, error.batch)
    except imports.RefusedError as error:
        messages.warning(request, refused(error.number))
    except imports.ListsChangedError:
        messages.warning(request, changed())
    else:
        messages.success(request, _words(done))
    return redirect("duty_import_preview", pk=pk)


def _is_elsewhere(request: HttpRequest, batch: ListImport, user: User, act: str, **given: Any) -> bool:
    """Whether an act is done in the background."""
    large = batch.state == State.PREVIEWED and is_large(batch)
    return PAGES.elsewhere(request, batch, act, by=user, large=large, **given)


def _words(done: imports.Outcome) -> str:
    text = ngettext(
        "Imported into %(lists)s draft: %(created)s items added, %(changed)s changed, %(removed)s taken out.",
        "Imported into %(lists)s drafts: %(created)s items added, %(changed)s changed, %(removed)s taken out.",
        done.lists,
    )
    return text % done._asdict()


def _say_decided(request: HttpRequest, batch: ListImport) -> None:
    if batch.state == State.COMMITTED:
        messages.info(request, _("This file was imported before; nothing was written a second time."))
    elif batch.state == State.UNDONE:
        messages.info(request, _("This import is undone already. Upload the file again."))
    else:
        messages.info(request, _("This preview was discarded before. Upload the file again."))


@require_POST
def duty_import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws the preview away."""
    user, batch = _load(request, pk)
    if waits(request, batch):
        return redirect("duty_import_preview", pk=pk)
    try:
        imports.discard(batch=batch, by=user, at=clock.now())
    except imports.AlreadyDecidedError as error:
        _say_decided(request, error.batch)
        return redirect("duty_import_preview", pk=pk)
    messages.success(request, _("Discarded: %(name)s. The lists are as they were.") % {"name": batch.name})
    return redirect("duty_imports")
