"""What changed this week: became overdue, handed in and signed off, handed in, sent back, newly begun.

A week is today and the six days before. Each line counts rows and leads to exactly these; it names the units
with most of them. Completion is dated by the day of handing in, as everywhere.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from lib import formats

from .changes import Change, Event
from .dashboard import WEEK, Unit
from .dashboard_matrix import Links
from .models.assignment import AssignmentQuerySet
from .punctuality import done_late_q
from .states import AssignmentState

NAMED = 3  # units named in a line


class Part(NamedTuple):
    """A unit's share of a line."""

    label: str
    number: str
    href: str


class Line(NamedTuple):
    """One kind of change. `late` is a part of it that came late, or None."""

    signal: str
    label: str
    total: int
    number: str
    href: str
    late: Part | None
    parts: list[Part]
    more: bool


class _Counted(NamedTuple):
    """Numbers by organization: of all, of those late."""

    all: dict[int, int]
    late: dict[int, int]


def changes_of(
    rows: AssignmentQuerySet, fresh: dict[int, int], units: Sequence[Unit], today: datetime.date,
    base: dict[str, str], links: Links,
) -> list[Line]:  # fmt: skip
    """The lines, worst first. `rows` are the assignments of the scope, `fresh` what became overdue, by unit.

    Three queries over short ranges.
    """
    since, yesterday = today - WEEK, today - datetime.timedelta(days=1)
    done, sent = _handed_in(rows, since, today)
    back, new = (Change(event, since) for event in (Event.BACK, Event.NEW))
    over_query: dict[str, object] = {"signal": "over", "due_from": yesterday - WEEK, "due_to": yesterday}
    done_query: dict[str, object] = {"done_from": since, "done_to": today}
    told: list[tuple[str, str, _Counted, dict[str, object]]] = [
        ("over", _("Became overdue"), _Counted(fresh, {}), over_query),
        ("back", _("Sent back"), _by_unit(rows, back.q(today)), {"change": back}),
        ("sent", _("Handed in, waiting for sign-off"), sent, {"change": Change(Event.SENT, since)}),
        ("done", _("Handed in and signed off"), done, done_query),
        ("none", _("Newly begun"), _by_unit(rows, new.q(today)), {"change": new}),
    ]
    order = {unit.pk: (index, unit.label) for index, unit in enumerate(units)}
    return [_line(signal, label, counted, query, order, base, links) for signal, label, counted, query in told]


def _handed_in(rows: AssignmentQuerySet, since: datetime.date, today: datetime.date) -> tuple[_Counted, _Counted]:
    """What was handed in this week, and since signed off or still waiting: one range of an index."""
    done, sent = Q(state=AssignmentState.DONE), Q(state=AssignmentState.SUBMITTED)
    found = rows.filter(done_on__range=(since, today)).order_by().values("organization")
    counted = found.annotate(
        done=Count("pk", filter=done), late=Count("pk", filter=done_late_q()), sent=Count("pk", filter=sent)
    ).values_list("organization", "done", "late", "sent")
    table = list(counted)
    return (
        _Counted({r[0]: r[1] for r in table if r[1]}, {r[0]: r[2] for r in table if r[2]}),
        _Counted({r[0]: r[3] for r in table if r[3]}, {}),
    )


def _by_unit(rows: AssignmentQuerySet, condition: Q) -> _Counted:
    found = rows.filter(condition).order_by().values_list("organization").annotate(n=Count("pk"))
    return _Counted(dict(found), {})


def _line(
    signal: str, label: str, counted: _Counted, query: dict[str, object], order: dict[int, tuple[int, str]],
    base: dict[str, str], links: Links,
) -> Line:  # fmt: skip
    total, late = sum(counted.all.values()), sum(counted.late.values())
    most = sorted(counted.all, key=lambda pk: (-counted.all[pk], order[pk][0]))
    parts = [
        Part(order[pk][1], formats.number(counted.all[pk]), links.ledger(query_of(query), unit=pk))
        for pk in most[:NAMED]
    ]
    came_late = Part(_("late"), formats.number(late), links.ledger(base, query_of(query), signal="late"))
    return Line(
        signal, label, total, formats.number(total), links.ledger(base, query_of(query)),
        came_late if late else None, parts, len(most) > NAMED,
    )  # fmt: skip


def query_of(query: dict[str, object]) -> dict[str, str]:
    """Parameters as they stand in an address."""
    return {key: str(value) for key, value in query.items()}
