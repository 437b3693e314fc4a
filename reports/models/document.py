"""The documents of frozen reports: made once, kept, and given out the same ever after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from .report import QuarterlyReport

if TYPE_CHECKING:
    from organizations.models import User


def document_path(document: ReportDocument, filename: str) -> str:
    """Where it is kept: by plan and content hash, never under a name that somebody typed."""
    return f"reports/{document.report.plan_id}/{document.sha256[:2]}/{document.sha256}"


class ReportDocumentQuerySet(models.QuerySet["ReportDocument"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> ReportDocumentQuerySet:
        """Documents of the reports that the person may know of."""
        return self.filter(report__in=QuarterlyReport.objects.visible_to(user))


class ReportDocument(models.Model):
    """Word, PDF or Excel of one signed version."""

    class Kind(models.TextChoices):
        WORD = "docx", _("Word")
        PDF = "pdf", _("PDF")
        EXCEL = "xlsx", _("Excel")

    report = models.ForeignKey(QuarterlyReport, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    file = models.FileField(upload_to=document_path, max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    objects = ReportDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["report", "kind"]
        verbose_name = _("report document")
        verbose_name_plural = _("report documents")
        constraints = [models.UniqueConstraint(fields=["report", "kind"], name="report_document_once")]

    def __str__(self) -> str:
        return f"{self.report} {self.kind}"
