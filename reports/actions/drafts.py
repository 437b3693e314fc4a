"""Editing a draft: the unit changes words, never figures; figures are refreshed, words kept."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from audit.record import record
from reports import news
from reports.asof import Snapshot
from reports.city import city_figures, city_text, standing_reports
from reports.compare import changes
from reports.members import reporting
from reports.models import QuarterlyReport
from reports.states import ReportState
from reports.texts import Text, draft, entries_of

from .claim import locked, stale

if TYPE_CHECKING:
    from organizations.models import User

TEXTS = ("document_number", "narrative", "problems", "next_steps")


def live_figures(report: QuarterlyReport) -> dict[str, Any]:
    """What the figures of a report come to if they are counted now: at most ten queries."""
    if report.is_city:
        return _city(report)[0]
    return Snapshot(report.plan, report.period, [report.organization_id]).figures(report.organization_id)


def _city(report: QuarterlyReport) -> tuple[dict[str, Any], dict[int, QuarterlyReport]]:
    snapshot = Snapshot(report.plan, report.period)
    reports = standing_reports(report.plan, report.period)
    return city_figures(snapshot, reporting(report.plan, snapshot.by_organization), reports), reports


def live_text(report: QuarterlyReport) -> Text:
    """The text as it would be drafted now, from entries or (the city's) from the accepted reports."""
    if report.is_city:
        figures, reports = _city(report)
        return city_text(figures, reports.values())
    snapshot = Snapshot(report.plan, report.period, [report.organization_id])
    return draft(snapshot, entries_of(snapshot, [report.organization_id]).get(report.organization_id, []))


@transaction.atomic
def save(
    *,
    report: QuarterlyReport,
    by: User,
    at: datetime.datetime,
    revision: int,
    document_number: str,
    narrative: dict[str, str],
    problems: str,
    next_steps: str,
    ask: bool = False,
) -> bool:
    """Keeps the words of a draft; False where nothing differs. Raises StaleReportError.

    `revision` is that of the page on which they were typed; `ask` tells those who sign that it is their turn.
    """
    now = locked(report)
    typed: dict[str, Any] = {
        "document_number": document_number.strip(),
        "narrative": {number: text.strip() for number, text in narrative.items() if text.strip()},
        "problems": problems.strip(),
        "next_steps": next_steps.strip(),
    }
    changed = {name: value for name, value in typed.items() if getattr(now, name) != value}
    rows = QuarterlyReport.objects.current().drafts().filter(pk=now.pk, revision=revision)
    if not rows.exists():
        raise stale(now)
    if changed:
        _keep(now, rows, changed, by, at)
    if ask:
        news.to_sign(now, by, at=at)
    return bool(changed)


def _keep(now: QuarterlyReport, rows: Any, changed: dict[str, Any], by: User, at: datetime.datetime) -> None:
    rows.update(**changed, revision=F("revision") + 1, drafted_by=by, drafted_at=at)
    now.revision += 1
    before = {name: getattr(now, name) for name in changed}
    record("report.edit", now, by=by, at=at, scope_id=now.plan.issuer_id, before=before, after=changed)


@transaction.atomic
def refill(*, report: QuarterlyReport, by: User, at: datetime.datetime, revision: int) -> None:
    """Replaces the words of a draft by those compiled anew. Raises StaleReportError."""
    found = live_text(locked(report))
    save(
        report=report, by=by, at=at, revision=revision, document_number=report.document_number,
        narrative=found.narrative, problems=found.problems, next_steps=found.next_steps,
    )  # fmt: skip


def refresh(now: QuarterlyReport, figures: dict[str, Any], *, by: User | None, at: datetime.datetime) -> bool:
    """Brings the figures of a draft up to date, inside the caller's transaction; False where they are the same.

    Words and revision stay: somebody may be typing.
    """
    if now.figures == figures or now.state != ReportState.DRAFTED:
        return False
    differing = changes(now.figures, figures)
    QuarterlyReport.objects.drafts().filter(pk=now.pk).update(figures=figures, figure_changes=differing, compiled_at=at)
    now.figures, now.figure_changes, now.compiled_at = figures, differing, at
    record("report.refresh", now, by=by, at=at, scope_id=now.plan.issuer_id, after={"changes": differing[:200]})
    return True
