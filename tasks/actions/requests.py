"""Extensions (延期): asked by the unit before the deadline, decided by the reviewer with an opinion.

The first deadline stays on record. A request that is not decided by its deadline stops no clock: the
assignment is overdue until somebody grants the later day.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import record
from lib import formats
from tasks import counts, extension_rules, news, rights
from tasks.models import Assignment, Extension
from tasks.states import OPEN, UNIT_ACTS

from .claim import Move, StaleError, locked, log_moves, stale

if TYPE_CHECKING:
    from organizations.models import User

Decision = Extension.Decision


@transaction.atomic
def ask(
    *,
    assignment: Assignment,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    due_wanted: datetime.date,
    reason: str,
    explanation: str = "",
    version: int | None = None,
) -> Extension:
    """Asks for a later deadline.

    Raises ValidationError by field (extension_rules), StaleError where the assignment changed meanwhile.
    """
    now = locked(assignment)
    if now.state not in UNIT_ACTS or (version is not None and version != now.version):
        raise stale(now)
    if now.extensions.undecided().exists():
        raise ValidationError(_("An extension is asked for already and waits for a decision."), code="open")
    reason, explanation = reason.strip(), explanation.strip()
    faults = extension_rules.asking_faults(now, today, due_wanted, reason, explanation)
    if faults or now.due_on is None:
        raise ValidationError(faults)
    made = Extension.objects.create(
        plan_id=now.plan_id, assignment=now, asked_by=by, asked_at=at, asked_on=today, reason=reason,
        explanation=explanation, due_before=now.due_on, due_wanted=due_wanted,
    )  # fmt: skip
    after = {"due_wanted": due_wanted, "reason": reason}
    record("assignment.ask_extension", now, by=by, at=at, scope_id=now.plan.issuer_id,
           before={"due_on": now.due_on}, after=after)  # fmt: skip
    news.tell("ask_extension", [now], by=by, at=at, opinion=reason, due=due_wanted)
    return made


@transaction.atomic
def decide(
    *,
    extension: Extension,
    by: User,
    at: datetime.datetime,
    today: datetime.date,
    due_after: datetime.date | None,
    opinion: str,
    version: int | None = None,
) -> Extension:
    """Grants a day (the wanted one or another), or refuses with None; with an opinion either way.

    Raises ValidationError by field, also for the own work; StaleError where it was decided or the assignment
    changed meanwhile; PermissionDenied for people of another unit.
    """
    now = locked(extension.assignment)
    asked = Extension.objects.select_for_update(of=("self",)).get(pk=extension.pk)
    if not asked.is_open:
        raise decided_already(asked, now)
    if now.state not in OPEN or (version is not None and version != now.version):
        raise stale(now)
    _refuse_foreign(asked, now, by)
    faults = extension_rules.deciding_faults(now, today, due_after, opinion)
    if faults:
        raise ValidationError(faults)
    asked.decision = Decision.APPROVED if due_after else Decision.REFUSED
    asked.due_after, asked.decided_by, asked.decided_at, asked.opinion = due_after, by, at, opinion.strip()
    asked.save(update_fields=["decision", "due_after", "decided_by", "decided_at", "opinion"])
    before: dict[str, Any] = {"due_on": now.due_on}
    if due_after:
        _move(now, due_after, asked, by=by, at=at, today=today)
    after = {"due_on": now.due_on, "opinion": asked.opinion}
    verb = "assignment.extend" if due_after else "assignment.refuse_extension"
    record(verb, now, by=by, at=at, scope_id=now.plan.issuer_id, before=before, after=after)
    news.tell(verb.removeprefix("assignment."), [now], by=by, at=at, opinion=asked.opinion, due=due_after)
    return asked


def _move(now: Assignment, due_on: datetime.date, asked: Extension, **act: Any) -> None:
    """Sets the granted deadline, with counts and log."""
    was = counts.key_of(now, now.plan.year)
    Assignment.objects.filter(pk=now.pk).update(due_on=due_on, extended_to=due_on, version=F("version") + 1)
    now.due_on = now.extended_to = due_on
    now.version += 1
    counts.changed(before=was, after=now)
    log_moves([Move(now, "extend", now.state, asked.opinion)], **act)


def _refuse_foreign(asked: Extension, now: Assignment, by: User) -> None:
    if rights.may_decide_extension(by, now, asked):
        return
    if by.pk == asked.asked_by_id or rights.is_own_work(by, now):
        text = _("You or your unit asked for this, so the supervising unit has to decide.")
        raise ValidationError(text, code="four_eyes")
    raise PermissionDenied(
        _("Only the supervising unit decides: the district, the sector regulator, or the commission office.")
    )


def decided_already(asked: Extension, now: Assignment) -> StaleError:
    """What to tell a person who comes second."""
    text = _("%(who)s has decided this request in the meantime: %(decision)s. Nothing was done.")
    who = asked.decided_by.post_and_unit if asked.decided_by else _("Somebody else")
    decision = asked.get_decision_display()
    if asked.due_after:
        decision = f"{decision} ({formats.day(asked.due_after)})"
    return StaleError(now.state, text % {"who": who, "decision": decision})


def settle(now: Assignment, *, at: datetime.datetime) -> None:
    """Before a sign-off: an open request lapses where the work was in time, and must be decided where it was not.

    Raises ValidationError where the answer decides whether the work was late.
    """
    late = bool(now.due_on and now.done_on and now.done_on > now.due_on)
    if late and now.extensions.undecided().exists():
        raise ValidationError(
            _("An extension was asked for in time and decides whether this is late. Decide on it first."), code="asked"
        )
    lapse(now, at=at)


def lapse(now: Assignment, *, at: datetime.datetime) -> int:
    """An open request of an assignment that is closed needs no answer any more."""
    return now.extensions.undecided().update(decision=Decision.LAPSED, decided_at=at)
