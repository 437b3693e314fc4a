"""The quarterly reports of the demo: the second quarter of 2017, mostly accepted, some late, one returned, one missing.

What stands in the rows is what the actions of `reports` would have written one by one; here it is written in bulk.
The third quarter has not ended on the demo's day, so its reports cannot be compiled yet.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils import timezone

from audit.record import Act, Deed, record_deeds
from organizations.models import User
from organizations.roles import Role
from reports import news
from reports.actions.compile import compile_quarter
from reports.frozen import digest
from reports.models import QuarterlyReport
from reports.quarters import Quarter
from reports.states import ReportState
from tasks.models import Plan

from . import DAY, dice
from .calendar import between

QUARTER = Quarter(2017, 2)
COMPILED, CITY_COMPILED, CITY_SIGNED = (datetime.date(2017, 7, day) for day in (3, 24, 25))
JIAOZHOU, SAFETY, OFFICE = "胶州市政府", "市安监局", "市安委会办公室"
REMARKS = "第六项工作要点缺少专项治理的检查家次和问题整改率，请核实补充后重新报送。"
VAGUE = "存在的问题写得过于笼统，请逐项说明原因和整改时限后重新报送。"
ADDED = "专项治理累计检查企业 318 家次，问题整改率 96.4%。"
REASON = "补充专项治理检查家次和问题整改率。"
SIGNED = ("state", "signed_by", "signed_at", "handed_in_on", "sha256", "drafted_by", "drafted_at", "decided_by",
          "decided_at", "remarks", "is_current", "narrative", "revision")  # fmt: skip


class Told(NamedTuple):
    """How many reports there are, and how many of them were accepted."""

    reports: int
    accepted: int


class _Teller:
    """Moves reports along and remembers what belongs into the record."""

    def __init__(self, plan: Plan, people: Iterable[User]) -> None:
        self.plan = plan
        self.deeds: list[Deed] = []
        self.inspectors: dict[int, User] = {}
        self.heads: dict[int, User] = {}
        self.admin: User | None = None
        for person in people:
            if person.role == Role.INSPECTOR:
                self.inspectors.setdefault(person.organization_id, person)
            if person.role == Role.HEAD:
                self.heads.setdefault(person.organization_id, person)
            if person.role == Role.ADMIN and person.sees_city:
                self.admin = self.admin or person

    def sign(self, report: QuarterlyReport, day: datetime.date) -> bool:
        """The head signs what the inspector completed; False where the unit has no head."""
        head = self.admin if report.is_city else self.heads.get(report.organization_id)
        if head is None or not any(report.narrative.values()):
            return False
        report.drafted_by = self.inspectors.get(report.organization_id, head)
        report.drafted_at = _at(day, 9)
        report.signed_by, report.signed_at = head, _at(day, 16)
        report.state, report.handed_in_on = ReportState.SIGNED, report.handed_in_on or day
        report.sha256 = digest(report.content())
        report.revision += 2
        after = {"state": report.state, "sha256": report.sha256, "version": report.version, "handed_in_on": day}
        self._note("report.sign", report, after, head, report.signed_at)
        return True

    def decide(self, report: QuarterlyReport, day: datetime.date, remarks: str = "") -> None:
        """The office accepts, or returns with remarks; what the office signed itself, its head decides."""
        by = self.admin
        if by is None or by == report.signed_by:
            return
        report.state = ReportState.RETURNED if remarks else ReportState.ACCEPTED
        report.decided_by, report.decided_at, report.remarks = by, _at(day, 10), remarks
        if remarks:
            report.handed_in_on = None
        after = {"state": report.state, "version": report.version} | ({"remarks": remarks} if remarks else {})
        self._note("report.return" if remarks else "report.accept", report, after, by, report.decided_at)

    def amend(self, report: QuarterlyReport, day: datetime.date, reason: str) -> QuarterlyReport:
        """A new version with one sentence more."""
        narrative = dict(report.narrative)
        narrative["6"] = f"{narrative.get('6', '')}\n{ADDED}".strip()
        report.is_current = False
        made = QuarterlyReport(
            plan=self.plan, organization=report.organization, quarter=report.quarter, version=report.version + 1,
            previous=report, due_on=report.due_on, handed_in_on=report.handed_in_on, reason=reason,
            document_number=report.document_number, figures=report.figures, narrative=narrative,
            problems=report.problems, next_steps=report.next_steps, compiled_at=_at(day, 9),
            drafted_by=self.inspectors.get(report.organization_id), drafted_at=_at(day, 9),
        )  # fmt: skip
        report.save(update_fields=["is_current"])
        made.save()
        after = {"version": made.version, "previous": report.pk, "reason": reason}
        self._note("report.amend", made, after, made.drafted_by, _at(day, 9))
        return made

    def _note(
        self, verb: str, report: QuarterlyReport, after: dict[str, Any], by: User | None, at: datetime.datetime
    ) -> None:
        self.deeds.append(Deed(Act(verb, report, None, after), by, at))


def _at(day: datetime.date, hour: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, 20)))


def hand_in_reports(*, plan: Plan, people: Iterable[User]) -> Told:
    """Compiles the second quarter and tells what became of each unit's report."""
    compile_quarter(plan=plan, quarter=QUARTER, by=None, at=_at(COMPILED, 8), today=COMPILED, tell_units=False)
    rows = QuarterlyReport.objects.of_plan(plan).filter(quarter=QUARTER.number)
    units = list(rows.of_units().select_related("plan", "organization").order_by("organization__position", "pk"))
    teller = _Teller(plan, people)
    # The last units in the official order make the exceptions.
    plain = [one for one in units if one.organization.label not in (JIAOZHOU, SAFETY, OFFICE)]
    missing, returned, *waiting = plain[-1:-5:-1]
    apart = {one.pk for one in (missing, returned, *waiting)}
    QuarterlyReport.objects.bulk_update(
        list(_summer(teller, [one for one in units if one.pk not in apart])), SIGNED, batch_size=100
    )
    compile_quarter(
        plan=plan, quarter=QUARTER, by=None, at=_at(CITY_COMPILED, 8), today=CITY_COMPILED, tell_units=False
    )
    city = rows.of_city().select_related("plan", "organization").get()
    if teller.sign(city, CITY_SIGNED):
        city.save()
    QuarterlyReport.objects.bulk_update(list(_autumn(teller, returned, waiting)), SIGNED)
    amended = [one for one in units if one.organization.label == JIAOZHOU and one.state == ReportState.ACCEPTED]
    for one in amended:
        made = teller.amend(one, datetime.date(2017, 9, 18), REASON)
        if made.drafted_by:
            news.to_sign(made, made.drafted_by, at=_at(datetime.date(2017, 9, 18), 10))
    _tell([one for one in units if one.organization.label in (JIAOZHOU, SAFETY)] + [returned, *waiting])
    record_deeds(sorted(teller.deeds, key=lambda deed: deed.at), scope_id=plan.issuer_id)
    current = rows.current()
    return Told(current.count(), current.filter(state=ReportState.ACCEPTED).count())


def _tell(reports: Iterable[QuarterlyReport]) -> None:
    """The messages of some reports: what the office was handed, what it decided."""
    for one in reports:
        if one.decided_at:
            news.decided(one, at=one.decided_at)
        elif one.signed_at:
            news.handed_in(one, at=one.signed_at)


def _summer(teller: _Teller, units: list[QuarterlyReport]) -> Iterator[QuarterlyReport]:
    """July: signed, mostly in time, and accepted; yields the rows that changed."""
    in_time = between(datetime.date(2017, 7, 4), QUARTER.due_on)
    behind = between(datetime.date(2017, 7, 11), datetime.date(2017, 7, 20))
    for one in units:
        rng = dice("report", one.organization.name)
        safety = one.organization.label == SAFETY
        late = rng.random() < 0.12 and one.organization.label != JIAOZHOU and not safety
        day = rng.choice(behind if late else in_time)
        if not teller.sign(one, day):
            continue
        yield one
        if safety:
            teller.decide(one, datetime.date(2017, 7, 12), REMARKS)
            one = teller.amend(one, datetime.date(2017, 7, 13), REMARKS)
            day = datetime.date(2017, 7, 14)
            teller.sign(one, day)
            yield one
        teller.decide(one, max(day, rng.choice(behind)) + datetime.timedelta(days=1))


def _autumn(teller: _Teller, returned: QuarterlyReport, waiting: list[QuarterlyReport]) -> Iterator[QuarterlyReport]:
    """September: three came in two months late; one went back, the others wait for the office."""
    days = between(datetime.date(2017, 9, 13), DAY)
    for one, day in zip([returned, *waiting], days, strict=False):
        if teller.sign(one, day):
            yield one
    if returned.is_frozen:
        teller.decide(returned, days[-1], VAGUE)
