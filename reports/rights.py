"""Who may act on a report that they see; *when* is decided by its state (TRANSITIONS).

The own unit drafts and signs its report; the city's is drafted and signed by the commission and its office.
Accepting and returning is the office's, and nobody decides on what they signed themselves.
Each function takes a report that came through visible_to(user).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q

from organizations.roles import Capability

from .models import QuarterlyReport
from .states import TRANSITIONS, ReportState

if TYPE_CHECKING:
    from organizations.models import User

    from .models.report import QuarterlyReportQuerySet


def is_own(user: User, report: QuarterlyReport) -> bool:
    """Whether the report is the person's unit's (the city's belongs to the whole commission)."""
    return user.organization_id == report.organization_id or (report.is_city and user.sees_city)


def may_write(user: User, report: QuarterlyReport) -> bool:
    """Whether the text is the person's to edit."""
    return user.may(Capability.WRITE_REPORT) and is_own(user, report)


def may_sign(user: User, report: QuarterlyReport) -> bool:
    """Whether the person signs for the unit."""
    return user.may(Capability.SIGN_REPORT) and is_own(user, report)


def may_decide(user: User, report: QuarterlyReport) -> bool:
    """Whether the person accepts or returns it."""
    return user.may(Capability.DECIDE_REPORTS) and not report.is_city and report.signed_by_id != user.pk


def allows(report: QuarterlyReport, verb: str) -> bool:
    """Whether the state lets anybody do `verb`: edit, amend, or one of TRANSITIONS."""
    if verb == "edit":
        return report.is_current and report.state == ReportState.DRAFTED
    if verb == "amend":
        return report.is_amendable
    return report.is_current and report.state in TRANSITIONS[verb][0]


def may(user: User, report: QuarterlyReport, verb: str) -> bool:
    """Whether the person may do `verb`, whenever the state allows it."""
    match verb:
        case "edit" | "amend":
            return may_write(user, report)
        case "sign":
            return may_sign(user, report)
    return may_decide(user, report)


def open_to(user: User, report: QuarterlyReport, verb: str) -> bool:
    """Both at once: what a page offers."""
    return allows(report, verb) and may(user, report, verb)


def awaiting(user: User) -> QuarterlyReportQuerySet:
    """The reports whose next step is the person's: those of which a page offers it (is_mine), as one query."""
    city = Q(organization=F("plan__issuer"))
    own = Q(organization=user.organization_id)
    if user.sees_city:
        own |= city
    wanted = Q(pk__in=[])
    if user.may(Capability.WRITE_REPORT):
        wanted |= own & Q(state__in=[ReportState.DRAFTED, ReportState.RETURNED])
    if user.may(Capability.SIGN_REPORT):
        wanted |= own & Q(state=ReportState.DRAFTED)
    if user.may(Capability.DECIDE_REPORTS):
        wanted |= Q(state=ReportState.SIGNED) & ~city & ~Q(signed_by=user)
    return QuarterlyReport.objects.visible_to(user).current().filter(wanted)


def is_mine(user: User, report: QuarterlyReport) -> bool:
    """Whether the next step of a report is one that this person may take: awaiting(user) for one row."""
    verbs = {
        ReportState.DRAFTED: ("edit", "sign"),
        ReportState.SIGNED: ("accept",),
        ReportState.RETURNED: ("amend",),
    }
    wanted = verbs.get(ReportState(report.state), ())
    return any(open_to(user, report, verb) for verb in wanted)
