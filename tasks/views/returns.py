"""资料回收: the units' workbooks on their way back. The commission office takes any unit's return, a unit its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.exports import export, send_kept
from lib import clock
from lib.listing import page_of
from lib.sheets.read import UnreadableFileError
from lib.sheets.write import exporting, file_name
from organizations.models import User
from organizations.person import person_of, person_who_may
from organizations.roles import Capability
from tasks import returns_columns_page, returns_history, returns_page
from tasks.actions import return_batches as actions
from tasks.actions.return_columns import choose_columns
from tasks.forms.returns import AboutForm, ReturnForm
from tasks.models import Plan, ProgressReturn
from tasks.plans import plan_of
from tasks.rights import own_returns_only

State = ProgressReturn.State


def reader_of(request: HttpRequest) -> User:
    """The person, if returns are theirs to see; raises PermissionDenied."""
    user = person_of(request)
    seeing = user.sees_city and user.may(Capability.READ_AUDIT)
    if not (seeing or user.may(Capability.LOG_PROGRESS)):
        raise PermissionDenied
    return user


def uploader_of(request: HttpRequest) -> User:
    """The person, if allowed to bring in returns: the own unit's, or as an admin any; raises PermissionDenied."""
    return person_who_may(request, Capability.LOG_PROGRESS)


def _batch(request: HttpRequest, plan: Plan, pk: int) -> ProgressReturn:
    """The return of this plan, if the person may see it, or 404."""
    rows = ProgressReturn.objects.visible_to(person_of(request)).filter(plan=plan)
    batch = get_object_or_404(rows.for_list(), pk=pk)
    batch.plan = plan
    return batch


@require_http_methods(["GET", "HEAD", "POST"])
def return_list(request: HttpRequest, year: int) -> HttpResponseBase:
    """Upload of returned workbooks, and those so far."""
    plan = plan_of(request, year)
    user = reader_of(request)
    form = ReturnForm()
    if request.method == "POST":
        uploader_of(request)
        form = ReturnForm(request.POST, request.FILES)
        response = _take(request, form, plan, user) if form.is_valid() else None
        if response is not None:
            return response
    chosen = returns_history.ReturnFilter(request, plan, user)
    if exporting(request):
        return export(
            request, f"{_('Returns')} {clock.today():%Y-%m-%d}", returns_history.history_sheet(chosen), of=plan
        )
    page = page_of(request, chosen.rows(), size=20)
    context = {
        "plan": plan,
        "form": form,
        "may_upload": user.may(Capability.LOG_PROGRESS),
        "any_unit": own_returns_only(user) is None,
        "chosen": chosen,
        "page": page,
        "rows": [returns_history.history_row(batch) for batch in page.object_list],
        "quarter": returns_history.quarter_now(plan),
        "limit": settings.UPLOAD_LIMIT_MB * 1024 * 1024,
    }
    return render(request, "tasks/return_list.html", context)


def _take(request: HttpRequest, form: ReturnForm, plan: Plan, user: User) -> HttpResponse | None:
    """Stages each file; where one alone was sent its preview follows. None: what was refused is on the form."""
    taken: list[ProgressReturn] = []
    for upload in form.cleaned_data["file"]:
        try:
            taken.append(_read(upload, plan, user))
        except UnreadableFileError as error:
            form.add_error("file", f"{upload.name}: {error}")
    if form.errors and taken:
        for text in form.errors["file"]:
            messages.error(request, str(text))
    if not taken:
        return None
    if len(taken) == 1:
        return redirect("return_preview", year=plan.year, pk=taken[0].pk)
    text = ngettext("%(count)s file was read. Check it below.", "%(count)s files were read. Check each of them below.",
                    len(taken))  # fmt: skip
    messages.success(request, text % {"count": len(taken)})
    return redirect("return_list", year=plan.year)


def _read(upload: UploadedFile, plan: Plan, user: User) -> ProgressReturn:
    """Stages one uploaded file; the parser wants it on the disk."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        return actions.preview(
            plan=plan, path=Path(file.name), name=upload.name or "", by=user, at=clock.now(), today=clock.today(),
            only=own_returns_only(user),
        )  # fmt: skip


@require_GET
def return_preview(request: HttpRequest, year: int, pk: int) -> HttpResponseBase:
    """What the file would add, row by row; after the decision the same as a record."""
    plan = plan_of(request, year)
    batch = _batch(request, plan, pk)
    user = reader_of(request)
    show = request.GET.get("show", "")
    rows = returns_page.rows_of(batch, show)
    if exporting(request):
        name = f"{file_name(Path(batch.name).stem)} {_('Preview')}"
        return export(request, name, returns_page.sheet_of(batch, rows), of=plan)
    page = page_of(request, rows)
    deciding = batch.state == State.PREVIEWED and user.may(Capability.LOG_PROGRESS)
    context = {
        "plan": plan,
        "batch": batch,
        "deciding": deciding,
        "form": AboutForm(plan=plan, only=own_returns_only(user), batch=batch) if deciding else None,
        "page": page,
        "rows": returns_page.shown_rows(page.object_list),
        "totals": returns_page.totals(batch, show),
        "seen": actions.edition_of(batch),
        "headers": returns_columns_page.headers_of(batch) if deciding else [],
        "notes": returns_page.notes(batch) if batch.state == State.PREVIEWED else [],
        "facts": returns_page.facts(batch),
        "signal": returns_history.SIGNAL[State(batch.state)],
        "export_query": f"?show={show}" if show in returns_page.SHOWS else "",
    }
    return render(request, "tasks/return_preview.html", context)


def _decided(request: HttpRequest, batch: ProgressReturn) -> None:
    if batch.state == State.COMMITTED:
        messages.info(request, _("This return was brought in before; nothing was written a second time."))
    else:
        messages.info(request, _("This preview was discarded before. Upload the file again."))


@require_POST
def return_correct(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Another unit, quarter, person or day than the sheet says; the rows are judged anew."""
    plan = plan_of(request, year)
    batch = _batch(request, plan, pk)
    user = uploader_of(request)
    form = AboutForm(request.POST, plan=plan, only=own_returns_only(user), batch=batch)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
        return redirect("return_preview", year=year, pk=pk)
    try:
        actions.correct(batch=batch, about=form.about, by=user, at=clock.now(), today=clock.today())
    except actions.DecidedError as error:
        _decided(request, error.batch)
    else:
        messages.success(request, _("Judged anew. Check the rows once more."))
    return redirect("return_preview", year=year, pk=pk)


@require_POST
def return_columns(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """What the columns are; the rows are judged anew, and it is remembered for later returns with the same header."""
    batch = _batch(request, plan_of(request, year), pk)
    user = uploader_of(request)
    chosen = returns_columns_page.chosen(request.POST, batch)
    try:
        changed = choose_columns(batch=batch, chosen=chosen, by=user, at=clock.now(), today=clock.today())
    except actions.DecidedError as error:
        _decided(request, error.batch)
    except UnreadableFileError as error:
        text = _("With these columns the return cannot be read, so they were left as they were. %(why)s")
        messages.error(request, text % {"why": error})
    else:
        if changed:
            messages.success(request, _("Read again with these columns. The choice is remembered for this header."))
    return redirect("return_preview", year=year, pk=pk)


def _judge_anew(request: HttpRequest, batch: ProgressReturn, user: User, changed: int) -> None:
    """Work has gone on: what the rows come to now is shown, and nothing is logged before somebody has seen it."""
    try:
        actions.refresh(batch=batch, by=user, at=clock.now(), today=clock.today())
    except actions.DecidedError as error:
        _decided(request, error.batch)
        return
    text = ngettext(
        "Nothing was logged: work has gone on since the preview, and %(count)s row would now come to something "
        "else. It was judged anew; check it once more.",
        "Nothing was logged: work has gone on since the preview, and %(count)s rows would now come to something "
        "else. They were judged anew; check them once more.",
        changed,
    )
    messages.warning(request, text % {"count": changed})


@require_POST
def return_commit(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Logs what was shown; a second press finds it done."""
    batch = _batch(request, plan_of(request, year), pk)
    user = uploader_of(request)
    try:
        seen = request.POST.get("seen")
        done = actions.commit(batch=batch, by=user, at=clock.now(), today=clock.today(), seen=seen)
    except actions.DecidedError as error:
        _decided(request, error.batch)
    except actions.OvertakenError:
        text = _("Nothing was logged: somebody has corrected the return since you saw it. Check the rows once more.")
        messages.warning(request, text)
    except actions.ChangedError as error:
        _judge_anew(request, batch, user, error.number)
    else:
        messages.success(request, returns_page.done_words(done))
    return redirect("return_preview", year=year, pk=pk)


@require_POST
def return_discard(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Throws the preview away."""
    batch = _batch(request, plan_of(request, year), pk)
    user = uploader_of(request)
    try:
        actions.discard(batch=batch, by=user, at=clock.now())
    except actions.DecidedError as error:
        _decided(request, error.batch)
        return redirect("return_preview", year=year, pk=pk)
    messages.success(request, _("Discarded: %(name)s. Nothing was logged.") % {"name": batch.name})
    return redirect("return_list", year=year)


@require_GET
def return_file(request: HttpRequest, year: int, pk: int) -> FileResponse:
    """The file as it was handed in."""
    batch = _batch(request, plan_of(request, year), pk)
    user = reader_of(request)
    return send_kept(batch, by=user, at=clock.now())
