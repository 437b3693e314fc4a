"""Quarterly reports, the documents made of them, and the work of compiling many."""

from .document import ReportDocument
from .report import QuarterlyReport
from .run import CompileRun

__all__ = ["CompileRun", "QuarterlyReport", "ReportDocument"]
