"""What an admin does with plans and work points."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.record import Act, record, record_many
from tasks.models import Plan, WorkPoint

from .fanout import FanOutResult, fan_out

if TYPE_CHECKING:
    from organizations.models import Organization, User

PLAN_FIELDS = ("title", "document_number", "issued_on")
POINT_FIELDS = ("number", "title", "short_title", "summary")


def _differences(row: Plan | WorkPoint, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if getattr(row, name) != value}


@transaction.atomic
def create_plan(
    *, issuer: Organization, year: int, by: User, at: datetime.datetime, points_of: Plan | None = None, **values: Any
) -> Plan:
    """A plan for another year; `points_of` lends its work points (not its tasks). Refuses a second one a year."""
    try:
        with transaction.atomic():
            plan = Plan.objects.create(issuer=issuer, year=year, **values)
    except IntegrityError as error:
        raise ValidationError({"year": _("There is already a plan of this year. Edit that one.")}) from error
    points = [
        WorkPoint(plan=plan, **{name: getattr(point, name) for name in POINT_FIELDS})
        for point in (points_of.work_points.all() if points_of else [])
    ]
    WorkPoint.objects.bulk_create(points)
    acts = [Act("plan.create", plan, None, {"year": year} | values)]
    acts += [Act("work_point.create", point, None, {"number": point.number, "title": point.title}) for point in points]
    record_many(acts, by=by, at=at)
    return plan


@transaction.atomic
def change_plan(
    *, plan: Plan, by: User, at: datetime.datetime, today: datetime.date, **values: Any
) -> tuple[bool, FanOutResult]:
    """Changes title, document number and day of issue; returns whether, and what that did to assignments.

    Periods that end before the plan was issued ask for nothing, so another day of issue fans out anew.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    changed = _differences(plan, values)
    if not changed:
        return False, FanOutResult()
    before = {name: getattr(plan, name) for name in changed}
    for name, value in changed.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(changed))
    record("plan.update", plan, by=by, at=at, before=before, after=changed)
    if "issued_on" not in changed:
        return True, FanOutResult()
    return True, fan_out(tasks=plan.tasks.all(), by=by, at=at, today=today)


def _number_taken(error: IntegrityError) -> ValidationError:
    return ValidationError({"number": _("This plan already has a work point of this number. Choose another number.")})


@transaction.atomic
def create_work_point(*, plan: Plan, by: User, at: datetime.datetime, **values: Any) -> WorkPoint:
    """Adds a work point; refuses a number that the plan already has."""
    try:
        with transaction.atomic():
            point = WorkPoint.objects.create(plan=plan, **values)
    except IntegrityError as error:
        raise _number_taken(error) from error
    record("work_point.create", point, by=by, at=at, after=values)
    return point


@transaction.atomic
def change_work_point(*, point: WorkPoint, by: User, at: datetime.datetime, **values: Any) -> bool:
    """Changes number, titles and summary; False where nothing changed."""
    point = WorkPoint.objects.select_for_update().get(pk=point.pk)
    changed = _differences(point, values)
    if not changed:
        return False
    before = {name: getattr(point, name) for name in changed}
    for name, value in changed.items():
        setattr(point, name, value)
    try:
        with transaction.atomic():
            point.save(update_fields=list(changed))
    except IntegrityError as error:
        raise _number_taken(error) from error
    record("work_point.update", point, by=by, at=at, before=before, after=changed)
    return True
