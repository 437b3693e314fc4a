"""The dashboard's figures: whose they are (Scope) and how they are summed, from the summary alone.

The scope is what a person sees of the organizations: the own unit, everything under it, and the enterprises
it regulates; the whole city for the commission and its office. Tasks that the own unit leads but others owe
are not in it (the ledger shows them): a dashboard says how the units of one's own scope stand, and theirs
stand in another's. The ledger says the same with `scope=own`; `?under=` narrows both to a unit and all below.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from organizations.models import Organization, User

from .branches import tree_of
from .models import AssignmentCount, Plan
from .states import PUNCTUALITY
from .tallies import Summary, summary_of, summary_q, totals_of

Lot = AssignmentCount.Lot
WEEK = datetime.timedelta(days=6)  # "this week" is today and the six days before


class Figures(NamedTuple):
    """Numbers of assignments. The first five add up to `total`; the others are contained in them."""

    ok: int = 0
    soon: int = 0
    over: int = 0
    done: int = 0
    late: int = 0
    sent: int = 0
    due: int = 0  # deadline passed
    kept: int = 0  # deadline passed, and handed in by it

    @property
    def total(self) -> int:
        """All that were not cancelled."""
        return self.ok + self.soon + self.over + self.done + self.late

    @property
    def closed(self) -> int:
        """All that were signed off."""
        return self.done + self.late

    @property
    def percent(self) -> int | None:
        """Signed off of all, rounded down, so that 100 means all; None where there is nothing."""
        return 100 * self.closed // self.total if self.total else None

    @property
    def kept_percent(self) -> int | None:
        """Handed in by the deadline, of those whose deadline has passed; None before the first deadline."""
        return 100 * self.kept // self.due if self.due else None

    @property
    def worst(self) -> str:
        """The signal that somebody has to see first; an empty string where there is nothing."""
        if self.over or self.soon:
            return "over" if self.over else "soon"
        if self.ok:
            return "ok"
        return "late" if self.late else "done" if self.done else ""


NOTHING = Figures()


def add(parts: Sequence[Figures]) -> Figures:
    """The sum of figures."""
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    return Figures(*map(sum, zip(*parts, strict=True)))


class Scope(NamedTuple):
    """Whose figures are shown. `narrowed` by ?under=; `query` is what the ledger is limited to."""

    root: Organization
    user: User
    narrowed: bool
    query: dict[str, str]


class Unit(NamedTuple):
    """An organization of the scope, with what a row needs of it."""

    pk: int
    path: str
    kind: str
    label: str
    name: str


class Count(NamedTuple):
    """The figures of one organization and work point."""

    organization: int
    point: int
    figures: Figures


def scope_of(user: User, asked: str) -> Scope | None:
    """The own scope, or the part of it under the organization whose key is `asked`; None where it is not seen."""
    own = {} if user.sees_city else {"scope": "own"}
    if not asked:
        return Scope(user.scope_root, user, False, own)
    seen = Organization.objects.visible_to(user)
    is_key = asked.isascii() and asked.isdigit() and len(asked) <= 18
    root = seen.filter(pk=int(asked)).first() if is_key else None
    return Scope(root, user, True, {"under": asked, **own}) if root else None


def units_of(scope: Scope) -> list[Unit]:
    """All organizations of the scope in their official order."""
    seen = Organization.objects.visible_to(scope.user)
    if scope.narrowed:
        seen = seen.under(scope.root)
    rows = seen.order_by("position", "id").values_list("pk", "path", "kind", "short_name", "name")
    return [Unit(pk, path, kind, short or name, name) for pk, path, kind, short, name in rows]


def summary(scope: Scope, plan: Plan) -> QuerySet[AssignmentCount]:
    """The rows of the summary within the scope."""
    found = summary_of(plan, scope.user)
    return found.filter(organization__path__startswith=scope.root.path) if scope.narrowed else found


def totals(scope: Scope, plan: Plan) -> Summary:
    """The same where organizations do not matter; by branch for the whole city."""
    return summary(scope, plan) if scope.narrowed else totals_of(plan, scope.user)


def _fresh(today: datetime.date) -> Q:
    yesterday = today - datetime.timedelta(days=1)
    return (summary_q("over", today) or Q()) & Q(due_on__range=(yesterday - WEEK, yesterday))


def _sums(today: datetime.date) -> dict[str, Coalesce]:
    passed = Q(due_on__lt=today)
    conditions = {signal.value: summary_q(signal, today) for signal in PUNCTUALITY}
    conditions |= {
        "sent": summary_q("sent", today),
        "due": passed,
        "kept": passed & Q(lot__in=[Lot.SENT_IN_TIME, Lot.DONE_IN_TIME]),
    }
    return {name: Coalesce(Sum("number", filter=q), 0) for name, q in conditions.items()}


def counts_of(scope: Scope, plan: Plan, today: datetime.date) -> list[Count]:
    """The figures by organization and work point, in one query over the summary."""
    return _counted(summary(scope, plan), "organization_id", today)


def counts_of_branches(scope: Scope, plan: Plan, units: Sequence[Unit], today: datetime.date) -> list[Count] | None:
    """The figures by branch, each under the key of its topmost unit; None where they cannot be had or trusted.

    That is for the whole city only, and while the tree is the one by which the branches were summed.
    """
    if scope.narrowed or not scope.user.sees_city:
        return None
    if plan.counted_tree != tree_of((unit.pk, unit.path) for unit in units):
        return None
    return _counted(totals_of(plan, scope.user), "branch_id", today)


def _counted(rows: Summary, unit: str, today: datetime.date) -> list[Count]:
    keys = (unit, "work_point_id")
    found = rows.order_by().values(*keys).annotate(**_sums(today)).values_list(*keys, *Figures._fields)
    make = Figures._make
    return [Count(row[0], row[1], make(row[2:])) for row in found if any(row[2:7])]


def fresh_of(scope: Scope, plan: Plan, today: datetime.date) -> dict[int, int]:
    """What became overdue this week and still is, by organization: a short range of deadlines."""
    rows = summary(scope, plan).filter(_fresh(today)).order_by()
    return {pk: n for pk, n in rows.values_list("organization").annotate(n=Sum("number")) if n}
