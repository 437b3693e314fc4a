"""The plan of the made-up city: tasks, units, assignments in every state, what was logged and decided."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from lib import bulk
from lib.periods import last_day
from organizations.models import Organization, User
from tasks import counts
from tasks.actions.claim import write_log
from tasks.models import Assignment, Plan, ProgressEntry, Review, Task, TaskUnit, WorkPoint
from tasks.states import AssignmentState, Cadence, UnitRole

from .city import City

State = AssignmentState
POINTS = [
    "深化改革发展", "落实安全责任", "健全体制机制", "推进依法治理", "强化预防控制",
    "开展专项整治", "夯实基础保障", "加强职业卫生", "完善应急管理", "建设监管队伍",
]  # fmt: skip
VERBS = ("组织开展", "建立健全", "全面完成", "督促落实", "定期检查", "集中整治")
THINGS = ("隐患排查治理", "危险化学品企业检查", "安全生产标准化建设", "应急预案演练", "从业人员培训", "重大危险源监控",
          "道路运输整治", "有限空间作业监管", "安全生产责任制", "职业病危害告知")  # fmt: skip
CADENCES = (Cadence.ONCE, Cadence.MONTHLY, Cadence.ONCE, Cadence.QUARTERLY, Cadence.YEARLONG, Cadence.ONGOING)
# What became of a hundred assignments whose deadline has passed, and of a hundred that still have time.
PAST = ((State.DONE, 80), (State.SUBMITTED, 6), (State.IN_PROGRESS, 6), (State.NOT_STARTED, 4), (State.SENT_BACK, 3),
        (State.CANCELLED, 1))  # fmt: skip
AHEAD = ((State.NOT_STARTED, 40), (State.IN_PROGRESS, 42), (State.DONE, 9), (State.SUBMITTED, 5),
         (State.SENT_BACK, 3), (State.CANCELLED, 1))  # fmt: skip
CHUNK = 5000
DAY = datetime.timedelta(days=1)


class Made(NamedTuple):
    """How many rows of each kind."""

    tasks: int
    assignments: int
    entries: int
    reviews: int


def build(city: City, year: int, size: int, today: datetime.date, dice: random.Random) -> tuple[Plan, Made]:
    """A plan with exactly `size` assignments, as they stand on `today`; the summary is right."""
    plan = Plan.objects.create(
        issuer=city.commission, year=year, title=f"{year}年安全生产工作要点", issued_on=datetime.date(year, 4, 7)
    )
    points = bulk.insert(
        WorkPoint(plan=plan, number=n, title=title, short_title=title[-4:]) for n, title in enumerate(POINTS, 1)
    )
    given = _tasks(plan, points, city, size, dice)
    tasks = bulk.insert(task for task, _ in given)
    for task, (_, units) in zip(tasks, given, strict=True):
        for position, unit in enumerate(units):
            unit.task, unit.position = task, position
    bulk.insert(unit for _, units in given for unit in units)
    rows = list(_assignments(given, size, today, dice))
    author, reviewer = city.people["inspector"], city.people["admin"]
    entries = reviews = 0
    for start in range(0, len(rows), CHUNK):
        chunk = bulk.insert(rows[start : start + CHUNK])
        entries += len(bulk.insert(_entries(chunk, author)))
        reviews += len(bulk.insert(_reviews(chunk, reviewer)))
        write_log(_steps(chunk, author, reviewer))
    counts.rebuild(plan)
    return plan, Made(len(tasks), len(rows), entries, reviews)


def _tasks(
    plan: Plan, points: list[WorkPoint], city: City, size: int, dice: random.Random
) -> list[tuple[Task, list[TaskUnit]]]:
    """So many tasks that their units and periods come to `size` assignments."""
    share = size / min(400, max(60, size // 250))  # assignments a task
    found: list[tuple[Task, list[TaskUnit]]] = []
    planned = 0
    while planned < size:
        number = len(found)
        point = points[number % len(points)]
        cadence = CADENCES[number % len(CADENCES)]
        task = Task(
            plan=plan, work_point=point, number=str(number + 1), position=number, cadence=cadence,
            title=f"{dice.choice(VERBS)}{dice.choice(THINGS)}工作", requirement=f"{dice.choice(THINGS)}，建立台账。",
            due_on=_deadline(plan, dice) if cadence == Cadence.ONCE else None,
            target=dice.choice([None, None, 10, 100, 450]), unit="家",
        )  # fmt: skip
        periods = len(task.periods())
        wanted = max(2, round(share * dice.uniform(0.2, 1.8) / periods))
        chosen = _chosen(city, number, wanted, dice)
        units = [TaskUnit(organization=unit, role=UnitRole.COOPERATING) for unit in chosen]
        units[0].role = UnitRole.LEAD
        found.append((task, units))
        planned += len(units) * periods
    return found


def _deadline(plan: Plan, dice: random.Random) -> datetime.date:
    """As offices set them: the last day of a month, its middle, seldom another."""
    month = dice.randint(5, 12)
    last = last_day(plan.year, month)
    return last.replace(day=dice.choice((10, 15, 15, 20, last.day, last.day, last.day, last.day)))


def _chosen(city: City, number: int, wanted: int, dice: random.Random) -> list[Organization]:
    """The lead, a department, and those that take part: units, then towns, then enterprises."""
    lead = city.departments[number % len(city.departments)]
    others = [unit for unit in city.units if unit is not lead]
    if number % 3 == 1:
        others = city.towns + others
    elif number % 3 == 2 or wanted > len(others):
        others = city.enterprises + others
    return [lead, *dice.sample(others, min(wanted - 1, len(others)))]


def _assignments(
    given: list[tuple[Task, list[TaskUnit]]], size: int, today: datetime.date, dice: random.Random
) -> Iterator[Assignment]:
    made = 0
    for task, units in given:
        for period in task.periods():
            for unit in units:
                if made == size:
                    return
                made += 1
                row = Assignment(
                    plan_id=task.plan_id, work_point_id=task.work_point_id, task_id=task.pk,
                    organization=unit.organization, role=unit.role, period=period.key,
                    starts_on=period.starts_on, due_on=period.due_on, first_due_on=period.due_on, target=task.target,
                )  # fmt: skip
                _happen(row, today, dice)
                yield row


def _happen(row: Assignment, today: datetime.date, dice: random.Random) -> None:
    """Puts the row into a state that its dates allow."""
    past = row.due_on is not None and row.due_on < today
    states, weights = zip(*(PAST if past else AHEAD), strict=True)
    row.state = State.NOT_STARTED if row.starts_on > today else dice.choices(states, weights)[0]
    if row.state in (State.NOT_STARTED, State.CANCELLED):
        return
    closed = row.state in (State.DONE, State.SUBMITTED)
    row.percent = 100 if closed else dice.randint(5, 95)
    row.quantity = (row.target or Decimal(0)) * row.percent / 100
    last = row.due_on + dice.choice((-20, -9, -5, -3, -1, 0, 0, 0, 6)) * DAY if past and row.due_on else today
    row.last_progress_on = max(row.starts_on, min(today, last) - (0 if past else dice.randint(0, 40)) * DAY)
    if closed:
        row.done_on = row.handed_on = row.last_progress_on
    if row.state == State.DONE:
        row.closed_at = _moment(min(today, row.last_progress_on + 2 * DAY), 16)
    if row.state == State.SENT_BACK:
        row.sent_back_on = row.last_progress_on


def _moment(day: datetime.date, hour: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


def _entries(rows: list[Assignment], author: User) -> Iterator[ProgressEntry]:
    for row in rows:
        if row.last_progress_on is not None:
            yield ProgressEntry(
                plan_id=row.plan_id, assignment_id=row.pk, author=author, happened_on=row.last_progress_on,
                quantity=row.quantity, total=row.quantity, percent=row.percent, what="已按要求完成本期检查并建立台账。",
                created_at=_moment(row.last_progress_on, 10),
            )  # fmt: skip


def _steps(rows: list[Assignment], author: User, reviewer: User) -> Iterator[tuple[object, ...]]:
    """The log of how each row came to stand where it does."""
    for row in rows:
        for verb, source, target, at, by in _way(row, author, reviewer):
            yield row.plan_id, row.pk, verb, source, target, row.due_on, at.date(), at, by.pk, ""


def _way(row: Assignment, author: User, reviewer: User) -> Iterator[tuple[str, State, State, datetime.datetime, User]]:
    if row.state == State.CANCELLED:
        yield "cancel", State.NOT_STARTED, State.CANCELLED, _moment(row.starts_on, 9), reviewer
    if row.last_progress_on is None:
        return
    last = row.last_progress_on
    yield "start", State.NOT_STARTED, State.IN_PROGRESS, _moment(last, 10), author
    if row.state != State.IN_PROGRESS:
        yield "submit", State.IN_PROGRESS, State.SUBMITTED, _moment(last, 11), author
    if row.state == State.DONE:
        yield "approve", State.SUBMITTED, State.DONE, row.closed_at or _moment(last, 16), reviewer
    if row.state == State.SENT_BACK:
        yield "send_back", State.SUBMITTED, State.SENT_BACK, _moment(last, 16), reviewer


def _reviews(rows: list[Assignment], reviewer: User) -> Iterator[Review]:
    decisions = {State.DONE: Review.Decision.APPROVED, State.SENT_BACK: Review.Decision.SENT_BACK}
    for row in rows:
        if row.state in decisions and row.last_progress_on is not None:
            yield Review(
                plan_id=row.plan_id, assignment_id=row.pk, reviewer=reviewer, decision=decisions[State(row.state)],
                opinion="材料齐全，同意。", decided_at=row.closed_at or _moment(row.last_progress_on, 16),
            )  # fmt: skip
