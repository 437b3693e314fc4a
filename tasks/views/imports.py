"""The admin's pages for lists from Excel: upload, check, import or discard."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lib import clock
from lib.listing import page_of
from lib.sheets.read import UnreadableFileError
from lib.sheets.write import download, workbook
from organizations.models import User
from organizations.roles import Capability
from tasks import import_page
from tasks.actions import imports
from tasks.forms.imports import UploadForm
from tasks.models import ImportBatch, ImportRow, Plan
from tasks.plans import plan_of

State, Verdict = ImportBatch.State, ImportRow.Verdict


def _manager(request: HttpRequest) -> User:
    """The person, if allowed to manage the plan; raises PermissionDenied."""
    user: Any = request.user
    if not user.may(Capability.MANAGE_PLAN):
        raise PermissionDenied
    return user  # type: ignore[no-any-return]


def _batch(request: HttpRequest, plan: Plan, pk: int) -> ImportBatch:
    """The import of this plan, or 404."""
    rows = ImportBatch.objects.visible_to(request.user).for_list()  # type: ignore[arg-type]
    batch = get_object_or_404(rows.filter(plan=plan), pk=pk)
    batch.plan = plan
    return batch


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest, year: int) -> HttpResponse:
    """Upload of a list, what it must look like, and the imports so far."""
    plan = plan_of(request, year)
    user = _manager(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            batch = _read(form.cleaned_data["file"], plan, user)
        except UnreadableFileError as error:
            form.add_error("file", str(error))
            form = _dressed(form)
        else:
            return redirect("import_preview", year=year, pk=batch.pk)
    page = page_of(request, ImportBatch.objects.visible_to(user).filter(plan=plan).for_list(), size=20)
    context = {"plan": plan, "form": form, "page": page, "rows": [_list_row(batch) for batch in page.object_list],
               "limit": settings.UPLOAD_LIMIT_MB * 1024 * 1024}  # fmt: skip
    return render(request, "tasks/import_list.html", context)


def _dressed(form: UploadForm) -> UploadForm:
    """The form again with the marks of its late error on the field."""
    widget = form.fields["file"].widget
    widget.attrs |= {
        "class": f"{widget.attrs['class']} is-invalid",
        "aria-describedby": f"{form['file'].auto_id}_error",
    }
    return form


def _read(upload: UploadedFile, plan: Plan, user: User) -> ImportBatch:
    """Stages the uploaded file; the parser wants it on the disk."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        return imports.preview(plan=plan, path=Path(file.name), name=upload.name or "", by=user, at=clock.now())


def _list_row(batch: ImportBatch) -> dict[str, Any]:
    return {"batch": batch, "signal": import_page.STATE_SIGNAL[batch.state], "state": batch.get_state_display()}


@require_GET
def import_template(request: HttpRequest, year: int) -> HttpResponse:
    """An empty sheet with the columns that are read."""
    plan = plan_of(request, year)
    _manager(request)
    title = _("Task list %(year)s") % {"year": plan.year}
    return download(f"{title}.xlsx", workbook(title, import_page.template_columns(), []))


@require_GET
def import_preview(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """What the file would do, row by row; after the decision the same as a record."""
    plan = plan_of(request, year)
    batch = _batch(request, plan, pk)
    _manager(request)
    show = request.GET.get("show", "")
    show = show if show in import_page.SHOWS else ""
    folded = show == "" and batch.unchanged and (batch.writes or batch.refused)
    rows = batch.rows.all()
    if show in Verdict.values:
        rows = rows.filter(verdict=show)
    elif folded:
        rows = rows.exclude(verdict=Verdict.UNCHANGED)
    page = page_of(request, batch.absent if show == "absent" else rows)
    context = {
        "plan": plan,
        "batch": batch,
        "show": show,
        "page": page,
        "folded": folded,
        "totals": import_page.totals(batch, show),
        "heads": import_page.heads(),
        "rows": [] if show == "absent" else import_page.shown_rows(list(page.object_list), batch),
        "absent": page.object_list if show == "absent" else [],
        "notes": import_page.notes(batch) if batch.state == State.PREVIEWED else [],
        "header_rows": "、".join(str(row) for row in batch.layout.get("header_rows", [])),
        "total": batch.writes + batch.unchanged + batch.refused,
        "signal": import_page.STATE_SIGNAL[batch.state],
    }
    return render(request, "tasks/import_preview.html", context)


@require_GET
def import_refused(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """The refused rows as a workbook, with what is wrong and what to do."""
    plan = plan_of(request, year)
    batch = _batch(request, plan, pk)
    _manager(request)
    rows = batch.rows.filter(verdict=Verdict.REFUSED)
    title = _("Refused rows")
    shown = import_page.refused_rows(batch, rows)
    content = workbook(title, import_page.refused_columns(batch), shown, f"{batch.name} · {batch.sheet}")
    return download(f"{title} {Path(batch.name).stem}.xlsx", content)


@require_POST
def import_commit(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Writes the new and the changed rows; a second press finds it done."""
    batch = _batch(request, plan_of(request, year), pk)
    user = _manager(request)
    try:
        done = imports.commit(batch=batch, by=user, at=clock.now(), today=clock.today())
    except imports.AlreadyDecidedError as error:
        _say_decided(request, error.batch)
    except imports.PlanChangedError as error:
        imports.refresh(batch=batch, by=user, at=clock.now())
        text = ngettext(
            "Nothing was imported: the plan has changed since the preview, and %(count)s row would now come to "
            "something else. It was judged anew; check it once more.",
            "Nothing was imported: the plan has changed since the preview, and %(count)s rows would now come to "
            "something else. They were judged anew; check them once more.",
            error.number,
        )
        messages.warning(request, text % {"count": error.number})
    else:
        messages.success(request, _words(done))
    return redirect("import_preview", year=year, pk=pk)


def _words(done: imports.Outcome) -> str:
    """What was imported, in numbers."""
    found = _("Imported: %(created)s tasks created, %(changed)s changed.") % done._asdict()
    fanned = done.fanned._asdict()
    if any(fanned.values()):
        found += " " + _("Assignments: %(created)s created, %(adjusted)s adjusted, %(cancelled)s cancelled.") % fanned
    if done.refused:
        text = ngettext("%(count)s row was refused.", "%(count)s rows were refused.", done.refused)
        found += " " + text % {"count": done.refused}
    return found


def _say_decided(request: HttpRequest, batch: ImportBatch) -> None:
    if batch.state == State.COMMITTED:
        messages.info(request, _("This file was imported before; nothing was written a second time."))
    else:
        messages.info(request, _("This preview was discarded before. Upload the file again."))


@require_POST
def import_discard(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Throws the preview away."""
    batch = _batch(request, plan_of(request, year), pk)
    user = _manager(request)
    try:
        imports.discard(batch=batch, by=user, at=clock.now())
    except imports.AlreadyDecidedError as error:
        _say_decided(request, error.batch)
        return redirect("import_preview", year=year, pk=pk)
    messages.success(request, _("Discarded: %(name)s. The plan is as it was.") % {"name": batch.name})
    return redirect("import_list", year=year)
