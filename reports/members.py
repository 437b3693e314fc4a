"""Which units report: docs/decisions/0008-quarterly-reports.md."""

from __future__ import annotations

from collections.abc import Iterable

from organizations.models import Organization
from tasks.models import Plan

Kind = Organization.Kind


def reporting(plan: Plan, organizations: Iterable[int]) -> list[Organization]:
    """Of these units (which have assignments) those that hand in a report, in their official order. One query.

    Public bodies report. An enterprise does where it is a member of the commission; the work of the others stands
    in the city's report, and with the district that watches over them. What the commission itself owes is part of
    the city's report.
    """
    units = Organization.objects.under(plan.issuer).filter(pk__in=list(organizations)).exclude(pk=plan.issuer_id)
    return [unit for unit in units.order_by("position", "id") if reports_itself(unit)]


def reports_itself(unit: Organization) -> bool:
    """Whether a unit with assignments owes a report of its own."""
    return unit.kind != Kind.ENTERPRISE or unit.is_member
