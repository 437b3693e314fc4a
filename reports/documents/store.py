"""Giving out documents. Those of a signed version are made once and kept: the same octets for everybody, for ever.

A draft's is made anew each time and says that it is one.
"""

from __future__ import annotations

import datetime
import hashlib

from django.core.files.base import ContentFile
from django.db import transaction

from reports.models import QuarterlyReport, ReportDocument

from .content import content_of
from .excel import excel
from .pdf import pdf

Kind = ReportDocument.Kind


def document(report: QuarterlyReport, kind: str, *, at: datetime.datetime) -> bytes:
    """The octets of one form of a report; raises NoFontError for a PDF without a Chinese font."""
    if not report.is_frozen:
        return _made(report, kind)
    kept = ReportDocument.objects.filter(report=report, kind=kind).first() or _keep(report, kind, at)
    with kept.file.open("rb") as file:
        return bytes(file.read())


def _made(report: QuarterlyReport, kind: str) -> bytes:
    match kind:
        case Kind.EXCEL:
            return excel(report)
        case Kind.PDF:
            return pdf(content_of(report))
    from .word import word  # noqa: PLC0415  (lxml: only where a Word file is made)

    return word(content_of(report))


def _keep(report: QuarterlyReport, kind: str, at: datetime.datetime) -> ReportDocument:
    """Makes and keeps it; of two at once the first one's is given to both."""
    octets = _made(report, kind)
    row = ReportDocument(
        report=report, kind=kind, size=len(octets), sha256=hashlib.sha256(octets).hexdigest(), made_at=at
    )
    row.file.save(kind, ContentFile(octets), save=False)
    with transaction.atomic():
        ReportDocument.objects.bulk_create([row], ignore_conflicts=True)
    return ReportDocument.objects.get(report=report, kind=kind)
