"""The figures as strings: what each is called, its table, and what changed in them."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lib import formats

from .figures import done_rate, on_time_rate
from .models import QuarterlyReport
from .states import ReportState

Figures = dict[str, Any]
QUARTER = ("due", "done", "late", "waiting", "over", "extended")
TOTAL = ("total", "due", "done", "late", "waiting", "over", "ahead", "running", "extended")
SIGNALS = {"done": "done", "late": "late", "waiting": "sent", "over": "over", "ahead": "done", "running": "ok"}


def names() -> dict[str, str]:
    """What each figure is called."""
    return {
        "total": pgettext("figure", "Assignments"),
        "due": pgettext("figure", "Due"),
        "done": pgettext("figure", "Done on time"),
        "late": pgettext("figure", "Done late"),
        "waiting": pgettext("figure", "Awaiting sign-off"),
        "over": pgettext("figure", "Overdue"),
        "ahead": pgettext("figure", "Done ahead"),
        "running": pgettext("figure", "Not due yet"),
        "extended": pgettext("figure", "Extended"),
        "target": pgettext("figure", "Target"),
        "added": pgettext("figure", "In the quarter"),
        "report": pgettext("figure", "Report"),
    }


class Cell(NamedTuple):
    """A number, what it is, and the address of exactly the rows that it counts (empty for none)."""

    key: str
    label: str
    value: str
    href: str
    strong: bool


class Line(NamedTuple):
    """A row of a table of figures: a work point, or the sum."""

    label: str
    cells: list[Cell]
    rate: str


def percent(value: float | None) -> str:
    """92.5%; a dash where nothing fell due."""
    return "–" if value is None else f"{formats.number(value)}%"


def table(figures: Figures, span: str, base: str) -> list[Line]:
    """The figures of the quarter or of the whole plan so far, a line per work point and one for all.

    `base` is the address of the page that lists rows; empty: no links.
    """
    keys = QUARTER if span == "quarter" else TOTAL
    label = names()
    lines = [_line(pgettext("figure", "All work points"), figures[span], keys, label, base, {"span": span})]
    for point in figures["points"]:
        title = f"{formats.ordinal(point['number'])} {point['title']}"
        lines.append(_line(title, point[span], keys, label, base, {"span": span, "point": point["number"]}))
    return lines


def _line(
    title: str, counts: dict[str, int], keys: tuple[str, ...], label: dict[str, str], base: str, where: dict[str, Any]
) -> Line:
    cells = [
        Cell(
            key,
            label[key],
            formats.number(counts[key]),
            f"{base}?{urlencode(where | {'key': key})}" if base and counts[key] else "",
            key == "over" and counts[key] > 0,
        )
        for key in keys
    ]
    return Line(title, cells, percent(on_time_rate(counts)))


def heads(span: str) -> list[str]:
    """The heads of such a table, without the first and the last."""
    label = names()
    return [label[key] for key in (QUARTER if span == "quarter" else TOTAL)]


class Total(NamedTuple):
    """One figure of the strip."""

    signal: str
    label: str
    value: str
    hint: str
    href: str


def strip(figures: Figures, base: str) -> list[Total]:
    """The six or seven numbers that matter, since the plan began; the quarter's own below each."""
    total, quarter, label = figures["total"], figures["quarter"], names()
    found = []
    for key in ("due", "done", "late", "waiting", "over", "extended"):
        hint = _("in the quarter: %(number)s") % {"number": formats.number(quarter[key])}
        query = urlencode({"span": "total", "key": key})
        href = f"{base}?{query}" if base and total[key] else ""
        found.append(Total(SIGNALS.get(key, ""), label[key], formats.number(total[key]), hint, href))
    hint = _("signed off: %(rate)s") % {"rate": percent(done_rate(total))}
    found.append(Total("", _("On-time rate"), percent(on_time_rate(total)), hint, ""))
    return found


class Quantity(NamedTuple):
    """A target and how far it is reached."""

    href_task: int
    number: str
    title: str
    point: str
    done: str
    target: str
    added: str
    percent: int
    words: str


def quantities(figures: Figures) -> list[Quantity]:
    """One line per task with a target."""
    found = []
    for row in figures["quantities"]:
        done, target = float(row["done"]), float(row["target"])
        share = 100 if target <= 0 else int(100 * done / target)
        found.append(
            Quantity(
                row["task"], row["number"], row["title"], formats.ordinal(row["point"]), formats.number(done),
                formats.amount(_number(row["target"]), row["unit"]), formats.number(_number(row["added"])),
                min(100, share), f"{share}%",
            )
        )  # fmt: skip
    return found


def _number(text: str) -> Any:
    value = float(text)
    return int(value) if value.is_integer() else value


class Change(NamedTuple):
    """A number that differs, in words."""

    what: str
    old: str
    new: str


def change_lines(changes: list[dict[str, Any]]) -> list[Change]:
    """What changed in the figures, for people."""
    label = names()
    label["done_amount"] = pgettext("figure", "Reached")
    spans = {"quarter": _("this quarter"), "total": _("since the plan began")}
    found = []
    for one in changes:
        key = "done_amount" if one["where"] == "task" and one["key"] == "done" else one["key"]
        parts = [one["name"], label.get(key, key), spans.get(one["span"], "")]
        old, new = one["old"], one["new"]
        if key == "report":
            old, new = report_state(old), report_state(new)
        found.append(Change(_(" · ").join(part for part in parts if part), str(old), str(new)))
    return found


def report_state(state: str) -> str:
    """A unit's report as the city's report names it."""
    if not state:
        return _("not drafted")
    if state == ReportState.DRAFTED:
        return _("not handed in")
    return str(QuarterlyReport.State(state).label)
