"""How many rows of each signal, from the summary where it can tell, otherwise from the rows.

The summary (AssignmentCount, BranchCount) knows plan, work point, organization, deadline and punctuality, so it answers
for people who see the whole city without touching the rows. It knows neither tasks nor roles nor words.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from django.db.models import Aggregate, Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from organizations.models import Organization, User

from .counts import NEVER
from .filters import AssignmentFilter
from .models import AssignmentCount, BranchCount, Plan
from .models.assignment import AssignmentQuerySet
from .punctuality import signal_q, soon_limit
from .states import PUNCTUALITY, Signal

Lot = AssignmentCount.Lot
_FROM_SUMMARY = frozenset({"point", "unit", "under", "signal", "due_from", "due_to", "scope"})
_WITH_UNIT = Q(lot=Lot.WITH_UNIT)
Summary = QuerySet[AssignmentCount] | QuerySet[BranchCount]


class Tally(NamedTuple):
    """Numbers of rows; the first five add up to `total`, `sent` is contained in them."""

    ok: int = 0
    soon: int = 0
    over: int = 0
    done: int = 0
    late: int = 0
    sent: int = 0

    @property
    def total(self) -> int:
        """All that were not cancelled."""
        return self.ok + self.soon + self.over + self.done + self.late

    @property
    def closed(self) -> int:
        """All that were signed off."""
        return self.done + self.late

    @property
    def percent(self) -> int:
        """Signed off, of all, in percent rounded down; 0 where there are none."""
        return 100 * self.closed // self.total if self.total else 0


def summary_q(signal: str, today: datetime.date) -> Q | None:
    """Rows of the summary that count a signal; None for those that it does not know (sent back, not started)."""
    match signal:
        case Signal.OK:
            return (_WITH_UNIT & Q(due_on__gt=soon_limit(today))) | Q(lot=Lot.SENT_IN_TIME)
        case Signal.SOON:
            return _WITH_UNIT & Q(due_on__gte=today, due_on__lte=soon_limit(today))
        case Signal.OVER:
            return (_WITH_UNIT & Q(due_on__lt=today)) | Q(lot=Lot.SENT_LATE)
        case Signal.DONE:
            return Q(lot=Lot.DONE_IN_TIME)
        case Signal.LATE:
            return Q(lot=Lot.DONE_LATE)
        case Signal.SENT:
            return Q(lot__in=[Lot.SENT_IN_TIME, Lot.SENT_LATE])
    return None


def summary_of(plan: Plan, user: User) -> QuerySet[AssignmentCount]:
    """The summary rows of the organizations that the person sees (without led tasks of others)."""
    found = AssignmentCount.objects.filter(plan=plan)
    if user.sees_city:
        return found
    return found.filter(organization__in=Organization.objects.visible_to(user).values("pk"))


def totals_of(plan: Plan, user: User) -> Summary:
    """The same where organizations do not matter: for the whole city the much fewer rows by branch."""
    return BranchCount.objects.filter(plan=plan) if user.sees_city else summary_of(plan, user)


def sums(today: datetime.date) -> dict[str, Coalesce]:
    """Aggregates over the summary, by the fields of Tally."""
    return {s.value: _sum(summary_q(s, today)) for s in (*PUNCTUALITY, Signal.SENT)}


def _sum(condition: Q | None = None) -> Coalesce:
    return Coalesce(Sum("number", filter=condition), 0)


def tally_of(rows: Summary, today: datetime.date, **also: Q) -> tuple[Tally, dict[str, int]]:
    """The sum over summary rows, with further conditions by name, in one query."""
    found = rows.aggregate(**sums(today), **{key: _sum(condition) for key, condition in also.items()})
    return Tally(*(found[name] for name in Tally._fields)), {key: found[key] for key in also}


def tallies(rows: Summary, by: str, today: datetime.date) -> dict[int, Tally]:
    """One Tally for each value of the field `by` (such as work_point), in one query."""
    found = rows.order_by().values(by).annotate(**sums(today))
    return {row[by]: Tally(*(row[name] for name in Tally._fields)) for row in found}


def tally_of_rows(
    rows: AssignmentQuerySet, today: datetime.date, **also: Q | Aggregate
) -> tuple[Tally, dict[str, Any]]:
    """The same counted over assignments themselves, with further conditions or sums by name, in one query."""
    wanted: dict[str, Q | Aggregate] = {s.value: signal_q(s, today) for s in (*PUNCTUALITY, Signal.SENT)}
    wanted |= also
    counted = {key: Count("pk", filter=one) if isinstance(one, Q) else one for key, one in wanted.items()}
    found = rows.order_by().aggregate(**counted)
    return Tally(*(found[name] for name in Tally._fields)), {key: found[key] for key in also}


def tallies_of_rows(rows: AssignmentQuerySet, by: str, today: datetime.date) -> dict[int, Tally]:
    """One Tally for each value of the field `by` (such as task), counted over assignments, in one query."""
    conditions = {s.value: signal_q(s, today) for s in (*PUNCTUALITY, Signal.SENT)}
    found = rows.order_by().values(by).annotate(**{key: Count("pk", filter=q) for key, q in conditions.items()})
    return {row[by]: Tally(*(row[name] for name in Tally._fields)) for row in found}


def total_of(chosen: AssignmentFilter) -> int:
    """How many rows the filter selects; from the summary where it knows all that is asked."""
    counted = _summary_for(chosen)
    if counted is None:
        return chosen.rows().order_by().count()
    return int(counted.aggregate(total=_sum())["total"])


def _summary_for(chosen: AssignmentFilter) -> Summary | None:
    """The summary rows that count exactly what the filter selects, or None."""
    values = chosen.values
    if not chosen.user.sees_city or not values.keys() <= _FROM_SUMMARY:
        return None
    by_unit = values.keys() & {"unit", "under"}
    found: Any = (summary_of if by_unit else totals_of)(chosen.plan, chosen.user)
    if "signal" in values:
        conditions = [summary_q(signal, chosen.today) for signal in values["signal"]]
        wanted = Q()
        for condition in conditions:
            if condition is None:
                return None
            wanted |= condition
        found = found.filter(wanted)
    if "point" in values:
        found = found.filter(work_point=values["point"])
    if "unit" in values:
        found = found.filter(organization=values["unit"])
    if "under" in values:
        found = found.filter(organization__path__startswith=values["under"].path)
    if "due_from" in values:
        found = found.filter(due_on__gte=values["due_from"], due_on__lt=NEVER)
    if "due_to" in values:
        found = found.filter(due_on__lte=values["due_to"], due_on__lt=NEVER)
    return found
