"""The one way in which a report changes its state: through TRANSITIONS, claimed by a conditional update."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from reports.models import QuarterlyReport
from reports.states import TRANSITIONS


class StaleReportError(ValidationError):
    """Somebody else changed the report since the page was read; `now` is how it stands."""

    def __init__(self, now: QuarterlyReport, message: str) -> None:
        super().__init__(message, code="stale")
        self.now = now


def locked(report: QuarterlyReport) -> QuarterlyReport:
    """The row as it is now, locked until the transaction ends."""
    rows = QuarterlyReport.objects.select_for_update(of=("self",))
    return rows.select_related("plan__issuer", "organization").get(pk=report.pk)


def stale(now: QuarterlyReport) -> StaleReportError:
    """What to tell a person whose page is out of date."""
    if now.state == QuarterlyReport.State.DRAFTED:
        text = _("Somebody else has changed this report since you opened it. Nothing was done; compare and try again.")
        return StaleReportError(now, text)
    text = _("This report is “%(state)s” by now. Nothing was done.")
    return StaleReportError(now, text % {"state": now.get_state_display()})


def claim(now: QuarterlyReport, verb: str, *, revision: int | None = None, **changes: Any) -> dict[str, Any]:
    """Moves a locked row along `verb` and writes `changes` with it; returns the old values.

    Of two people who act at once one wins; the other gets StaleReportError, and nothing is written.
    """
    sources, target = TRANSITIONS[verb]
    rows = QuarterlyReport.objects.current().filter(pk=now.pk, state__in=sources)
    if revision is not None:
        rows = rows.filter(revision=revision)
    if not rows.update(state=target, revision=F("revision") + 1, **changes):
        raise stale(now)
    changes["state"] = target
    before = {name: getattr(now, name) for name in changes}
    for name, value in changes.items():
        setattr(now, name, value)
    now.revision += 1
    return before
