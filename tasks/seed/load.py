"""Putting a plan's data files into the database, with its assignments; touches nothing that is there."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.db import transaction

from audit.record import Act, record_many
from organizations.groups_default import create_default_groups
from organizations.models import Organization, OrganizationGroup
from tasks.actions.fanout import FanOutResult, fan_out
from tasks.models import Milestone, Plan, Task, TaskUnit, WorkPoint
from tasks.states import UnitRole

from .reader import PlanSeed, TaskSeed
from .units import Unit, resolve


class LoadResult(NamedTuple):
    """What became of the file's points and tasks; `added` are the tasks that were not there."""

    plan: Plan
    added: list[Task]
    kept: int
    points_added: int
    fanned: FanOutResult = FanOutResult()


@transaction.atomic
def load_plan(
    *,
    seed: PlanSeed,
    commission: Organization,
    at: datetime.datetime,
    today: datetime.date,
    add_missing: bool = False,
) -> LoadResult:
    """Adds the plan with its work points, tasks and assignments, all in one transaction.

    A plan that has tasks already belongs to its admins: it stays exactly as it is, and a task that they
    deleted, renumbered or reworded does not come back. With `add_missing` the tasks are added whose
    (work point, number) the plan does not have; also then nothing that is there is touched.
    Raises SeedError for an unknown unit, before anything is written.
    """
    plan = Plan.objects.filter(issuer=commission, year=seed.year).first()
    if plan is not None and not add_missing and plan.tasks.exists():
        return LoadResult(plan, [], plan.tasks.count(), 0)
    result = _add(seed, commission, at)
    return result._replace(fanned=fan_out(tasks=result.added, by=None, at=at, today=today))


def _add(seed: PlanSeed, commission: Organization, at: datetime.datetime) -> LoadResult:
    create_default_groups(city=commission)
    units = resolve(seed.unit_names, commission)
    plan, is_new = Plan.objects.get_or_create(
        issuer=commission,
        year=seed.year,
        defaults={"title": seed.title, "document_number": seed.document_number, "issued_on": seed.issued_on},
    )
    points, points_added = _points(seed, plan)
    there = set(plan.tasks.values_list("work_point__number", "number"))
    missing = [
        (position, task) for position, task in enumerate(seed.tasks, 1) if (task.point, task.number) not in there
    ]
    added = Task.objects.bulk_create(
        [_task(task, plan, points[task.point], position) for position, task in missing], batch_size=500
    )
    rows, milestones = [], []
    for task, (_, source) in zip(added, missing, strict=True):
        rows += _units(task, source, units)
        milestones += [Milestone(task=task, due_on=day, title=title) for day, title in source.milestones]
    TaskUnit.objects.bulk_create(rows, batch_size=500)
    Milestone.objects.bulk_create(milestones, batch_size=500)
    acts = [Act("plan.create", plan, after={"year": plan.year, "issued_on": plan.issued_on})] if is_new else []
    acts += [Act("task.create", task, after={"number": task.number, "due_on": task.due_on}) for task in added]
    record_many(acts, by=None, at=at, scope_id=commission.pk)
    return LoadResult(plan, added, len(seed.tasks) - len(added), points_added)


def _points(seed: PlanSeed, plan: Plan) -> tuple[dict[int, WorkPoint], int]:
    points = {point.number: point for point in plan.work_points.all()}
    added = 0
    for source in seed.points:
        if source.number not in points:
            points[source.number] = WorkPoint.objects.create(
                plan=plan,
                number=source.number,
                title=source.title,
                short_title=source.short_title,
                summary=source.summary,
            )
            added += 1
    return points, added


def _task(source: TaskSeed, plan: Plan, point: WorkPoint, position: int) -> Task:
    return Task(
        plan=plan,
        work_point=point,
        number=source.number,
        position=position,
        title=source.title,
        requirement=source.requirement,
        cadence=source.cadence,
        starts_on=source.starts_on,
        due_on=source.due_on,
        due_day=source.due_day,
        target=source.target,
        unit=source.unit,
        note=source.note,
        is_proposed=source.is_proposed,
        evidence_required="proof" in source.gates,
        own_head_first="own_head" in source.gates,
    )


def _units(task: Task, source: TaskSeed, units: dict[str, Unit]) -> list[TaskUnit]:
    rows = []
    for role, names in ((UnitRole.LEAD, source.lead), (UnitRole.COOPERATING, source.cooperating)):
        for position, name in enumerate(names):
            unit = units[name]
            group = unit if isinstance(unit, OrganizationGroup) else None
            organization = unit if isinstance(unit, Organization) else None
            rows.append(TaskUnit(task=task, role=role, position=position, organization=organization, group=group))
    return rows
