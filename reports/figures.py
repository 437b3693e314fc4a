"""What had been done at the close of a day: pure, from how each assignment stood. No database, no clock.

Punctuality follows tasks.punctuality: by the day of handing in, not by the day on which somebody signed. Only the
last day itself differs: what was due on it and was not handed in counts as overdue, because the day is over.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tasks.states import AssignmentState

from .standing import Standing

# The parts of everything that stands. The first four are what fell due; "ahead" is done before its day.
DONE, LATE, WAITING, OVER, AHEAD, RUNNING = "done", "late", "waiting", "over", "ahead", "running"
FELL_DUE = (DONE, LATE, WAITING, OVER)
PARTS = (*FELL_DUE, AHEAD, RUNNING)
KEYS = ("total", "due", *PARTS, "extended")


def part_of(found: Standing, day: datetime.date) -> str | None:
    """Which of PARTS an assignment belongs to at the close of `day`; None for a cancelled one."""
    if found.state == AssignmentState.CANCELLED:
        return None
    fell_due = found.due_on is not None and found.due_on <= day
    if found.state == AssignmentState.DONE:
        late = found.due_on is not None and found.handed_in_on is not None and found.handed_in_on > found.due_on
        if late:
            return LATE
        return DONE if fell_due else AHEAD
    if not fell_due:
        return RUNNING
    in_time = found.handed_in_on is not None and found.due_on is not None and found.handed_in_on <= found.due_on
    return WAITING if in_time else OVER


class Row(NamedTuple):
    """One assignment that stands at the close of the day, as it is counted."""

    pk: int
    organization: int
    point: int
    task: int
    part: str
    due_on: datetime.date | None
    this_quarter: bool  # fell due in the quarter
    extended: bool
    extended_now: bool  # in the quarter


class Days(NamedTuple):
    """The quarter's first and last day."""

    first: datetime.date
    last: datetime.date


def row_of(
    pk: int, organization: int, point: int, task: int, starts_on: datetime.date, found: Standing, days: Days
) -> Row | None:
    """The row that is counted; None for a cancelled assignment and for one whose period has not begun."""
    part = part_of(found, days.last)
    if part is None or (part == RUNNING and starts_on > days.last):
        return None
    now = part in FELL_DUE and found.due_on is not None and days.first <= found.due_on <= days.last
    lately = any(days.first <= day <= days.last for day in found.extended_on)
    return Row(pk, organization, point, task, part, found.due_on, now, bool(found.extended_on), lately)


@dataclass(slots=True)
class Counts:
    """How many are in each part, since the plan began and in the quarter."""

    total: dict[str, int]
    quarter: dict[str, int]

    @classmethod
    def empty(cls) -> Counts:
        """All zero."""
        return cls(dict.fromkeys(KEYS, 0), dict.fromkeys(("due", *FELL_DUE, "extended"), 0))

    def add(self, row: Row) -> None:
        """Counts one row."""
        total, quarter = self.total, self.quarter
        total["total"] += 1
        total[row.part] += 1
        total["due"] += row.part in FELL_DUE
        total["extended"] += row.extended
        quarter["extended"] += row.extended_now
        if row.this_quarter:
            quarter["due"] += 1
            quarter[row.part] += 1


def counted(rows: Iterable[Row]) -> Counts:
    """The counts of some rows."""
    found = Counts.empty()
    for row in rows:
        found.add(row)
    return found


def selects(row: Row, key: str, span: str) -> bool:
    """Whether a row is among those that the figure `key` of `span` (total or quarter) counts."""
    if key == "extended":
        return row.extended_now if span == "quarter" else row.extended
    if span == "quarter" and not row.this_quarter:
        return False
    if key == "total":
        return True
    return row.part in FELL_DUE if key == "due" else row.part == key


def rate(counts: dict[str, int], keys: Sequence[str]) -> float | None:
    """Percent of what fell due that is in these parts, to one place; None where nothing fell due."""
    return round(100 * sum(counts[key] for key in keys) / counts["due"], 1) if counts["due"] else None


def on_time_rate(counts: dict[str, int]) -> float | None:
    """按期率: handed in by the deadline, whether signed off already or waiting for it."""
    return rate(counts, (DONE, WAITING))


def done_rate(counts: dict[str, int]) -> float | None:
    """完成率: signed off, in time or late."""
    return rate(counts, (DONE, LATE))
