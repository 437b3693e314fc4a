"""Several decisions at once: the same word on each, all that still wait, in a constant number of statements."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import Act, record_many
from tasks import counts, news, rights
from tasks.models import Assignment, Extension, Review, Transition
from tasks.states import TRANSITIONS, AssignmentState

from .claim import Move, log_moves
from .reviews import UNSENT, require_reason

if TYPE_CHECKING:
    from organizations.models import User

Decision = Review.Decision
# what is decided -> (state it waits in, step, decision)
STEPS = {
    "approve": (
        (AssignmentState.SUBMITTED, "approve", Decision.APPROVED),
        (AssignmentState.WITH_HEAD, "endorse", Decision.ENDORSED),
    ),
    "send_back": (
        (AssignmentState.SUBMITTED, "send_back", Decision.SENT_BACK),
        (AssignmentState.WITH_HEAD, "send_back", Decision.SENT_BACK),
    ),
}


class Left(NamedTuple):
    """One that was left as it is: why, as a code (refusals) and in words."""

    row: Assignment
    code: str
    why: str


class ManyResult(NamedTuple):
    """What was decided, and what was left as it is."""

    done: list[Assignment]
    left: list[Left]


@transaction.atomic
def decide_many(
    *,
    do: str,
    picks: Mapping[int, int],
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    opinion: str = "",
) -> ManyResult:
    """Approves or sends back (`do`) the assignments `picks` (key → version that the person saw).

    What changed since, waits no longer, or is not this person's to decide is left alone and named. Approving
    what waits for the own head hands it on. Raises ValidationError where a reason is missing.
    """
    if do == "send_back":
        opinion = require_reason(opinion)
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("plan", "task", "organization")
    waiting = rows.filter(rights.desk_of(by).submissions, pk__in=list(picks)).order_by("pk")
    asked = set(Extension.objects.undecided().filter(assignment__in=list(picks)).values_list("assignment", flat=True))
    ready, overtaken, left = _sorted_out(waiting, do, picks, asked)
    found = {row.pk for row in (*ready, *overtaken, *(one.row for one in left))}
    gone = Assignment.objects.visible_to(by).filter(pk__in=picks.keys() - found)
    left += _overtaken([*overtaken, *gone.select_related("plan", "task", "organization")])
    for state, verb, decision in STEPS[do]:
        group = [row for row in ready if row.state == state]
        _decide(group, verb, decision, by=by, at=at, today=today, opinion=opinion)
    return ManyResult(ready, left)


def _sorted_out(
    waiting: Iterable[Assignment], do: str, picks: Mapping[int, int], asked: Container[int]
) -> tuple[list[Assignment], list[Assignment], list[Left]]:
    """What can be decided, what somebody else has changed, and what something else stands in the way of."""
    ready: list[Assignment] = []
    overtaken: list[Assignment] = []
    left: list[Left] = []
    for row in waiting:
        late = row.due_on and row.done_on and row.done_on > row.due_on
        if row.version != picks[row.pk]:
            overtaken.append(row)
        elif do == "approve" and row.pk in asked and late:
            left.append(Left(row, "asked", _("an extension was asked for and decides whether it is late")))
        else:
            ready.append(row)
    return ready, overtaken, left


def _overtaken(rows: Sequence[Assignment]) -> list[Left]:
    """Rows on which somebody else was faster, with who that was and how they stand now. One query."""
    moves = Transition.objects.filter(assignment__in=rows).select_related("by__organization").order_by("id")
    last = {move.assignment_id: move.by for move in moves} if rows else {}
    return [Left(row, "stale", _overtaken_words(row, last.get(row.pk))) for row in rows]


def _overtaken_words(row: Assignment, by: User | None) -> str:
    if by is None:
        return _("was changed in the meantime")
    names = {"who": by.post_and_unit, "state": row.get_state_display()}
    return _("was changed in the meantime by %(who)s and is now “%(state)s”") % names


def _decide(
    rows: Sequence[Assignment], verb: str, decision: str, *, by: User, at: datetime.datetime, today: datetime.date,
    opinion: str,
) -> None:  # fmt: skip
    """One step for rows that are locked and in the right state."""
    if not rows:
        return
    by_verb: dict[str, dict[str, Any]] = {
        "approve": {"closed_at": at},
        "endorse": {"done_on": today, "endorsed_by": by},
        "send_back": UNSENT | {"sent_back_on": today},
    }
    changes = by_verb[verb] | {"state": TRANSITIONS[verb][1]}
    keys = [row.pk for row in rows]
    was = [counts.key_of(row, row.plan.year) for row in rows]
    before = [{name: getattr(row, name) for name in changes} for row in rows]
    Assignment.objects.filter(pk__in=keys).update(version=F("version") + 1, **changes)
    for row in rows:
        for name, value in changes.items():
            setattr(row, name, value)
        row.version += 1
    counts.changed_many(zip(was, rows, strict=True))
    moves = [Move(row, verb, old["state"], opinion.strip()) for row, old in zip(rows, before, strict=True)]
    log_moves(moves, by=by, at=at, today=today)
    Review.objects.bulk_create(
        Review(plan_id=row.plan_id, assignment=row, reviewer=by, decision=decision, opinion=opinion.strip(),
               decided_at=at)
        for row in rows
    )  # fmt: skip
    if verb == "approve":
        open_requests = Extension.objects.undecided().filter(assignment__in=keys)
        open_requests.update(decision=Extension.Decision.LAPSED, decided_at=at)
    said = {"opinion": opinion.strip()} if opinion.strip() else {}
    acts = [Act(f"assignment.{verb}", row, old, changes | said) for row, old in zip(rows, before, strict=True)]
    record_many(acts, by=by, at=at, scope_id=rows[0].plan.issuer_id)
    news.tell(verb, rows, by=by, at=at, opinion=opinion)
