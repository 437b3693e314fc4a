"""Quarterly reports, and the documents made of them."""

from .document import ReportDocument
from .report import QuarterlyReport

__all__ = ["QuarterlyReport", "ReportDocument"]
