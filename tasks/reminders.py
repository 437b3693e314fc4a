"""Who is reminded of what (柔性提醒、刚性约束): assignments, submissions and requests that wait for a decision.

*How* it is said and sent stands in notifications. The clock of an assignment runs while the unit is to act: handed
in, it pauses; sent back, it runs on from the same deadline, and stages passed meanwhile are said once. An extension
moves the deadline, and a new deadline has its own stages.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from notifications.models import Audience
from notifications.subjects import DefaultStage, Reach, Subject, Told, register
from organizations.models import Organization, User
from organizations.roles import CAPABILITIES, Capability, Role

from .models import Assignment, Extension
from .states import AssignmentState, Phase
from .supervisors import supervisors_of

A = Audience
OWN = (A.INSPECTOR.value, A.HEAD.value)
Kind = Organization.Kind
LINK = "/assignments/{key}/"
DEADLINES = "assignment"  # the subject whose stages the unit itself is told


def unit_reach(commission: Organization) -> Reach:
    """Who stands behind each unit of the city, by audience. A constant number of queries.

    Where a unit has no inspector its head is told, and the other way round; where it has neither, those who
    supervise it, and in the end the commission office: a duty without a person is nobody's to overlook.
    """
    people: dict[tuple[int, str], list[int]] = defaultdict(list)
    rows = User.objects.active().filter(organization__path__startswith=commission.path).order_by("pk")
    for pk, unit, role in rows.values_list("pk", "organization_id", "role"):
        people[unit, role].append(pk)
    units = list(Organization.objects.under(commission).order_by().values_list("pk", "kind"))
    above = supervisors_of([pk for pk, _kind in units])
    city = [pk for pk, kind in units if kind == Kind.COMMISSION]
    office = [person for unit in city for person in people[unit, Role.ADMIN]]
    leaders = [person for unit in city for person in people[unit, Role.HEAD]] or office
    office = office or leaders
    found: dict[str, dict[int, tuple[Told, ...]]] = defaultdict(dict)
    for unit, _kind in units:
        for audience, told in _of_unit(unit, people, above.get(unit, []), office, leaders):
            found[audience][unit] = told
    return found


def _of_unit(
    unit: int, people: dict[tuple[int, str], list[int]], above: list[int], office: list[int], leaders: list[int]
) -> list[tuple[str, tuple[Told, ...]]]:
    def those(units: list[int], *roles: str) -> list[int]:
        return [person for one in units for role in roles for person in people.get((one, role), ())]

    inspectors = those([unit], Role.INSPECTOR)
    heads = those([unit], Role.HEAD) or those([unit], Role.ADMIN)
    over = those(above, Role.HEAD, Role.ADMIN, Role.INSPECTOR)
    deciding = [role for role in (Role.HEAD, Role.ADMIN) if Capability.REVIEW in CAPABILITIES[role]]

    def told(audience: str, *choices: list[int]) -> tuple[str, tuple[Told, ...]]:
        """The first choice that has anybody; whoever comes after it stands in."""
        for place, choice in enumerate(choices):
            if choice:
                return audience, tuple(Told(one, A.STAND_IN.value if place else audience) for one in choice)
        return audience, ()

    return [
        told(A.INSPECTOR.value, inspectors, heads, over, office),
        told(A.HEAD.value, heads, over, office),
        told(A.SUPERVISOR.value, over, office),
        told(A.REVIEWER.value, those(above, *deciding), office),
        told(A.OFFICE.value, office),
        told(A.LEADER.value, leaders),
    ]


def _named(rows: QuerySet[Any], prefix: str, deadline: str) -> QuerySet[Any]:
    """The rows with what a line of a reminder shows."""
    unit = f"{prefix}organization__"
    label = Case(When(**{f"{unit}short_name": ""}, then=F(f"{unit}name")), default=F(f"{unit}short_name"))
    return rows.annotate(
        about_key=F(f"{prefix}id"), deadline=F(deadline), unit_key=F(f"{prefix}organization_id"),
        plan_key=F("plan_id"), what=Left(f"{prefix}task__title", 300), unit_name=Left(label, 120),
    )  # fmt: skip


def open_assignments(commission: Organization, today: datetime.date) -> QuerySet[Any]:
    """Those whose unit is to act and that have begun; the clock of all others stands."""
    rows = Assignment.objects.filter(plan__issuer=commission, phase=Phase.UNIT, starts_on__lte=today)
    return _named(rows, "", "due_on")


def waiting_submissions(commission: Organization, today: datetime.date) -> QuerySet[Any]:
    """Handed in and not decided; counted from the day of handing in."""
    rows = Assignment.objects.filter(
        plan__issuer=commission, phase=Phase.REVIEWER, state=AssignmentState.SUBMITTED, done_on__lte=today
    )
    return _named(rows, "", "done_on")


def waiting_requests(commission: Organization, today: datetime.date) -> QuerySet[Any]:
    """Extension requests that nobody has decided; counted from the day of asking."""
    rows = Extension.objects.undecided().filter(plan__issuer=commission, asked_on__lte=today)
    return _named(rows, "assignment__", "asked_on")


register(
    Subject(
        code=DEADLINES,
        model="tasks.assignment",
        label=_("Assignments"),
        deadline_label=_("Deadline"),
        link=LINK,
        audiences=(A.INSPECTOR, A.HEAD, A.SUPERVISOR, A.OFFICE, A.LEADER),
        stages=(
            DefaultStage("before", 30, OWN[:1]),
            DefaultStage("before", 7, OWN[:1]),
            DefaultStage("before", 1, OWN[:1]),
            DefaultStage("before", 0, OWN[:1]),
            DefaultStage("after", 1, OWN),
            DefaultStage("after", 5, (*OWN, A.SUPERVISOR), urgent=True),
            DefaultStage("after", 10, (*OWN, A.SUPERVISOR, A.OFFICE, A.LEADER), urgent=True),
        ),
        rows=open_assignments,
        reach=unit_reach,
    )
)
register(
    Subject(
        code="review",
        model="tasks.assignment",
        label=_("Submissions that wait for a decision"),
        deadline_label=_("Handed in"),
        link=LINK,
        audiences=(A.REVIEWER, A.OFFICE, A.LEADER),
        stages=(
            DefaultStage("after", 2, (A.REVIEWER,)),
            DefaultStage("after", 5, (A.REVIEWER, A.OFFICE), urgent=True),
            DefaultStage("after", 10, (A.REVIEWER, A.OFFICE, A.LEADER), urgent=True),
        ),
        rows=waiting_submissions,
        reach=unit_reach,
        sides=("after",),
    )
)
register(
    Subject(
        code="extension",
        model="tasks.assignment",
        label=_("Extension requests that wait for a decision"),
        deadline_label=_("Asked on"),
        link=LINK,
        audiences=(A.REVIEWER, A.OFFICE, A.LEADER),
        stages=(
            DefaultStage("after", 2, (A.REVIEWER,)),
            DefaultStage("after", 5, (A.REVIEWER, A.OFFICE), urgent=True),
        ),
        rows=waiting_requests,
        reach=unit_reach,
        sides=("after",),
    )
)
