"""The overview of reports: what its address asks for."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from lib.listing import ordering
from organizations.models import Organization
from tasks.models import Plan

from .models import QuarterlyReport
from .models.report import QuarterlyReportQuerySet, overdue_q
from .quarters import Quarter, latest_ended, quarters_of
from .rights import awaiting
from .states import ReportState

if TYPE_CHECKING:
    from organizations.models import User

SORTS: dict[str, tuple[str, ...]] = {
    "urgency": ("urgency", "due_on", "organization__position", "organization_id"),
    "unit": ("organization__position", "organization_id", "quarter"),
    "quarter": ("quarter", "organization__position", "organization_id"),
    "state": ("state", "organization__position", "organization_id", "quarter"),
    "due": ("due_on", "organization__position", "organization_id"),
    "handed": ("handed_in_on", "organization__position", "organization_id"),
    "version": ("version", "organization__position", "organization_id"),
}
TIMES = ("ontime", "late", "overdue")
ACTS = ("me", "unit", "office")
ALL = "all"


class Chip(NamedTuple):
    """A condition that can be taken off."""

    label: str
    href: str


def in_time_q() -> Q:
    """Handed in by the due day."""
    return Q(handed_in_on__isnull=False, handed_in_on__lte=F("due_on"))


def late_q() -> Q:
    """Handed in after it."""
    return Q(handed_in_on__gt=F("due_on"))


class ReportFilter:
    """quarter, q, state, time, act, sort of the address; nonsense is no condition. The quarter that ended last
    is shown unless another is asked for."""

    def __init__(self, request: HttpRequest, user: User, plan: Plan, today: datetime.date) -> None:
        self.user, self.plan, self.today = user, plan, today
        self.sort, self.columns = ordering(request, SORTS, "urgency")
        asked = request.GET
        self.q = asked.get("q", "").replace("\0", "").strip()[:100]
        self.state = asked.get("state", "") if asked.get("state") in ReportState.values else ""
        self.time = asked.get("time", "") if asked.get("time") in TIMES else ""
        self.act = asked.get("act", "") if asked.get("act") in ACTS else ""
        self.quarters = quarters_of(plan)
        self.quarter = self._quarter(asked.get("quarter", ""))

    def _quarter(self, text: str) -> Quarter | None:
        """The quarter meant; None for all of them."""
        if text == ALL:
            return None
        found = next((quarter for quarter in self.quarters if quarter.key == text), None)
        return found or latest_ended(self.plan, self.today) or (self.quarters[0] if self.quarters else None)

    @property
    def base(self) -> QuarterlyReportQuerySet:
        """The current versions that the person sees, of the quarter asked for."""
        found = QuarterlyReport.objects.visible_to(self.user).of_plan(self.plan).current()
        return found.filter(quarter=self.quarter.number) if self.quarter else found

    def rows(self) -> QuarterlyReportQuerySet:
        """The reports asked for, in no order yet; `urgency` says what needs somebody first."""
        found: Any = self.base.annotate(urgency=_urgency(self.today))
        if self.q:
            found = found.filter(organization__in=Organization.objects.matching(self.q).values("pk"))
        if self.state:
            found = found.filter(state=self.state)
        match self.time:
            case "ontime":
                found = found.filter(in_time_q())
            case "late":
                found = found.filter(late_q())
            case "overdue":
                found = found.overdue(self.today)
        match self.act:
            case "unit":
                found = found.filter(unit_acts_q())
            case "office":
                found = found.filter(state=ReportState.SIGNED).of_units()
            case "me":
                found = found.filter(pk__in=awaiting(self.user).values("pk"))
        return found  # type: ignore[no-any-return]  # through a queryset of the stubs

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The totals of the quarter, whatever else is filtered. One query."""
        units = self.base.of_units()
        found: dict[str, int] = units.aggregate(
            all=Count("pk"),
            handed=Count("pk", filter=Q(handed_in_on__isnull=False)),
            accepted=Count("pk", filter=Q(state=ReportState.ACCEPTED)),
            waiting=Count("pk", filter=Q(state=ReportState.SIGNED)),
            returned=Count("pk", filter=Q(state=ReportState.RETURNED)),
            overdue=Count("pk", filter=overdue_q(self.today)),
            ontime=Count("pk", filter=in_time_q()),
            fell_due=Count("pk", filter=Q(due_on__lt=self.today) | Q(handed_in_on__isnull=False)),
        )
        return found

    # ------------------------------------------------------------ saying
    def conditions(self) -> dict[str, str]:
        """What is set, as the address says it."""
        found = {"quarter": self.quarter.key if self.quarter else ALL, "q": self.q, "state": self.state}
        found |= {"time": self.time, "act": self.act}
        return {name: value for name, value in found.items() if value}

    def query(self, *without: str, **changed: str) -> str:
        """The query string of the same list with something taken off or changed."""
        values = self.conditions() | ({} if self.sort == "urgency" else {"sort": self.sort}) | changed
        return "?" + urlencode({name: value for name, value in values.items() if name not in without and value})

    def chips(self) -> list[Chip]:
        """The conditions in words, without the quarter, which stands in the tabs."""
        words = {
            "q": f"“{self.q}”",
            "state": str(ReportState(self.state).label) if self.state else "",
            "time": times().get(self.time, ""),
            "act": acts().get(self.act, ""),
        }
        return [Chip(words[name], self.query(name)) for name in self.conditions() if name in words]

    def describe(self) -> str:
        """The conditions in one line, for the export."""
        quarter = self.quarter.label if self.quarter else _("All quarters")
        return _("; ").join([quarter, *(chip.label for chip in self.chips())])


def _urgency(today: datetime.date) -> Case:
    """Owed after its day, waiting for the office, in the making, closed."""
    return Case(
        When(overdue_q(today), then=Value(0)),
        When(Q(state=ReportState.SIGNED) & ~Q(organization=F("plan__issuer")), then=Value(1)),
        When(unit_acts_q(), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def unit_acts_q() -> Q:
    """Reports whose next step is the unit's."""
    return Q(state__in=[ReportState.DRAFTED, ReportState.RETURNED])


def times() -> dict[str, str]:
    """The choices by punctuality."""
    return {
        "ontime": _("Handed in on time"),
        "late": _("Handed in late"),
        "overdue": _("Overdue, not handed in"),
    }


def acts() -> dict[str, str]:
    """The choices by who has to act."""
    return {"me": _("I have to act"), "unit": _("The unit acts"), "office": _("The commission office acts")}
