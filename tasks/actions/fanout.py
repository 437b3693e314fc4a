"""A task becomes assignments: one per organization and period (任务分工).

Collective units are expanded, recurring tasks get one assignment per period that ends on or after the
plan's date. A change of units or deadline adjusts what the unit still works on; what was handed in or
signed off is never touched, nor what a person took out by itself. A granted extension is not shortened.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, prefetch_related_objects

from audit.record import Act, record_many
from lib import bulk
from organizations.models import OrganizationGroup
from tasks import counts
from tasks.models import Assignment, Plan, ProgressEntry, Task, TaskUnit, Transition
from tasks.states import TRANSITIONS, UNIT_ACTS, AssignmentState, UnitRole

from . import results
from .claim import Move, log_moves

if TYPE_CHECKING:
    from organizations.models import User

BATCH = 1000
OWN_STEPS = ("adjust", "cancel", "revive", "resume")  # those of a fan-out itself
CANCELLABLE = TRANSITIONS["cancel"][0] & UNIT_ACTS


class FanOutResult(NamedTuple):
    """How many assignments were made, changed, and cancelled."""

    created: int = 0
    adjusted: int = 0
    cancelled: int = 0


class Wanted(NamedTuple):
    """What an assignment should look like."""

    role: str
    starts_on: datetime.date
    due_on: datetime.date | None
    target: Decimal | None


Slot = tuple[int, str]  # organization, period
NEW_COLUMNS = (
    "plan_id", "work_point_id", "task_id", "added_on", "organization_id", "period", "first_due_on", *Wanted._fields
)  # fmt: skip


Named = tuple[str, int | None, bool | None, int | None]  # role, organization, whether it stands, collective unit


class Expander:
    """Who owes what a task asks: its units, and the members of its collective units. Each set is looked up once."""

    def __init__(self, groups: Iterable[int] = ()) -> None:
        """`groups` are read at once; any other when it is met."""
        self._groups = OrganizationGroup.objects.select_related("city").in_bulk(list(groups))
        self._members: dict[int, list[int]] = {}
        self._owing: dict[tuple[Named, ...], dict[int, tuple[str, bool]]] = {}

    def owing(self, units: tuple[Named, ...]) -> dict[int, tuple[str, bool]]:
        """Organization → its role, and whether it leads by its own name and not through a collective unit."""
        found = self._owing.get(units)
        if found is None:
            lead, cooperating = (self._organizations(units, role) for role in (UnitRole.LEAD, UnitRole.COOPERATING))
            found = dict.fromkeys(cooperating, (UnitRole.COOPERATING.value, False))
            found |= {organization: (UnitRole.LEAD.value, itself) for organization, itself in lead.items()}
            self._owing[units] = found
        return found

    def _organizations(self, units: Iterable[Named], role: str) -> dict[int, bool]:
        """Organization → whether the task names it itself."""
        found: dict[int, bool] = {}
        for its_role, organization, is_active, group in units:
            if its_role != role:
                continue
            if organization is not None:
                if is_active:
                    found[organization] = True
            elif group is not None:
                for member in self._members_of(group):
                    found.setdefault(member, False)
        return found

    def _members_of(self, group: int) -> list[int]:
        if group not in self._members:
            if group not in self._groups:
                self._groups |= OrganizationGroup.objects.select_related("city").in_bulk([group])
            self._members[group] = list(self._groups[group].members().values_list("pk", flat=True))
        return self._members[group]


def _units_of(tasks: Sequence[Task]) -> dict[int, tuple[Named, ...]]:
    """The units that tasks name, read as plain values."""
    found: dict[int, list[Named]] = defaultdict(list)
    columns = ("task", "role", "organization", "organization__is_active", "group")
    keys = [task.pk for task in tasks]
    for start in range(0, len(keys), BATCH):
        rows = TaskUnit.objects.filter(task__in=keys[start : start + BATCH])
        for key, *unit in rows.values_list(*columns):
            found[key].append(tuple(unit))
    return {key: tuple(units) for key, units in found.items()}


def wanted(owing: Mapping[int, tuple[str, bool]], due: Iterable[Any], target: Any) -> Iterator[tuple[Slot, Wanted]]:
    """What is asked of whom and when.

    The target is the lead's: units that lead by their own name get it. Members of a collective unit and
    cooperating units report in percent until a share of the target is set for them. The periods in `due` have days,
    or all of them days in ISO form.
    """
    for organization, (role, leads_itself) in owing.items():
        for period in due:
            starts_on = min(period.starts_on, period.due_on or period.starts_on)
            yield (organization, period.key), Wanted(role, starts_on, period.due_on, target if leads_itself else None)


def wanted_of(task: Task, owing: Mapping[int, tuple[str, bool]]) -> dict[Slot, Wanted]:
    """What the task asks; nothing of a withdrawn one."""
    return {} if task.withdrawn else dict(wanted(owing, task.periods(), task.target))


def _adjusted(row: Assignment, want: Wanted) -> bool:
    """Brings one row to what is wanted; True if that changed it."""
    changed = False
    if row.state == AssignmentState.CANCELLED:
        row.state = TRANSITIONS["resume" if row.last_progress_on else "revive"][1]
        row.sent_back_on = None
        changed = True
    if row.extended_to and want.due_on:
        want = want._replace(due_on=max(want.due_on, row.extended_to))
    for field in ("role", "starts_on", "due_on", "target"):
        if getattr(row, field) != getattr(want, field):
            setattr(row, field, getattr(want, field))
            changed = True
    return changed


@transaction.atomic
def fan_out(
    *, tasks: Iterable[Task], by: User | None, at: datetime.datetime, today: datetime.date, recount: bool = True
) -> FanOutResult:
    """Creates, adjusts and cancels the assignments of the given tasks (of one plan or several).

    `by` is None for the system. Only rows on which the unit still works are adjusted or cancelled;
    submitted and signed-off ones stay as they are. `first_due_on` keeps the first deadline, `added_on` the day
    on which a plan that was at work already came to ask it.
    Returns how many were touched; running it again touches none. `recount=False` leaves the summary to a
    caller who comes with several portions.
    """
    tasks = list(tasks)
    prefetch_related_objects(tasks, "plan")
    units = _units_of(tasks)
    expander = Expander({group for named in units.values() for *_unit, group in named if group is not None})
    existing: dict[int, dict[Slot, Assignment]] = defaultdict(dict)
    keys = [task.pk for task in tasks]
    for start in range(0, len(keys), BATCH):
        for row in Assignment.objects.select_for_update().filter(task__in=keys[start : start + BATCH]):
            existing[row.task_id][row.organization_id, row.period] = row
    new: list[tuple[Any, ...]] = []
    adjusted: list[Assignment] = []
    cancelled: list[Assignment] = []
    moves: list[Move] = []
    at_work = working_on([task.plan for task in tasks])
    owing: set[int] = set()  # tasks in which something is owed that was not before
    acts: dict[int, list[Act]] = defaultdict(list)
    for task in tasks:
        asked = wanted_of(task, expander.owing(units.get(task.pk, ())))
        have = existing[task.pk]
        added_on = today if task.plan_id in at_work else None
        made = [_new(task, added_on, slot, want) for slot, want in asked.items() if slot not in have]
        moved, dropped = [], []
        for slot, row in have.items():
            want = asked.get(slot)
            source, due_on = row.state, row.due_on
            if want is not None and source in UNIT_ACTS | {AssignmentState.CANCELLED} and not row.cancelled_by_id:
                if _adjusted(row, want):
                    moved.append(row)
                    if (row.state, row.due_on) != (source, due_on):
                        moves.append(Move(row, _verb(source, row.state), source))
            elif want is None and source in CANCELLABLE:
                row.state = AssignmentState.CANCELLED
                dropped.append(row)
                moves.append(Move(row, "cancel", source))
        if made or any(row.task_id == task.pk and verb in ("revive", "resume") for row, verb, *_ in moves):
            owing.add(task.pk)
        if made or moved or dropped:
            numbers = {"created": len(made), "adjusted": len(moved), "cancelled": len(dropped)}
            acts[task.plan_id].append(Act("assignment.fan_out", task, None, numbers))
        new += made
        adjusted += moved
        cancelled += dropped
    if acts:
        _write(new, adjusted + cancelled)
        log_moves(moves, by=by, at=at, today=today)
        results.reopen(owing, by=by, at=at)
        for plan in {task.plan_id: task.plan for task in tasks}.values():
            if recount:
                counts.rebuild(plan)
            scope = plan.issuer_id if by is None else None
            record_many(acts[plan.pk], by=by, at=at, scope_id=scope)
    return FanOutResult(len(new), len(adjusted), len(cancelled))


def _verb(source: str, target: str) -> str:
    """The step that a fan-out took: a cancelled row came back, or only its deadline moved."""
    if source == target:
        return "adjust"
    return "revive" if target == AssignmentState.NOT_STARTED else "resume"


def _new(task: Task, added_on: datetime.date | None, slot: Slot, want: Wanted) -> tuple[Any, ...]:
    return (task.plan_id, task.work_point_id, task.pk, added_on, *slot, want.due_on, *want)


def working_on(plans: Iterable[Plan]) -> set[int]:
    """The plans on which somebody has logged or handed in anything. Until then a plan is being set up: however late
    its list is typed in, it asks all of it from its own date on, and only what is added afterwards counts from its day.
    """
    entries = ProgressEntry.objects.filter(plan=OuterRef("pk"))
    steps = Transition.objects.filter(plan=OuterRef("pk")).exclude(verb__in=OWN_STEPS)
    begun = Plan.objects.filter(Exists(steps) | Exists(entries), pk__in=[plan.pk for plan in plans])
    return set(begun.order_by().values_list("pk", flat=True))


def _write(new: list[tuple[Any, ...]], changed: list[Assignment]) -> None:
    bulk.insert_values(Assignment, NEW_COLUMNS, new, batch_size=BATCH)
    fields = ["state", "role", "starts_on", "due_on", "target", "sent_back_on"]
    Assignment.objects.bulk_update(changed, fields, batch_size=500)
    for start in range(0, len(changed), BATCH):
        rows = [row.pk for row in changed[start : start + BATCH]]
        Assignment.objects.filter(pk__in=rows).update(version=F("version") + 1)
