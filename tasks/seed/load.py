"""Putting a plan's data files into the database: adds what is missing, touches nothing that is there."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.db import transaction

from audit.record import Act, record_many
from organizations.models import Organization, OrganizationGroup
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


@transaction.atomic
def load_plan(*, seed: PlanSeed, commission: Organization, at: datetime.datetime) -> LoadResult:
    """Adds plan, work points and tasks that are missing, by year, number, and (work point, number).

    Whatever an admin changed, withdrew or added stays as it is. Raises SeedError for an unknown unit,
    before anything is written. The caller fans the added tasks out.
    """
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
