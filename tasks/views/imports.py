"""The admin's pages for lists from Excel: upload and history; what is downloaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from audit.exports import export, kept_file, record_file, send_kept
from lib import clock
from lib.listing import page_of
from lib.sheets.length import longer_than
from lib.sheets.mark import write_marked
from lib.sheets.read import UnreadableFileError, check_file, read_workbook
from lib.sheets.write import Sheet, download, file_name, stream, workbook
from organizations.models import User
from tasks import import_history, import_marks, import_page
from tasks.actions import import_work, imports
from tasks.forms.imports import UploadForm
from tasks.models import ImportBatch, ImportRow, Plan
from tasks.plans import plan_of

from .managing import manager

State, Verdict = ImportBatch.State, ImportRow.Verdict


def batch_of(request: HttpRequest, plan: Plan, pk: int) -> ImportBatch:
    """The import of this plan, or 404."""
    rows = ImportBatch.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]  # the log-in wall is passed
    batch = get_object_or_404(rows.filter(plan=plan), pk=pk)
    batch.plan = plan
    return batch


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest, year: int) -> HttpResponse:
    """Upload of a list, what it must look like, and the imports so far."""
    plan = plan_of(request, year)
    user = manager(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            batch = _read(request, form.cleaned_data["file"], plan, user)
        except UnreadableFileError as error:
            form.add_error("file", str(error))
        except imports.AlreadyDecidedError as error:  # the same file, sent twice, was imported meanwhile
            messages.info(request, _("This file was imported before; nothing was written a second time."))
            return redirect("import_preview", year=year, pk=error.batch.pk)
        else:
            return redirect("import_preview", year=year, pk=batch.pk)
    chosen = import_history.HistoryFilter(request, ImportBatch.objects.visible_to(user).filter(plan=plan))
    page = page_of(request, chosen.rows().for_list(), size=20)
    context = {"plan": plan, "form": form, "page": page, "chosen": chosen, "states": chosen.states(),
               "chips": chosen.chips(), "rows": [import_history.row_of(batch) for batch in page.object_list],
               "limit": settings.UPLOAD_LIMIT_MB * 1024 * 1024}  # fmt: skip
    return render(request, "tasks/import_list.html", context)


def _read(request: HttpRequest, upload: UploadedFile, plan: Plan, user: User) -> ImportBatch:
    """Keeps the uploaded file and reads it, here or (a long one) in the background; the parser wants it on the disk."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        path = Path(file.name)
        check_file(path)
        before = ImportBatch.objects.waiting().filter(plan=plan).count()
        batch = imports.receive(plan=plan, path=path, name=upload.name or "", by=user, at=clock.now())
        again = ImportBatch.objects.waiting().filter(plan=plan).count() == before
        long = longer_than(path, settings.IMPORT_BACKGROUND_ROWS)
    if again and batch.by_id is not None:
        messages.info(request, _("This file waits to be checked already. Its rows were compared with the plan anew."))
    if long:
        import_work.start(batch=batch, kind=import_work.READ, by=user, at=clock.now())
        return batch
    return imports.read(batch=batch, by=user, at=clock.now())


@require_GET
def import_template(request: HttpRequest, year: int) -> HttpResponse:
    """An empty sheet with the columns that are read."""
    plan = plan_of(request, year)
    manager(request)
    title = _("Task list %(year)s") % {"year": plan.year}
    return download(f"{title}.xlsx", workbook(title, import_page.template_columns(), []))


@require_GET
def import_history_export(request: HttpRequest, year: int) -> HttpResponseBase:
    """The list of imports as a workbook, as it is filtered."""
    plan = plan_of(request, year)
    user = manager(request)
    chosen = import_history.HistoryFilter(request, ImportBatch.objects.visible_to(user).filter(plan=plan))
    title = _("Imports %(year)s") % {"year": plan.year}
    rows = import_history.sheet_rows(chosen.rows().for_list())
    note = "；".join(chip.label for chip in chosen.chips())
    return export(request, title, Sheet(title, import_history.sheet_columns(), rows, note), of=plan)


@require_GET
def import_file(request: HttpRequest, year: int, pk: int) -> HttpResponseBase:
    """The file as it was uploaded, under its name."""
    batch = batch_of(request, plan_of(request, year), pk)
    return send_kept(batch, by=manager(request), at=clock.now())


@require_GET
def import_marked(request: HttpRequest, year: int, pk: int) -> HttpResponseBase:
    """The workbook as it was uploaded, with every problem marked in its cell and listed on a sheet at the end."""
    plan = plan_of(request, year)
    batch = batch_of(request, plan, pk)
    manager(request)
    sheets = read_workbook(kept_file(batch).path)
    marks = import_marks.marks(batch)
    name = _("%(name)s with marks") % {"name": Path(batch.name).stem}
    words = import_marks.words()
    record_file(batch, by=manager(request), at=clock.now(), name=f"{name}.xlsx")
    return stream(f"{name}.xlsx", lambda file: write_marked(file, sheets, batch.sheet, marks, words))


@require_GET
def import_refused(request: HttpRequest, year: int, pk: int) -> HttpResponseBase:
    """The refused rows as Excel or CSV, with what is wrong and what to do."""
    plan = plan_of(request, year)
    batch = batch_of(request, plan, pk)
    manager(request)
    rows = batch.rows.filter(verdict=Verdict.REFUSED)
    title = _("Refused rows")
    shown = import_page.refused_rows(batch, rows)
    sheet = Sheet(title, import_page.refused_columns(batch), shown, f"{batch.name} · {batch.sheet}")
    return export(request, f"{title} {file_name(Path(batch.name).stem)}", sheet, of=plan)
