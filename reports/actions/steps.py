"""Signing, accepting, returning, amending. Who may is decided by reports.rights before these are called."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from reports import news
from reports.frozen import digest
from reports.models import QuarterlyReport
from reports.quarters import refuse_unready
from reports.states import ReportState

from .claim import StaleReportError, claim, locked, stale
from .drafts import live_figures, refresh

if TYPE_CHECKING:
    from organizations.models import User


class FiguresChangedError(ValidationError):
    """The figures are no longer those that the person read; `changes` says which, `now` holds the new ones."""

    def __init__(self, now: QuarterlyReport, changes: list[dict[str, Any]]) -> None:
        text = _("The figures have changed since you read them, so nothing was signed. Check what changed, then sign.")
        super().__init__(text, code="figures")
        self.now, self.changes = now, changes


def sign(
    *, report: QuarterlyReport, by: User, at: datetime.datetime, today: datetime.date, revision: int, seen: str
) -> QuarterlyReport:
    """Freezes the report with its hash and hands it in.

    `seen` is the digest of the figures, `revision` that of the words, both as the person read them.
    Raises StaleReportError where the words or the state changed, FiguresChangedError where the figures did: then
    the draft holds the new ones, and nothing is signed. ValidationError for a quarter that has not ended.
    """
    with transaction.atomic():
        now = locked(report)
        refuse_unready(now.plan, now.period, today)
        if now.state != ReportState.DRAFTED or not now.is_current or now.revision != revision:
            raise stale(now)
        live = live_figures(now)
        same = live == now.figures and digest(now.figures) == seen
        if same:
            return _freeze(now, by, at, today, revision)
        refresh(now, live, by=by, at=at)
    raise FiguresChangedError(now, now.figure_changes)


def _freeze(
    now: QuarterlyReport, by: User, at: datetime.datetime, today: datetime.date, revision: int
) -> QuarterlyReport:
    if not any(now.narrative.values()):
        raise ValidationError(_("The report has no text yet. Write at least one work point, then sign."), code="empty")
    sha256 = digest(now.content())
    kept = now.handed_in_on or today
    before = claim(now, "sign", revision=revision, signed_by=by, signed_at=at, handed_in_on=kept, sha256=sha256)
    _record("report.sign", now, before, by, at)
    news.handed_in(now, at=at)
    return now


@transaction.atomic
def accept(
    *, report: QuarterlyReport, by: User, at: datetime.datetime, revision: int | None = None, remarks: str = ""
) -> QuarterlyReport:
    """The office takes the report; raises StaleReportError, ValidationError for the own signature."""
    now = _decided(report, by)
    before = claim(now, "accept", revision=revision, decided_by=by, decided_at=at, remarks=remarks.strip())
    _record("report.accept", now, before, by, at)
    news.decided(now, at=at)
    return now


@transaction.atomic
def give_back(
    *, report: QuarterlyReport, by: User, at: datetime.datetime, remarks: str, revision: int | None = None
) -> QuarterlyReport:
    """The office returns it with remarks: the duty is open again, what was signed stays as it is.

    Raises StaleReportError, ValidationError for the own signature or without remarks.
    """
    remarks = remarks.strip()
    if not remarks:
        raise ValidationError({"remarks": _("Say what to correct; the unit reads this.")}, code="remarks")
    now = _decided(report, by)
    before = claim(
        now, "return", revision=revision, decided_by=by, decided_at=at, remarks=remarks, handed_in_on=None
    )  # fmt: skip
    _record("report.return", now, before, by, at)
    news.decided(now, at=at)
    return now


def _decided(report: QuarterlyReport, by: User) -> QuarterlyReport:
    now = locked(report)
    if now.signed_by_id == by.pk:
        raise ValidationError(_("You signed this report yourself, so another person has to decide."), code="four_eyes")
    return now


@transaction.atomic
def amend(*, report: QuarterlyReport, by: User, at: datetime.datetime, reason: str) -> QuarterlyReport:
    """Begins a new version with the words of the old one and figures counted anew; returns the draft.

    An accepted version keeps counting until the new one is accepted. Raises StaleReportError, ValidationError
    without a reason (a returned report has one already: its remarks).
    """
    now = locked(report)
    if not now.is_amendable:
        raise stale(now)
    reason = reason.strip() or (now.remarks if now.state == ReportState.RETURNED else "")
    if not reason:
        raise ValidationError({"reason": _("Say why the report is amended.")}, code="reason")
    if not QuarterlyReport.objects.current().filter(pk=now.pk).update(is_current=False):
        raise stale(now)
    made = QuarterlyReport.objects.create(
        plan=now.plan, organization=now.organization, quarter=now.quarter, version=now.version + 1, previous=now,
        due_on=now.due_on, handed_in_on=now.handed_in_on, document_number=now.document_number,
        figures=live_figures(now), narrative=now.narrative, problems=now.problems, next_steps=now.next_steps,
        compiled_at=at, drafted_by=by, drafted_at=at, reason=reason[:2000],
    )  # fmt: skip
    after = {"version": made.version, "previous": now.pk, "reason": reason}
    record("report.amend", made, by=by, at=at, scope_id=now.plan.issuer_id, after=after)
    return made


def _record(verb: str, now: QuarterlyReport, before: dict[str, Any], by: User, at: datetime.datetime) -> None:
    after = {name: getattr(now, name) for name in before} | {"version": now.version}
    record(verb, now, by=by, at=at, scope_id=now.plan.issuer_id, before=before, after=after)


__all__ = ["FiguresChangedError", "StaleReportError", "accept", "amend", "give_back", "sign"]
