"""The rarer turns of sign-off in the demo: withdrawn, cancelled, reopened, extensions, results of tasks.

Few rows, so the site's own actions write them, on the last days before the demo's. The same data give the same turns.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from organizations.models import Organization, User
from organizations.roles import Role
from tasks.actions import requests, results, reviews, rulings
from tasks.models import Assignment, Plan, Task
from tasks.models.assignment import AssignmentQuerySet
from tasks.states import OPEN, AssignmentState
from tasks.supervisors import supervisors_of

from . import DAY, LAST
from .cast import Cast

Kind = Organization.Kind
State = AssignmentState
REASONS = (
    "检测机构排期集中，第三方检测报告预计下月中旬出具，其余工作均已完成。",
    "上级专项督查期间人员抽调较多，现场核查尚有两个批次未完成。",
    "涉及的施工项目受汛期影响停工，复工后须重新组织排查。",
)
ANSWERS = ("情况属实，同意延期，请倒排工期。", "同意延至所定日期，期间每周报告进度。")
REFUSAL = "前期准备不足所致，不属于客观原因，请加快进度按原时限完成。"
RESULT = "各责任单位均已完成并销号，台账和佐证材料齐全；后续转入日常监管，纳入年度考核。"


class Season:
    """Writes the turns; knows who acts for which unit."""

    def __init__(self, plan: Plan, people: Iterable[User]) -> None:
        everybody = list(people)
        self._plan, self._cast = plan, Cast(everybody)
        offices = [person for person in everybody if person.organization.kind == Kind.COMMISSION]
        self._admin = next((person for person in offices if person.role == Role.ADMIN), None)

    def write(self) -> int:
        """All turns; returns how many steps were taken."""
        steps = self._extensions()
        steps += self._each(
            self._rows(state=State.SUBMITTED), 3, reviews.withdraw, self._submitter, "补充佐证材料后再报。"
        )

        def office(_row: Assignment) -> User | None:
            return self._admin

        done = self._rows(state=State.DONE)
        steps += self._each(done, 2, rulings.reopen, office, "督查发现台账与现场不符，须重新核实。")
        idle = self._rows(state=State.NOT_STARTED).filter(organization__kind=Kind.ENTERPRISE)
        steps += self._each(idle, 2, rulings.cancel, office, "企业已停产搬迁，不再承担此项。")
        return steps + self._results()

    def _rows(self, **conditions: Any) -> AssignmentQuerySet:
        rows = (
            Assignment.objects.of_plan(self._plan).filter(**conditions).select_related("plan", "task", "organization")
        )
        return rows.order_by("task__position", "organization__position", "period", "id")

    def _submitter(self, row: Assignment) -> User | None:
        return row.submitted_by

    def _each(
        self, rows: AssignmentQuerySet, number: int, act: Callable[..., Any], who: Callable[[Assignment], User | None],
        words: str,
    ) -> int:  # fmt: skip
        """The same step on `number` rows, taken at even distances."""
        keys = list(rows.values_list("pk", flat=True))
        chosen = keys[:: max(1, len(keys) // number)][:number]
        found = rows.in_bulk(chosen)
        for minute, row in enumerate(found[key] for key in chosen):
            person = who(row)
            if person is not None:
                act(assignment=row, by=person, at=_at(LAST, 17, minute), today=LAST, opinion=words)
        return len(chosen)

    def _extensions(self) -> int:
        """Asked for by departments and districts and by enterprises; a third each granted, refused, waiting."""
        soon = self._rows(state=State.IN_PROGRESS, due_on__gte=DAY, due_on__lte=DAY + datetime.timedelta(days=30))
        steps = 0
        for kinds in ((Kind.DEPARTMENT,), (Kind.DISTRICT,), (Kind.ENTERPRISE,)):
            for turn, row in enumerate(soon.filter(organization__kind__in=kinds)[:6]):
                steps += self._extension(row, turn)
        return steps

    def _extension(self, row: Assignment, turn: int) -> int:
        worker = self._cast.staff(row.organization_id)
        signer = (
            self._cast.signer(supervisors_of([row.organization])[row.organization_id], but=worker) if worker else None
        )
        if worker is None or signer is None or row.due_on is None:
            return 0
        wanted = row.due_on + datetime.timedelta(days=30)
        day = LAST - datetime.timedelta(days=1)
        asked = requests.ask(
            assignment=row, by=worker, at=_at(day, 15, turn), today=day, due_wanted=wanted,
            reason=REASONS[turn % len(REASONS)], explanation="设备采购跨年到货。" if wanted.year > DAY.year else "",
        )  # fmt: skip
        if turn % 3 == 0:
            return 1
        granted = row.due_on + datetime.timedelta(days=20 if turn == 1 else 30) if turn % 3 == 1 else None
        opinion = ANSWERS[turn % len(ANSWERS)] if granted else REFUSAL
        requests.decide(
            extension=asked, by=signer, at=_at(LAST, 16, turn), today=LAST, due_after=granted, opinion=opinion
        )
        return 2

    def _results(self) -> int:
        """Of the tasks that are done as a whole, the lead units have written some results."""
        rows = Assignment.objects.filter(task=OuterRef("pk"))
        done = Task.objects.filter(Exists(rows.standing()), ~Exists(rows.filter(state__in=OPEN)), Q(plan=self._plan))
        written = 0
        for task in done.current().order_by("position", "id")[:8]:
            led = task.assignments.standing().filter(role="lead").order_by("organization__position", "id").first()
            head = self._cast.head(led.organization_id) if led else None
            if head is not None:
                results.write(task=task, by=head, at=_at(LAST, 17, 30 + written), text=f"{task.title}：{RESULT}")
                written += 1
        return written


def _at(day: datetime.date, hour: int, minute: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))


def season(*, plan: Plan, people: Iterable[User]) -> int:
    """Writes the rarer turns; returns how many steps."""
    return Season(plan, people).write()
