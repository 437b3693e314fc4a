"""A report as a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import override
from django.views.decorators.http import require_GET

from audit.exports import record_file
from lib import clock
from lib.sheets.write import XLSX, download
from reports.documents.content import LANGUAGE
from reports.documents.fonts import NoFontError
from reports.documents.store import document
from reports.models import ReportDocument
from reports.report_page import title_of

from .loading import load

Kind = ReportDocument.Kind
TYPES = {
    Kind.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PDF: "application/pdf",
    Kind.EXCEL: XLSX,
}
_FORBIDDEN = str.maketrans(dict.fromkeys('\\/:*?"<>|\r\n\t', " "))


@require_GET
def report_document(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Word, PDF or Excel; without a Chinese font the PDF is refused with what the operator has to do."""
    user, report = load(request, pk)
    if kind not in Kind.values:
        raise Http404
    try:
        octets = document(report, kind, at=clock.now())
    except NoFontError as error:
        messages.error(request, str(error))
        return redirect("report", pk=pk)
    with override(LANGUAGE):
        name = " ".join(f"{title_of(report)} v{report.version}.{kind}".translate(_FORBIDDEN).split())
    record_file(report, by=user, at=clock.now(), name=name, scope_id=report.plan.issuer_id)
    return download(name, octets, TYPES[Kind(kind)])
