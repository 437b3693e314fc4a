"""Random histories of assignments, and the figures counted from them in the most naive way there is.

Nothing here shares code with reports.figures: days are walked one after the other, and each is asked anew.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from hypothesis import strategies as st

FIRST = datetime.date(2017, 4, 7)
OPEN = ("not_started", "in_progress", "sent_back")


class Step(NamedTuple):
    """An act on a day: verb and, for a change of the deadline, how far it moves."""

    verb: str
    on: datetime.date
    shift: int = 0


class History(NamedTuple):
    """One assignment's life: its first deadline, what was done, and since when the plan asks it."""

    due_on: datetime.date | None
    steps: list[Step]
    added_on: datetime.date | None = None


VERBS = ("start", "hand_in", "endorse", "submit", "approve", "send_back", "withdraw", "reopen", "cancel", "revive",
         "extend", "adjust")  # fmt: skip
ALLOWED = {
    "start": ("not_started",),
    "hand_in": OPEN,
    "endorse": ("with_head",),
    "submit": OPEN,
    "approve": ("submitted",),
    "send_back": ("with_head", "submitted"),
    "withdraw": ("with_head", "submitted"),
    "reopen": ("done",),
    "cancel": (*OPEN, "with_head", "submitted"),
    "revive": ("cancelled",),
    "extend": OPEN,
    "adjust": OPEN,
}
LEADS = {
    "start": "in_progress",
    "hand_in": "with_head",
    "endorse": "submitted",
    "submit": "submitted",
    "approve": "done",
    "send_back": "sent_back",
    "withdraw": "in_progress",
    "reopen": "in_progress",
    "cancel": "cancelled",
    "revive": "not_started",
}


DAYS = st.integers(0, 170).map(lambda number: FIRST + datetime.timedelta(days=number))


@st.composite
def histories(draw: Any) -> History:
    """A life that the rules allow, of up to ten acts between April and September; some begin later than the plan."""
    due_on, added_on = draw(st.none() | DAYS), draw(st.none() | DAYS)
    state, day, steps = "not_started", added_on or FIRST, []
    for _ in range(draw(st.integers(0, 10))):
        verbs = [verb for verb in VERBS if state in ALLOWED[verb] and (due_on or verb not in ("extend", "adjust"))]
        verb = draw(st.sampled_from(verbs))
        day += datetime.timedelta(days=draw(st.integers(0, 25)))
        shift = draw(st.integers(1, 40)) if verb == "extend" else draw(st.integers(-30, 30)) if verb == "adjust" else 0
        steps.append(Step(verb, day, shift))
        state = LEADS.get(verb, state)
    return History(due_on, steps, added_on)


def deadline_at(life: History, day: datetime.date) -> datetime.date | None:
    """The deadline in force at the close of a day."""
    if life.due_on is None:
        return None
    return life.due_on + datetime.timedelta(days=sum(step.shift for step in life.steps if step.on <= day))


def naive(lives: list[History], first: datetime.date, last: datetime.date) -> dict[str, dict[str, int]]:
    """The figures of some lives at the close of `last`, for a quarter that begins with `first`."""
    total = dict.fromkeys(("total", "due", "done", "late", "waiting", "over", "ahead", "running", "extended"), 0)
    quarter = dict.fromkeys(("due", "done", "late", "waiting", "over", "extended"), 0)
    for life in lives:
        if life.added_on is not None and life.added_on > last:
            continue  # on that day nobody asked it
        past = [step for step in life.steps if step.on <= last]
        states = [LEADS[step.verb] for step in past if step.verb in LEADS]
        state = states[-1] if states else "not_started"
        if state == "cancelled":
            continue
        total["total"] += 1
        total["extended"] += any(step.verb == "extend" for step in past)
        quarter["extended"] += any(step.verb == "extend" and step.on >= first for step in past)
        due_on = deadline_at(life, last)
        sent = None
        if state in ("submitted", "done"):
            sent = [step.on for step in past if step.verb in ("submit", "endorse")][-1]
        over_by = due_on is not None and due_on <= last
        in_time = sent is not None and (due_on is None or sent <= due_on)
        if state == "done":
            part = "late" if not in_time else "done" if over_by else "ahead"
        elif not over_by:
            part = "running"
        else:
            part = "waiting" if in_time else "over"
        total[part] += 1
        if part in ("done", "late", "waiting", "over"):
            total["due"] += 1
            if due_on is not None and first <= due_on <= last:
                quarter["due"] += 1
                quarter[part] += 1
    return {"total": total, "quarter": quarter}
