"""The city's report: the whole plan's figures, the ranking of the units, who is missing, and the accepted texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from organizations.models import Organization
from tasks.models import Plan

from .asof import Snapshot
from .figures import OVER, counted, done_rate, on_time_rate
from .models import QuarterlyReport
from .quarters import Quarter
from .states import ReportState
from .texts import Text

UNITS_A_POINT = 6  # whose words stand under a work point: those with most work in it
UNITS_IN_ALL = 20  # whose problems and next steps are quoted: those with most overdue
WORDS = 150  # of a unit's text; the whole stands in its own report


def standing_reports(plan: Plan, quarter: Quarter) -> dict[int, QuarterlyReport]:
    """Per unit the version that counts: the latest accepted one, otherwise the current one. One query."""
    rows = QuarterlyReport.objects.of_plan(plan).of_units().filter(quarter=quarter.number).order_by("version")
    found: dict[int, QuarterlyReport] = {}
    for report in rows:
        known = found.get(report.organization_id)
        if known is None or report.state == ReportState.ACCEPTED or known.state != ReportState.ACCEPTED:
            found[report.organization_id] = report
    return found


def city_figures(
    snapshot: Snapshot, units: Sequence[Organization], reports: dict[int, QuarterlyReport]
) -> dict[str, Any]:
    """The figures of the whole city with its units, best first."""
    found = snapshot.figures(None)
    lines = [_line(snapshot, unit, reports.get(unit.pk)) for unit in units]
    lines.sort(key=_merit)
    for place, line in enumerate(lines, 1):
        same = place > 1 and _merit(line)[:-1] == _merit(lines[place - 2])[:-1]
        line["rank"] = lines[place - 2]["rank"] if same else place
    found["units"] = lines
    own = {unit.pk for unit in units}
    others = counted(row for row in snapshot.rows if row.organization not in own)
    found["others"] = {
        "number": len(snapshot.by_organization.keys() - own),
        "total": others.total,
        "quarter": others.quarter,
    }
    return found


def _line(snapshot: Snapshot, unit: Organization, report: QuarterlyReport | None) -> dict[str, Any]:
    counts = counted(snapshot.rows_of(unit.pk))
    handed_in = report.handed_in_on if report else None
    return {
        "organization": unit.pk,
        "name": unit.label,
        "total": counts.total,
        "quarter": counts.quarter,
        "report": report.state if report else "",
        "version": report.version if report else 0,
        "handed_in_on": handed_in.isoformat() if handed_in else "",
        "late": bool(report and report.is_late()),
        "position": unit.position,
    }


def _merit(line: dict[str, Any]) -> tuple[Any, ...]:
    """Sorted by: punctuality, completion, fewer overdue; those to whom nothing fell due come last."""
    counts = line["total"]
    on_time, done = on_time_rate(counts), done_rate(counts)
    return (on_time is None, -(on_time or 0), -(done or 0), counts[OVER], line["position"])


def missing(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Units whose report was not accepted, in their official order."""
    lines = [line for line in figures.get("units", []) if line["report"] != ReportState.ACCEPTED]
    return sorted(lines, key=lambda line: line["position"])


def city_text(figures: dict[str, Any], reports: Iterable[QuarterlyReport]) -> Text:
    """Compiled from the accepted reports: per work point the words of those with most work in it."""
    accepted = [report for report in reports if report.state == ReportState.ACCEPTED]
    accepted.sort(key=lambda report: (report.organization.position, report.organization_id))
    told: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for report in accepted:
        weights = {str(point["number"]): point["total"]["total"] for point in report.figures.get("points", [])}
        for number, text in report.narrative.items():
            if text.strip():
                told[number].append((weights.get(number, 0), f"{report.organization.label}：{short(text)}"))
    narrative = {number: "\n".join(_heaviest(lines, UNITS_A_POINT)) for number, lines in told.items()}
    order = [str(point["number"]) for point in figures["points"]]
    return Text(
        {number: narrative[number] for number in order if number in narrative},
        _quoted([(one, one.problems) for one in accepted]),
        _quoted([(one, one.next_steps) for one in accepted]),
    )


def _quoted(texts: list[tuple[QuarterlyReport, str]]) -> str:
    """The words of the units with most overdue, in their official order."""
    lines = [
        (one.figures["total"][OVER], f"{one.organization.label}：{short(text)}") for one, text in texts if text.strip()
    ]
    return "\n".join(_heaviest(lines, UNITS_IN_ALL))


def _heaviest(lines: list[tuple[int, str]], number: int) -> list[str]:
    """So many of the weightiest, in the order in which they came."""
    kept = sorted(range(len(lines)), key=lambda place: -lines[place][0])[:number]
    return [lines[place][1] for place in sorted(kept)]


def short(text: str) -> str:
    """The beginning of a text in one line: whole sentences, as many as fit."""
    line = " ".join(text.split())
    if len(line) <= WORDS:
        return line
    end = max(line.rfind(stop, 0, WORDS) for stop in "。！？；")
    return line[: end + 1] if end > 0 else line[: WORDS - 2].rstrip("，、 ") + "……"
