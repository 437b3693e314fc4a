"""Writing the stories down: entries, proof, reviews, states and the record, in the order of time and in bulk.

What stands in the rows is what the actions of `tasks` would have written one by one, step after step; a test
compares. No story depends on a key of the database.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from django.core.files.base import ContentFile
from django.utils import timezone

from audit.record import Act, Deed, record_deeds
from lib import bulk
from organizations.models import Organization, User
from organizations.roles import Capability
from tasks import counts
from tasks.actions.claim import write_log
from tasks.actions.progress import store
from tasks.evidence import Proof, checked
from tasks.models import Assignment, Evidence, Plan, ProgressEntry, Review
from tasks.states import TRANSITIONS, AssignmentState, UnitRole
from tasks.supervisors import supervisors_of

from . import dice
from .calendar import earlier
from .cast import Cast
from .papers import paper, photo
from .phrases import AREA, EVENT, HELP, PAPER, PLANT, SHARE_OF_EVENT, SHARE_OF_PAPER
from .places import places_of
from .story import APPROVE, PROGRESS, SUBMIT, Duty, Step, tell
from .texts import LAST_STAGE, Scene, Writer, family

HAND_IN, ENDORSE = "hand_in", "endorse"  # where the own head approves first, a submission is these two
Kind = Organization.Kind
SHOWN = frozenset({"市安监局", "胶州市政府"})  # where the demo's accounts look: more proof there
GATHERINGS = ("宣", "培训", "教育", "活动", "考评", "竞赛", "演练", "学习", "讲", "行动")
_CHANGED = ("state", "quantity", "percent", "last_progress_on", "sent_back_on", "handed_on", "done_on",
            "submitted_by", "endorsed_by", "closed_at", "version")  # fmt: skip


class Deeds(NamedTuple):
    """What was written."""

    entries: int
    reviews: int
    files: int
    touched: int


@dataclass
class Happening:
    """One step that took place, with the rows it leaves; `order` settles what has the same moment."""

    at: datetime.datetime
    order: tuple[int, int]
    verb: str
    by: User
    row: Assignment
    before: dict[str, Any]
    after: dict[str, Any]
    entry: ProgressEntry | None = None
    review: Review | None = None
    proofs: list[Proof] = field(default_factory=list)


class Teller:
    """Turns duties into happenings; knows the people and who leads what."""

    def __init__(self, plan: Plan, cast: Cast) -> None:
        self._cast = cast
        self._plan = plan
        units = list(Organization.objects.under(plan.issuer).order_by("position", "id"))
        self._signers = supervisors_of(units)
        self._places = places_of(units)
        self._diligence = {unit.pk: dice(unit.name).betavariate(4.2, 1.8) for unit in units}

    def happenings(self, row: Assignment, serial: int) -> list[Happening]:
        """Everything that happened to one assignment; moves `row` to where it stands in the end."""
        rng = dice(row.task.number, row.organization.name, row.period)
        worker = self._cast.worker(row.organization_id, rng)
        if worker is None:
            return []
        signer = self._cast.signer(self._signers[row.organization_id], but=worker)
        duty = Duty(row.starts_on, row.due_on, row.target, row.task.unit, self._diligence[row.organization_id])
        steps = tell(rng, duty)
        if signer is None:  # nobody to decide: it waits
            steps = [step for step in steps if step.verb == PROGRESS]
        writer = Writer(rng, self._scene(row))
        head = self._own_head(row, worker)
        left = head is not None and rng.random() < 0.4  # what was handed in last still lies with the own head
        found = []
        for place, step in enumerate(steps):
            person = worker if step.verb in (PROGRESS, SUBMIT) else signer
            minute = rng.randint(520, 690) if step.verb == PROGRESS else rng.randint(800, 1010)
            at = timezone.make_aware(datetime.datetime.combine(step.on, datetime.time(minute // 60, minute % 60)))
            if step.verb == SUBMIT and head is not None:
                step = step._replace(verb=HAND_IN)
            found.append(_one(row, step, at, (serial, 2 * place), person or worker, writer, rng))
            if step.verb == HAND_IN and head is not None and not (left and place == len(steps) - 1):
                later = at + datetime.timedelta(minutes=15)
                found.append(_one(row, step._replace(verb=ENDORSE), later, (serial, 2 * place + 1), head, writer, rng))
        return found

    def _own_head(self, row: Assignment, worker: User) -> User | None:
        """Who approves first where the task says so, and the unit has somebody to."""
        if not row.task.own_head_first or row.organization.kind == Kind.COMMISSION:
            return None
        if worker.may(Capability.REVIEW):
            return None
        return self._cast.signer([row.organization_id], but=worker)

    def _scene(self, row: Assignment) -> Scene:
        title = row.task.title
        work = title if "“" in title or "《" in title else f"“{title}”"
        return Scene(work, _voice(row), row.task.unit, self._places[row.organization_id])


def _voice(row: Assignment) -> str:
    """How the unit speaks of this duty."""
    whole = family(row.task.target, row.task.unit)
    if row.role == UnitRole.LEAD:
        return family(row.target, row.task.unit)
    if row.organization.kind == Kind.ENTERPRISE:
        return PLANT
    if whole == PAPER:
        return SHARE_OF_PAPER
    if whole == EVENT and any(word in row.task.title for word in GATHERINGS):
        return SHARE_OF_EVENT
    return AREA if row.organization.kind in (Kind.DISTRICT, Kind.ZONE, Kind.TOWN) else HELP


def _one(
    row: Assignment, step: Step, at: datetime.datetime, order: tuple[int, int], by: User, writer: Writer, rng: Random
) -> Happening:
    """One step: changes the row as the action does and makes what it leaves behind."""
    entry = review = None
    changes: dict[str, Any]
    if step.verb == PROGRESS:
        entry = _entry(row, step, at, by, writer, rng)
        changes = {"quantity": entry.total, "percent": step.percent,
                   "last_progress_on": max(entry.happened_on, row.last_progress_on or entry.happened_on)}  # fmt: skip
        if row.state == AssignmentState.NOT_STARTED:
            changes["state"] = TRANSITIONS["start"][1]
    elif step.verb == SUBMIT:
        changes = {"done_on": step.on, "handed_on": step.on, "submitted_by": by, "state": TRANSITIONS["submit"][1]}
    elif step.verb == HAND_IN:
        changes = {"handed_on": step.on, "submitted_by": by, "state": TRANSITIONS["hand_in"][1]}
    elif step.verb == ENDORSE:
        changes = {"done_on": step.on, "endorsed_by": by, "state": TRANSITIONS["endorse"][1]}
        review = _review(row, Review.Decision.ENDORSED, "", at, by)
    elif step.verb == APPROVE:
        changes = {"closed_at": at, "state": TRANSITIONS["approve"][1]}
        review = _review(row, Review.Decision.APPROVED, writer.approval(), at, by)
    else:
        changes = {"sent_back_on": step.on, "done_on": None, "handed_on": None, "submitted_by": None,
                   "endorsed_by": None, "state": TRANSITIONS["send_back"][1]}  # fmt: skip
        review = _review(row, Review.Decision.SENT_BACK, writer.refusal(), at, by)
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    after = changes | ({"opinion": review.opinion} if review and review.opinion else {})
    verb = f"assignment.{step.verb}"
    return Happening(at, order, verb, by, row, before, after, entry, review, _proofs(row, step, entry, rng))


def _entry(row: Assignment, step: Step, at: datetime.datetime, by: User, writer: Writer, rng: Random) -> ProgressEntry:
    happened_on = max(row.starts_on, row.plan.issued_on, row.last_progress_on or row.starts_on,
                      earlier(step.on, rng.choice((0, 0, 0, 1, 1, 2))))  # fmt: skip
    total = row.quantity + step.quantity
    closing = step.stage not in ("first", "middle")
    return ProgressEntry(
        plan_id=row.plan_id,
        assignment=row,
        author=by,
        happened_on=happened_on,
        quantity=step.quantity,
        total=total,
        percent=step.percent,
        what=writer.what(step.stage, step.quantity, total, step.percent),
        problems="" if closing else writer.problems(),
        next_steps="" if closing else writer.next_steps(min(12, step.on.month + 1)),
        created_at=at,
        request_key=uuid.UUID(int=rng.getrandbits(128)),
    )


def _review(row: Assignment, decision: str, opinion: str, at: datetime.datetime, by: User) -> Review:
    return Review(plan_id=row.plan_id, assignment=row, reviewer=by, decision=decision, opinion=opinion, decided_at=at)


def _proofs(row: Assignment, step: Step, entry: ProgressEntry | None, rng: Random) -> list[Proof]:
    """The files of an entry; most have none in the demo."""
    unit = row.organization
    likely = 0.05 if unit.label in SHOWN or unit.kind == Kind.ENTERPRISE else 0.012
    needed = row.task.evidence_required and entry is not None and step.percent == 100
    if entry is None or (rng.random() > likely * (2 if step.stage == LAST_STAGE else 1) and not needed):
        return []
    day = entry.happened_on
    files = [ContentFile(photo(rng), f"现场照片{day:%m%d}.png")] if rng.random() < 0.6 else []
    if not files or rng.random() < 0.4:
        head = [f"填报单位：{unit.name}", f"日期：{day.year}年{day.month}月{day.day}日"]
        lines = [*head, f"任务序号：{row.task.number}", "", entry.what, "", "（演示数据，内容为虚构）"]
        files.append(ContentFile(paper(row.task.title, lines), f"{row.task.title[:20]}情况说明.pdf"))
    return [checked(file) for file in files]


def write(*, plan: Plan, people: Iterable[User]) -> Deeds:
    """Tells the story of every assignment on which nothing has been done yet, and brings the counts in line."""
    rows = list(
        Assignment.objects.of_plan(plan)
        .filter(state=AssignmentState.NOT_STARTED, version=1)
        .select_related("plan", "task", "organization")
        .order_by("work_point__number", "task__position", "organization__position", "period", "id")
    )
    teller = Teller(plan, Cast(people))
    told = [happening for serial, row in enumerate(rows) for happening in teller.happenings(row, serial)]
    told.sort(key=lambda happening: (happening.at, happening.order))
    entries = bulk.insert([happening.entry for happening in told if happening.entry])
    reviews = bulk.insert([happening.review for happening in told if happening.review])
    files = bulk.insert([row for happening in told for row in _evidence(plan, happening)])
    touched = [row for row in rows if row.version > 1]
    Assignment.objects.bulk_create(
        touched, update_conflicts=True, unique_fields=["id"], update_fields=_CHANGED, batch_size=500
    )
    write_log(_logged(happening) for happening in told if "state" in happening.after)
    record_deeds(map(_deed, told), scope_id=plan.issuer_id)
    counts.rebuild(plan)
    return Deeds(len(entries), len(reviews), len(files), len(touched))


def _evidence(plan: Plan, happening: Happening) -> list[Evidence]:
    return [
        Evidence(
            plan_id=plan.pk, assignment_id=happening.row.pk, entry=happening.entry, file=store(plan.pk, proof),
            name=proof.name, content_type=proof.content_type, size=proof.size, sha256=proof.sha256,
            uploaded_at=happening.at,
        )
        for proof in happening.proofs
    ]  # fmt: skip


def _logged(happening: Happening) -> tuple[Any, ...]:
    """The step's row in the log of transitions."""
    row, verb = happening.row, happening.verb.removeprefix("assignment.")
    return (
        row.plan_id, row.pk, "start" if verb == PROGRESS else verb, happening.before["state"],
        happening.after["state"], row.due_on, timezone.localdate(happening.at), happening.at, happening.by.pk,
        happening.after.get("opinion", ""),
    )  # fmt: skip


def _deed(happening: Happening) -> Deed:
    after = happening.after
    if happening.entry:
        after = after | {"entry": happening.entry.pk, "files": [proof.sha256 for proof in happening.proofs]}
    return Deed(Act(happening.verb, happening.row, happening.before, after), happening.by, happening.at)
