"""What the rows of a return come to. There is one way only: the rows are carried out, by the same verbs as on the
page of an assignment; a preview does it in a transaction that is rolled back, so it cannot promise anything else.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from lib import periods
from tasks.actions import reviews
from tasks.actions.claim import StaleError, locked
from tasks.actions.progress import Signed, log_progress
from tasks.imports.cells import plain
from tasks.imports.faults import CellError
from tasks.models import Assignment, ProgressEntry, ReturnRow
from tasks.states import UNIT_ACTS
from tasks.told import TellableError

from .keys import entry_key
from .meaning import Meanings
from .read import Line
from .values import percent

if TYPE_CHECKING:
    from organizations.models import User

Verdict = ReturnRow.Verdict
_TAKEN = {"completed", "rate", "done", "note"}  # a wrong cell here counts as blank, and the rest of its row is taken
_COLUMNS = {"quantity": "completed", "percent": "rate", "what": "progress", "happened_on": "progress"}


class Act(NamedTuple):
    """Who brings it in (None: the server's command line), when, for which quarter, filled in on which day, by whom."""

    by: User | None
    at: datetime.datetime
    today: datetime.date
    quarter: str
    filled_on: datetime.date | None
    signed: Signed | None = None

    def day_for(self, one: Assignment) -> datetime.date:
        """The day of the entry: that of the paper, but no later than the quarter that it reports on. A paper of
        5 July on the second quarter tells of the second quarter."""
        day = self.filled_on or self.today
        if day > self.today:
            return day  # which the rules refuse
        last = periods.last_day(int(self.quarter[:4]), 3 * int(self.quarter[-1])) if self.quarter else day
        return max(min(day, last), one.starts_on)


class Judged(NamedTuple):
    """What a row comes to; `effect` tells before and after, and whether it hands in or what is missing for that."""

    line: Line
    verdict: str
    assignment: Assignment | None
    faults: list[CellError]
    effect: dict[str, Any]
    entry: ProgressEntry | None = None


def carry_out(lines: Sequence[Line], meanings: Meanings, act: Act) -> list[Judged]:
    """Writes what the rows say, in the current transaction, which has locked what they mean; rows with a fault are left
    out."""
    first: dict[int, int] = {}
    found = []
    for line in lines:
        try:
            if line.said.is_blank:
                if not meanings.identified:
                    meanings.check_number(line)
                found.append(Judged(line, Verdict.REFUSED if _spoiled(line) else Verdict.BLANK, None, line.faults, {}))
                continue
            one = meanings.of(line)
            if first.setdefault(one.pk, line.row) != line.row:
                raise CellError("number_duplicate", line.number, "number", row=first[one.pk])
        except CellError as error:
            found.append(Judged(line, Verdict.REFUSED, None, [error, *line.faults], {}))
            continue
        found.append(_row(line, one, act))
    return found


def _spoiled(line: Line) -> bool:
    """Whether a cell is wrong without which the row says something else."""
    return any(fault.field not in _TAKEN for fault in line.faults)


def _row(line: Line, one: Assignment, act: Act) -> Judged:
    day = act.day_for(one)
    key = entry_key(one.pk, act.quarter or day.isoformat(), line.said._asdict())
    now = locked(one)
    if ProgressEntry.objects.filter(assignment=one, request_key=key).exists():
        return Judged(line, Verdict.KNOWN, one, line.faults, {})
    faults = _faults(line, now)
    if faults or _spoiled(line):
        return Judged(line, Verdict.REFUSED, one, [*line.faults, *faults], {})
    said = line.said
    before = {"quantity": plain(now.quantity), "percent": now.percent}
    added = Decimal(0) if said.completed is None else said.completed - now.quantity
    try:
        with transaction.atomic():
            entry = log_progress(
                assignment=now, by=act.by, at=act.at, today=act.today, happened_on=day,
                quantity=added, percent=percent(said.rate), what=said.progress or "",
                problems=said.problems or "", next_steps=said.next_steps or "", request_key=key,
                signed=act.signed,
            )  # fmt: skip
    except ValidationError as error:
        return Judged(line, Verdict.REFUSED, one, [*line.faults, *_told(error)], {})
    effect: dict[str, Any] = {
        "before": before,
        "added": plain(entry.quantity),
        "after": {"quantity": plain(entry.total), "percent": entry.percent},
    }
    if said.done:
        effect |= _hand_in(now, act)
    return Judged(line, Verdict.ADDED, one, line.faults, effect, entry)


def _hand_in(one: Assignment, act: Act) -> dict[str, Any]:
    """Submits where the gates allow it; otherwise what is missing, as [code, details]. The progress is logged in any
    case. Somebody has to hand it in, so nobody does on the command line without an account."""
    if act.by is None:
        return {"submits": False, "missing": ["nobody", {}]}
    try:
        with transaction.atomic():
            reviews.submit(assignment=one, by=act.by, at=act.at, today=act.today)
    except TellableError as error:
        return {"submits": False, "missing": [error.code, error.details]}
    except StaleError as error:
        return {"submits": False, "missing": ["closed", {"state": error.state}]}
    return {"submits": True}


def _faults(line: Line, now: Assignment) -> list[CellError]:
    """What the rules of entries do not know: the total, and what a closed assignment means to a unit."""
    if now.state not in UNIT_ACTS:
        return [CellError("closed", None, "number", state=now.state)]
    found = []
    if line.said.completed is not None and line.said.completed < now.quantity:
        total = str(plain(line.said.completed))
        found.append(CellError("below_total", total, "completed", logged=float(now.quantity)))
    if not line.said.progress and all(fault.field != "progress" for fault in line.faults):
        found.append(CellError("progress_missing", None, "progress"))
    return found


def _told(error: ValidationError) -> list[CellError]:
    """The rules' refusals, beside the column that they are about."""
    return [
        CellError(one.code, None, _COLUMNS.get(field, field), **one.details)
        for field, errors in error.error_dict.items()
        for one in errors
        if isinstance(one, TellableError)
    ]
