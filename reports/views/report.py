"""One report: read it, edit its words, compare its versions, look at the rows behind a figure."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.exports import export
from audit.timeline import timeline_of
from lib import clock
from lib.sheets.write import exporting, file_name
from notifications.told import SHOWN, told_of
from reports import rights
from reports.actions import drafts
from reports.actions.claim import StaleReportError
from reports.compare_page import ComparePage
from reports.forms import DraftForm
from reports.models import QuarterlyReport
from reports.report_page import ReportPage, sections
from reports.rows_page import RowsPage
from reports.words import REPORT

from .loading import load


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures, text, who did what."""
    user, found = load(request, pk)
    on = ReportPage(found, user, clock.today())
    context = {"report": found, "on": on, "timeline": timeline_of(request, (REPORT, on.version_keys))}
    context |= told_of(on.first, None if "all" in request.GET else SHOWN)
    return render(request, "reports/report.html", context)


def _refuse_edit(request: HttpRequest, found: QuarterlyReport) -> HttpResponse | None:
    """An answer for a report that is no draft any more; None for one that is."""
    if rights.allows(found, "edit"):
        return None
    text = _("This report is “%(state)s”; only drafts are edited.")
    messages.warning(request, text % {"state": found.get_state_display()})
    return redirect("report", pk=found.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The words of a draft. A stale form keeps what was typed and shows what stands there now."""
    user, found = load(request, pk)
    if not rights.may_write(user, found):
        raise PermissionDenied(_("Only the unit itself writes its report."))
    form = DraftForm(request.POST if request.method == "POST" else None, report=found)
    now = None
    if request.method == "POST" and form.is_valid():
        try:
            asked = "ask" in request.POST
            changed = drafts.save(report=found, by=user, at=clock.now(), ask=asked, **form.words())
        except StaleReportError as error:
            if error.now.state != QuarterlyReport.State.DRAFTED:
                form.add_error(None, error)
            now = [one for one in sections(error.now) if one.text != form.cleaned_data.get(one.key)]
            form.seen(error.now.revision)
        else:
            said = _("Saved; the head was asked to sign.") if asked else _("Saved.")
            messages.success(request, said if changed or asked else _("Nothing was changed."))
            to_sign = "sign" in request.POST and rights.may_sign(user, found)
            return redirect("report_sign" if to_sign else "report", pk=pk)
    elif request.method != "POST" and (refused := _refuse_edit(request, found)):
        return refused
    context = {"report": found, "form": form, "now": now, "on": ReportPage(found, user, clock.today())}
    return render(request, "reports/report_edit.html", context)


@require_POST
def report_refill(request: HttpRequest, pk: int) -> HttpResponse:
    """Replaces the words of a draft by those compiled from entries, or from the accepted reports."""
    user, found = load(request, pk)
    if not rights.may_write(user, found):
        raise PermissionDenied(_("Only the unit itself writes its report."))
    revision = request.POST.get("revision", "")
    try:
        drafts.refill(report=found, by=user, at=clock.now(), revision=int(revision) if revision.isdecimal() else -1)
    except StaleReportError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("report", pk=pk)
    messages.success(request, _("The text was compiled anew. The earlier one stays in the record."))
    return redirect("report_edit", pk=pk)


@require_GET
def report_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What this version changed against the one before it."""
    user, found = load(request, pk)
    if found.previous is None:
        raise Http404
    return render(request, "reports/report_compare.html", {"report": found, "on": ComparePage(found, user)})


@require_GET
def report_rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Exactly the assignments that a figure counted, as they stood on that day; `?format=` exports them."""
    user, found = load(request, pk)
    on = RowsPage(request, found, user)
    if exporting(request):
        return export(request, f"{file_name(on.title)} {_('Assignments')}", on.sheet(), of=found.plan)
    return render(request, "reports/report_rows.html", {"report": found, "on": on})
