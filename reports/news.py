"""Who is told what about a report, when it happens. What is *due* is the ladder's (reports/reminders.py)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from notifications.outbox import News, queue
from organizations.models import Organization, User
from organizations.roles import CAPABILITIES, Capability, Role

from .models import QuarterlyReport

KIND = "report"
WRITERS = [role.value for role in Role if Capability.WRITE_REPORT in CAPABILITIES[role]]
SIGNERS = [role.value for role in Role if Capability.SIGN_REPORT in CAPABILITIES[role]]
DECIDERS = [role.value for role in Role if Capability.DECIDE_REPORTS in CAPABILITIES[role]]


def drafted(reports: Sequence[QuarterlyReport], *, at: datetime.datetime) -> int:
    """Drafts are ready: to the inspectors of each unit (its heads where it has none). Two statements and the outbox."""
    people = _people([report.organization_id for report in reports], WRITERS)
    subject = gettext_noop("The quarterly report for Q%(number)s %(year)s is drafted")
    text = gettext_noop(
        "The draft of %(unit)s holds the figures and the text from your entries. Complete the text and have it signed "
        "by %(due)s."
    )
    found = []
    for report in reports:
        mine = people[report.organization_id]
        writers = [pk for pk, role in mine if role == Role.INSPECTOR] or [pk for pk, _role in mine]
        found += _news(report, "draft", writers, subject, text)
    return queue(found, at=at)


def to_sign(report: QuarterlyReport, by: User, *, at: datetime.datetime) -> int:
    """The text is complete: to those who sign for the unit."""
    subject = gettext_noop("A quarterly report waits for your signature: %(unit)s, Q%(number)s %(year)s")
    text = gettext_noop("%(who)s has completed the text. Read it, sign it and so hand it in by %(due)s.")
    signers = [pk for pk, _role in _people([report.organization_id], SIGNERS)[report.organization_id] if pk != by.pk]
    found = _news(report, f"sign.{report.revision}", signers, subject, text, who=by.real_name)
    return queue(found, at=at)


def handed_in(report: QuarterlyReport, *, at: datetime.datetime) -> int:
    """Signed: to the commission office, which accepts or returns it."""
    if report.is_city:
        return 0
    subject = gettext_noop("%(unit)s has handed in its report for Q%(number)s %(year)s")
    text = gettext_noop("Version %(version)s was signed by %(who)s. Accept it, or return it with remarks.")
    who = report.signed_by.real_name if report.signed_by else ""
    found = _news(report, "handed_in", _office(report, but=report.signed_by_id), subject, text, who=who)
    return queue(found, at=at)


def decided(report: QuarterlyReport, *, at: datetime.datetime) -> int:
    """Accepted or returned: to the people of the unit; a return at once."""
    returned = report.state == QuarterlyReport.State.RETURNED
    if returned:
        subject = gettext_noop("Returned: the report of %(unit)s for Q%(number)s %(year)s")
        text = gettext_noop("Remarks of the commission office: %(remarks)s. Correct it and hand it in again.")
    else:
        subject = gettext_noop("Accepted: the report of %(unit)s for Q%(number)s %(year)s")
        text = gettext_noop("Version %(version)s now counts for the city's report.")
    people = [pk for pk, _role in _people([report.organization_id], WRITERS)[report.organization_id]]
    found = _news(report, report.state, people, subject, text, urgent=returned, remarks=report.remarks.rstrip("。."))
    return queue(found, at=at)


def first_version(report: QuarterlyReport) -> int:
    """The key under which a report is known through all its versions, here and on the ladder."""
    same = QuarterlyReport.objects.filter(plan=report.plan_id, quarter=report.quarter, version=1)
    return same.values_list("pk", flat=True).get(organization=report.organization_id)


def _people(units: Iterable[int], roles: list[str]) -> dict[int, list[tuple[int, str]]]:
    """Unit → (person, role) of those in these roles. One query."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = User.objects.active().filter(organization__in=list(units), role__in=roles).order_by("pk")
    for pk, unit, role in rows.values_list("pk", "organization_id", "role"):
        found[unit].append((pk, role))
    return found


def _office(report: QuarterlyReport, but: int | None) -> list[int]:
    """Those of the commission and its office who decide; the admins, where there are any."""
    city = report.plan.issuer
    units = Organization.objects.under(city).filter(kind=Organization.Kind.COMMISSION).values_list("pk", flat=True)
    people = [(pk, role) for mine in _people(units, DECIDERS).values() for pk, role in mine if pk != but]
    return [pk for pk, role in people if role == Role.ADMIN] or [pk for pk, _role in people]


def _news(
    report: QuarterlyReport, event: str, people: list[int], subject: str, text: str, urgent: bool = False, **more: Any
) -> list[News]:
    params = {
        "unit": report.organization.label, "number": str(report.quarter), "year": str(report.plan.year),
        "due": report.due_on.isoformat(), "version": str(report.version), **more,
    }  # fmt: skip
    root = report.pk if report.version == 1 else first_version(report)
    return [
        News(
            recipient_id=person, kind=KIND, subject=subject, text=text, params=params, link=f"/reports/{report.pk}/",
            dedup_key=f"report:{report.pk}:{event}:{person}", plan_id=report.plan_id,
            about=(report._meta.label_lower, root), urgent=urgent,
        )
        for person in people
    ]  # fmt: skip
