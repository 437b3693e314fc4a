"""Drafting the reports of a quarter, for every unit that has assignments and for the city; again and again."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from audit.record import Act, record_many
from organizations.models import Organization
from reports import news
from reports.asof import Snapshot
from reports.city import city_figures, city_text, standing_reports
from reports.compare import changes
from reports.members import reporting
from reports.models import QuarterlyReport
from reports.quarters import Quarter, refuse_unready
from reports.states import ReportState
from reports.texts import Text, draft, entries_of
from tasks.models import Plan

if TYPE_CHECKING:
    from organizations.models import User

CHUNK = 10  # reports written in one transaction: so far apart are two looks at whether to stop


class Outcome(NamedTuple):
    """How many reports were drafted, got new figures, or stayed as they are."""

    created: int = 0
    refreshed: int = 0
    kept: int = 0

    def plus(self, other: Outcome) -> Outcome:
        """The sum."""
        return Outcome(*(one + two for one, two in zip(self, other, strict=True)))


class Compiled(NamedTuple):
    """What a report would be if it were drafted now."""

    organization: Organization
    figures: dict[str, Any]
    text: Text


Tell = Callable[[int, int], None]  # (done, total); what it raises ends the compiling between two chunks


def compile_quarter(
    *,
    plan: Plan,
    quarter: Quarter,
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    tell: Tell = lambda done, total: None,
    tell_units: bool = True,
) -> Outcome:
    """Drafts what is missing and refreshes the figures of drafts; words and signed reports stay as they are.

    The words of a draft that nobody has touched are compiled anew as well. `tell` hears how far it is after each
    chunk; `tell_units` False writes no news to them. Raises ValidationError for a quarter that has not ended or lies
    before the plan.
    """
    refuse_unready(plan, quarter, today)
    snapshot = Snapshot(plan, quarter)
    units = reporting(plan, snapshot.by_organization)
    total = len(units) + 1
    outcome, done = Outcome(), 0
    for chunk in _chunks(snapshot, units):
        tell(done, total)
        outcome = outcome.plus(_write(plan, quarter, chunk, by, at, tell_units))
        done += len(chunk)
    tell(done, total)
    return outcome.plus(_write(plan, quarter, [_city(snapshot, units)], by, at))


def _chunks(snapshot: Snapshot, units: Sequence[Organization]) -> Iterator[list[Compiled]]:
    for start in range(0, len(units), CHUNK):
        part = units[start : start + CHUNK]
        entries = entries_of(snapshot, [unit.pk for unit in part])
        yield [Compiled(unit, snapshot.figures(unit.pk), draft(snapshot, entries.get(unit.pk, []))) for unit in part]


def _city(snapshot: Snapshot, units: Sequence[Organization]) -> Compiled:
    reports = standing_reports(snapshot.plan, snapshot.quarter)
    figures = city_figures(snapshot, units, reports)
    return Compiled(snapshot.plan.issuer, figures, city_text(figures, reports.values()))


@transaction.atomic
def _write(
    plan: Plan,
    quarter: Quarter,
    compiled: Sequence[Compiled],
    by: User | None,
    at: datetime.datetime,
    tell_units: bool = True,
) -> Outcome:
    """One chunk, all or none; the plan is locked, so that two at once do not draft the same report twice."""
    Plan.objects.select_for_update().get(pk=plan.pk)
    rows = QuarterlyReport.objects.of_plan(plan).current().filter(quarter=quarter.number)
    known = {row.organization_id: row for row in rows.filter(organization__in=[one.organization for one in compiled])}
    new = [_new(plan, quarter, one, at) for one in compiled if one.organization.pk not in known]
    QuarterlyReport.objects.bulk_create(new)
    changed: list[tuple[QuarterlyReport, list[dict[str, Any]]]] = []
    for one in compiled:
        report = known.get(one.organization.pk)
        if report is not None and report.state == ReportState.DRAFTED:
            differing = _renew(report, one, at)
            if differing is not None:
                changed.append((report, differing))
    QuarterlyReport.objects.bulk_update([row for row, _differing in changed], _RENEWED)
    acts = [Act("report.draft", row, None, {"version": 1}) for row in new]
    acts += [Act("report.refresh", row, None, {"changes": differing[:200]}) for row, differing in changed]
    record_many(acts, by=by, at=at, scope_id=plan.issuer_id)
    if tell_units:
        news.drafted([row for row in new if row.organization_id != plan.issuer_id], at=at)
    return Outcome(len(new), len(changed), len(compiled) - len(new) - len(changed))


_RENEWED = ["figures", "figure_changes", "compiled_at", "narrative", "problems", "next_steps"]


def _renew(report: QuarterlyReport, one: Compiled, at: datetime.datetime) -> list[dict[str, Any]] | None:
    """Brings a draft up to date; returns what changed in its figures, None where nothing did at all."""
    untouched = report.drafted_by_id is None
    text = {"narrative": one.text.narrative, "problems": one.text.problems, "next_steps": one.text.next_steps}
    same_text = all(getattr(report, name) == value for name, value in text.items())
    if report.figures == one.figures and (same_text or not untouched):
        return None
    differing = changes(report.figures, one.figures)
    if untouched:
        for name, value in text.items():
            setattr(report, name, value)
    if report.figures != one.figures:
        report.figures, report.figure_changes = one.figures, differing
    report.compiled_at = at
    return differing


def _new(plan: Plan, quarter: Quarter, one: Compiled, at: datetime.datetime) -> QuarterlyReport:
    is_city = one.organization.pk == plan.issuer_id
    return QuarterlyReport(
        plan=plan,
        organization=one.organization,
        quarter=quarter.number,
        due_on=quarter.city_due_on if is_city else quarter.due_on,
        document_number=number_of(one.organization, quarter),
        figures=one.figures,
        narrative=one.text.narrative,
        problems=one.text.problems,
        next_steps=one.text.next_steps,
        compiled_at=at,
    )


def number_of(unit: Organization, quarter: Quarter) -> str:
    """The document number proposed to the unit, in the offices' form: 胶州市政府安报〔2017〕2号."""
    return f"{unit.label[:40]}安报〔{quarter.year}〕{quarter.number}号"
