"""Links of tasks and duties: proposed in bulk by shared words, made, confirmed or rejected by people."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import Act, record_many
from lib import bulk
from organizations.models import Organization
from responsibilities.models import Duty, ResponsibilityItem
from tasks.duty_match import matches
from tasks.models import Assignment, Plan, Task, TaskItem

if TYPE_CHECKING:
    from organizations.models import User
    from tasks.models.assignment import AssignmentQuerySet

State = TaskItem.State


@transaction.atomic
def propose(*, plan: Plan, organization: Organization | None = None) -> int:
    """Proposes links between the duties in force and the tasks that their unit has; returns how many there are.

    Of one unit, or of all units of the plan's city. What people decided is left alone; proposals that no longer
    hold go. A constant number of queries; nothing is recorded, because nobody did anything yet.
    """
    items = ResponsibilityItem.objects.in_force().filter(list__city=plan.issuer_id)
    owed = Assignment.objects.of_plan(plan).standing().filter(task__withdrawn=False)
    known = TaskItem.objects.filter(task__plan=plan)
    if organization is not None:
        items, owed = items.filter(list__organization=organization), owed.filter(organization=organization)
        known = known.filter(duty__organization=organization)
    duties: dict[int, dict[int, str]] = {}
    for unit, duty, title, liability in items.values_list("list__organization", "duty", "title", "liability"):
        duties.setdefault(unit, {})[duty] = f"{title}；{liability}"
    texts = _texts(owed.filter(organization__in=list(duties)), duties)
    wanted = {
        (task, duty): match
        for unit, of_unit in duties.items()
        for duty, task, match in matches(list(of_unit.items()), texts.get(unit, []))
    }
    present = {(link.task_id, link.duty_id): link for link in known}
    gone = [link.pk for key, link in present.items() if link.state == State.SUGGESTED and key not in wanted]
    TaskItem.objects.filter(pk__in=gone, state=State.SUGGESTED).delete()
    new = [
        TaskItem(task_id=task, duty_id=duty, shared=match.words, weight=match.weight)
        for (task, duty), match in wanted.items()
        if (task, duty) not in present
    ]
    bulk.insert(new)
    return len(new) + sum(link.state == State.SUGGESTED and key in wanted for key, link in present.items())


def _texts(owed: AssignmentQuerySet, units: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Unit → its tasks with their words; each task once."""
    rows = owed.order_by().values_list("organization", "task", "task__title", "task__requirement")
    found: dict[int, dict[int, str]] = {unit: {} for unit in units}
    for unit, task, title, requirement in rows.distinct():
        found[unit][task] = f"{title}；{requirement}"
    return {unit: list(tasks.items()) for unit, tasks in found.items()}


@transaction.atomic
def decide(*, links: Sequence[TaskItem], state: str, by: User, at: datetime.datetime) -> int:
    """Confirms or rejects links; returns how many changed. Links that say so already are passed over."""
    if state not in (State.CONFIRMED, State.REJECTED):
        raise ValueError(state)
    keys = [link.pk for link in links]
    rows = list(TaskItem.objects.select_for_update(of=("self",)).filter(pk__in=keys).exclude(state=state))
    before = {link.pk: link.state for link in rows}
    TaskItem.objects.filter(pk__in=list(before)).update(state=state, by=by, at=at)
    _record("confirm" if state == State.CONFIRMED else "reject", rows, before, state, by, at)
    return len(rows)


def _record(
    verb: str, rows: Sequence[TaskItem], before: dict[int, str], state: str, by: User, at: datetime.datetime
) -> None:
    tasks = Task.objects.in_bulk([link.task_id for link in rows])
    items = titles_of([link.duty_id for link in rows])
    acts = []
    for link in rows:
        acts.append(Act(
            f"link.{verb}", tasks[link.task_id], {"state": before[link.pk]},
            {"state": state, "duty": items.get(link.duty_id, "")},
        ))  # fmt: skip
    record_many(acts, by=by, at=at)


def titles_of(duties: Iterable[int]) -> dict[int, str]:
    """Duty → the words of its newest item."""
    rows = ResponsibilityItem.objects.filter(duty__in=list(duties)).order_by("list__year", "list__version")
    return dict(rows.values_list("duty", "title"))


@transaction.atomic
def link(*, task: Task, duty: Duty, by: User, at: datetime.datetime) -> TaskItem:
    """Links a task to a duty by hand; raises ValidationError where the unit has no share in the task."""
    if not Assignment.objects.filter(task=task, organization=duty.organization_id).standing().exists():
        raise ValidationError(_("The unit has no assignment of this task, so it cannot discharge the duty by it."))
    found, made = TaskItem.objects.select_for_update(of=("self",)).get_or_create(
        task=task, duty=duty, defaults={"state": State.CONFIRMED, "by": by, "at": at}
    )
    if made:
        _record("confirm", [found], {found.pk: ""}, State.CONFIRMED, by, at)
    elif found.state != State.CONFIRMED:
        decide(links=[found], state=State.CONFIRMED, by=by, at=at)
        found.state = State.CONFIRMED
    return found
