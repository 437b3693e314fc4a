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

from tasks.actions import reviews
from tasks.actions.claim import locked
from tasks.actions.progress import Signed, log_progress
from tasks.imports.cells import plain
from tasks.imports.return_keys import entry_key
from tasks.models import Assignment, ProgressEntry, ReturnRow
from tasks.states import UNIT_ACTS

from .meaning import Meanings
from .read import Fault, Line
from .values import Said

if TYPE_CHECKING:
    from organizations.models import User

Verdict = ReturnRow.Verdict
LIMIT = 2000
_TAKEN = {"rate_not_number", "amount_not_number", "done_unclear"}  # the rest of such a row is taken


class Act(NamedTuple):
    """Who brings it in, when, on which day it was filled in, and by whom."""

    by: User
    at: datetime.datetime
    today: datetime.date
    filled_on: datetime.date
    signed: Signed | None = None


class Judged(NamedTuple):
    """What a row comes to; `effect` tells before and after, and whether it hands in or what is missing for that."""

    line: Line
    verdict: str
    assignment: Assignment | None
    faults: list[Fault]
    effect: dict[str, Any]
    entry: ProgressEntry | None = None


def carry_out(lines: Sequence[Line], meanings: Meanings, quarter: str, act: Act) -> list[Judged]:
    """Writes what the rows say, in the current transaction; rows with a fault are left out."""
    first: dict[int, int] = {}
    found = []
    for line in lines:
        if line.said.is_blank and not line.faults:
            found.append(Judged(line, Verdict.BLANK, None, [], {}))
            continue
        one, faults = meanings.of(line)
        if one is not None and first.setdefault(one.pk, line.row) != line.row:
            faults = [Fault("row_twice", "number", line.number, {"row": first[one.pk]})]
        if one is None or faults:
            found.append(Judged(line, Verdict.REFUSED, one, [*line.faults, *faults], {}))
            continue
        found.append(_row(line, one, quarter, act))
    return found


def _row(line: Line, one: Assignment, quarter: str, act: Act) -> Judged:
    key = entry_key(one.pk, quarter or act.filled_on.isoformat(), line.said._asdict())
    if ProgressEntry.objects.filter(assignment=one, request_key=key).exists():
        return Judged(line, Verdict.KNOWN, one, line.faults, {})
    now = locked(one)
    faults = [*line.faults, *_faults(line.said, now)]
    if any(fault.code not in _TAKEN for fault in faults):
        return Judged(line, Verdict.REFUSED, one, faults, {})
    said = line.said
    before = {"quantity": plain(now.quantity), "percent": now.percent}
    added = Decimal(0) if said.completed is None else said.completed - now.quantity
    try:
        with transaction.atomic():
            entry = log_progress(
                assignment=now, by=act.by, at=act.at, today=act.today,
                happened_on=max(act.filled_on, now.starts_on) if act.filled_on <= act.today else act.filled_on,
                quantity=added, percent=_percent(said.rate), what=said.progress or "",
                problems=said.problems or "", next_steps=said.next_steps or "", request_key=key,
                signed=act.signed,
            )  # fmt: skip
    except ValidationError as error:
        return Judged(line, Verdict.REFUSED, one, [*faults, *_told(error)], {})
    effect: dict[str, Any] = {
        "before": before,
        "added": plain(entry.quantity),
        "after": {"quantity": plain(entry.total), "percent": entry.percent},
    }
    if said.done:
        effect |= _hand_in(now, act)
    return Judged(line, Verdict.ADDED, one, faults, effect, entry)


def _hand_in(one: Assignment, act: Act) -> dict[str, Any]:
    """Submits where the gates allow it; otherwise what is missing. The progress is logged in any case."""
    try:
        with transaction.atomic():
            reviews.submit(assignment=one, by=act.by, at=act.at, today=act.today)
    except ValidationError as error:
        return {"submits": False, "missing": " ".join(error.messages)}
    return {"submits": True}


def _faults(said: Said, now: Assignment) -> list[Fault]:
    """What the rules of entries do not know: the total, and what a closed assignment means to a unit."""
    found = []
    if now.state not in UNIT_ACTS:
        return [Fault("closed", "number", None, {"state": str(now.get_state_display())})]
    if not said.progress:
        found.append(Fault("progress_missing", "progress", None))
    if said.completed is not None and said.completed < now.quantity:
        logged = float(now.quantity)
        found.append(Fault("below_total", "completed", str(plain(said.completed)), {"logged": logged}))
    for field in ("progress", "problems", "next_steps"):
        length = len(getattr(said, field) or "")
        if length > LIMIT:
            found.append(Fault("text_too_long", field, None, {"length": length, "limit": LIMIT}))
    return found


def _told(error: ValidationError) -> list[Fault]:
    """The rules' own words, beside the column that they are about."""
    columns = {"quantity": "completed", "percent": "rate", "what": "progress", "happened_on": "progress"}
    if not hasattr(error, "error_dict"):
        return [Fault("rule", "progress", None, {"text": " ".join(error.messages)})]
    return [
        Fault("rule", columns.get(field, field), None, {"text": " ".join(ValidationError(errors).messages)})
        for field, errors in error.error_dict.items()
    ]


def _percent(rate: Decimal | None) -> int | None:
    """Whole percent, never rounded up: 99.6 % is not done."""
    return None if rate is None else min(100, int(rate))
