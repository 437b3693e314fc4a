"""What happened to one duty until the demo's day: entries, submissions, decisions. Pure: no database, no clock."""

from __future__ import annotations

import datetime
from decimal import Decimal
from random import Random
from typing import NamedTuple

from . import DAY, LAST
from .calendar import ISSUED, between, earlier, later
from .phrases import COUNT, EVENT, SHARE
from .texts import AGAIN, FIRST, LAST_STAGE, MIDDLE, family

PROGRESS, SUBMIT, APPROVE, SEND_BACK = "progress", "submit", "approve", "send_back"


class Duty(NamedTuple):
    """What one assignment asks, and how diligent (0 to 1) its unit is."""

    starts_on: datetime.date
    due_on: datetime.date | None
    target: Decimal | None
    unit: str
    diligence: float


class Step(NamedTuple):
    """One act on one day; quantity, percent and stage are set for progress only."""

    verb: str
    on: datetime.date
    quantity: Decimal = Decimal(0)
    percent: int = 0
    stage: str = ""


def tell(rng: Random, duty: Duty) -> list[Step]:
    """The steps of one duty in their order; empty where nothing was begun."""
    first = max(duty.starts_on, ISSUED + datetime.timedelta(days=3))
    due_on = duty.due_on or datetime.date(DAY.year, 12, 31)
    if not between(first, LAST):
        return []
    if due_on < DAY:
        return _past(rng, duty, first, due_on)
    if (due_on - DAY).days <= 10:
        return _current(rng, duty, first)
    return _future(rng, duty, first, due_on)


def _past(rng: Random, duty: Duty, first: datetime.date, due_on: datetime.date) -> list[Step]:
    """The deadline has passed: mostly done in time, some late, and the fresh ones partly still open."""
    age = (DAY - due_on).days
    open_share = 0.3 if age <= 20 else 0.19 if age <= 51 else 0.1 if age <= 82 else 0.03
    draw = rng.random() / (1.65 - duty.diligence)
    if draw < open_share:
        return _left_open(rng, duty, first, due_on)
    if draw < open_share + 0.09:
        late = later(due_on, rng.randint(1, 18))
        return _done(rng, duty, first, late) if late else _left_open(rng, duty, first, due_on)
    day = earlier(due_on, min(14, int(rng.expovariate(0.22))))
    return _done(rng, duty, first, max(day, first))


def _left_open(rng: Random, duty: Duty, first: datetime.date, due_on: datetime.date) -> list[Step]:
    draw = rng.random()
    if draw < 0.06:
        return []
    if draw < 0.18:
        return _returned(rng, duty, first)
    handed_in = earlier(LAST, rng.randint(0, 4))
    if draw < 0.3 and handed_in > due_on:
        return _handed_in(rng, duty, first, handed_in)
    return _under_way(rng, duty, first, min(0.95, rng.uniform(0.45, 0.95)))


def _current(rng: Random, duty: Duty, first: datetime.date) -> list[Step]:
    """Due within ten days: a good part is done, another waits, the rest is nearly there."""
    draw = rng.random() / (0.6 + 0.6 * duty.diligence)
    if draw < 0.42:
        return _done(rng, duty, first, max(first, earlier(LAST, 2 + int(rng.expovariate(0.09)))))
    if draw < 0.6:
        return _handed_in(rng, duty, first, max(first, earlier(LAST, rng.randint(0, 6))))
    if draw < 0.65:
        return _returned(rng, duty, first)
    if draw > 0.985:
        return []
    return _under_way(rng, duty, first, rng.uniform(0.4, 0.95))


def _future(rng: Random, duty: Duty, first: datetime.date, due_on: datetime.date) -> list[Step]:
    """Due later: about as far as the time that has passed, here and there ahead of it, some not begun."""
    passed = (LAST - first).days / max(1, (due_on - first).days)
    draw = rng.random()
    if draw < 0.14 * passed * duty.diligence:
        return _done(rng, duty, first, max(first, earlier(LAST, 2 + int(rng.expovariate(0.06)))))
    if draw < 0.2 * passed * duty.diligence:
        return _handed_in(rng, duty, first, max(first, earlier(LAST, rng.randint(0, 7))))
    if draw < 0.22 * passed * duty.diligence:
        return _returned(rng, duty, first)
    if draw > 0.86 + 0.14 * min(1.0, passed * duty.diligence * 1.4):
        return []
    return _under_way(rng, duty, first, min(0.9, passed * rng.uniform(0.55, 1.2)))


def _under_way(rng: Random, duty: Duty, first: datetime.date, share: float) -> list[Step]:
    """Entries up to a share of the whole, the latest some days ago."""
    last = max(first, earlier(LAST, int(rng.expovariate(0.11))))
    return _entries(rng, duty, first, last, share)


def _handed_in(rng: Random, duty: Duty, first: datetime.date, day: datetime.date) -> list[Step]:
    """Complete and submitted on `day`, waiting for the reviewer."""
    steps = _entries(rng, duty, first, day, 1)
    return [*steps, Step(SUBMIT, max(day, steps[-1].on))]


def _returned(rng: Random, duty: Duty, first: datetime.date) -> list[Step]:
    """Submitted not long ago and sent back."""
    back = earlier(LAST, rng.randint(0, 8))
    steps = _handed_in(rng, duty, first, max(first, earlier(back, rng.randint(1, 4))))
    refused = max(back, later(steps[-1].on, 1) or LAST)
    return [*steps, Step(SEND_BACK, refused)] if refused > steps[-1].on else steps


def _done(rng: Random, duty: Duty, first: datetime.date, day: datetime.date) -> list[Step]:
    """Handed in on `day` and signed off a few days later; some only at the second attempt."""
    again = None
    if rng.random() < 0.07:  # a first attempt, sent back, with the missing paper added by `day`
        again = earlier(day, rng.randint(3, 8))
    if again is None or again <= first:
        steps = _handed_in(rng, duty, first, day)
    else:
        steps = _handed_in(rng, duty, first, again)
        refused = later(steps[-1].on, rng.randint(1, 2))
        if refused and refused < day:
            steps += [Step(SEND_BACK, refused), Step(PROGRESS, day, Decimal(0), 100, AGAIN), Step(SUBMIT, day)]
    signed = later(steps[-1].on, 1 + int(rng.expovariate(0.45)))
    return [*steps, Step(APPROVE, signed)] if signed else steps


def _entries(rng: Random, duty: Duty, first: datetime.date, last: datetime.date, share: float) -> list[Step]:
    """Progress up to `share` of the whole; where it is 1, the last entry stands on `last` and completes it."""
    days = between(first, last) or between(first, LAST)[:1]
    wanted = 1 + int(len(days) / 32 + rng.random() * 1.4)
    if duty.target and duty.target >= 20:
        wanted += 1
    number = max(1, min(wanted, 6, len(days)))
    chosen = [*sorted(rng.sample(days[:-1], number - 1)), days[-1]]
    steps: list[Step] = []
    total = Decimal(0)
    percent = 0
    for index, day in enumerate(chosen, 1):
        finishes = share == 1 and index == number
        reached = 1.0 if finishes else min(0.95, share * (index - rng.uniform(0, 0.45)) / number)
        before, total = total, max(total, _total(rng, duty, reached, finishes))
        percent = max(percent, _percent(duty, reached, total))
        stage = LAST_STAGE if finishes else FIRST if index == 1 else MIDDLE
        steps.append(Step(PROGRESS, day, total - before, percent, stage))
    return steps


def _total(rng: Random, duty: Duty, reached: float, finishes: bool) -> Decimal:
    """What is counted so far: whole numbers, nothing of a single paper until it is there."""
    if not duty.target:
        return Decimal(0)
    if finishes:
        beyond = rng.random() < 0.12 and family(duty.target, duty.unit) == COUNT
        return duty.target + (int(duty.target * Decimal("0.04")) if beyond else 0)
    if family(duty.target, duty.unit) not in (COUNT, EVENT, SHARE):
        return Decimal(0)
    return min(Decimal(int(float(duty.target) * reached)), duty.target - 1)


def _percent(duty: Duty, reached: float, total: Decimal) -> int:
    """From the number where there is one, otherwise the unit's own estimate in steps of five."""
    if duty.target and total:
        return int(min(Decimal(100), 100 * total / duty.target))
    return 100 if reached == 1.0 else max(5, int(reached * 20) * 5)
