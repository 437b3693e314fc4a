"""What happened to one assignment, latest first: entries, every change of state or deadline, extension requests."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import formats
from organizations.models import User

from .models import Assignment, Evidence, Extension, ProgressEntry, Transition

Texts = list[tuple[str, str]]
UNSAID = frozenset({"start"})  # the entry that started the work says it
# verb -> (icon, signal)
MARKS = {
    "hand_in": ("s-head", "head"), "endorse": ("s-head", "head"), "submit": ("s-sent", "sent"),
    "approve": ("s-done", "done"), "send_back": ("s-back", "back"), "withdraw": ("i-left", "none"),
    "cancel": ("i-x", "none"), "reopen": ("s-none", "soon"), "revive": ("s-none", "none"),
    "resume": ("s-none", "none"), "extend": ("s-soon", "ok"), "adjust": ("i-pen", "none"),
}  # fmt: skip


class Step(NamedTuple):
    """One thing that happened; `texts` are (label, words) below it."""

    at: datetime.datetime
    icon: str
    signal: str
    what: str
    amount: str
    texts: Texts
    when: str
    who: str


def step_words() -> dict[str, str]:
    """What each step is called in a history, in the active language."""
    return {
        "hand_in": _("Handed in to the own head"),
        "endorse": _("Approved by the own head"),
        "submit": _("Submitted"),
        "approve": _("Signed off"),
        "send_back": _("Sent back"),
        "withdraw": _("Withdrawn by the unit"),
        "cancel": _("Cancelled"),
        "reopen": _("Reopened"),
        "revive": _("Owed again"),
        "resume": _("Owed again"),
        "extend": _("Deadline extended"),
        "adjust": _("Deadline changed with the task"),
    }


def history_of(
    one: Assignment,
    entries: Sequence[ProgressEntry],
    moves: Sequence[Transition],
    proofs: Sequence[Evidence],
    asked: Sequence[Extension],
) -> list[Step]:
    """Everything, latest first."""
    files = Counter(proof.entry_id for proof in proofs)
    words = step_words()
    steps = [_entry_step(one, entry, files[entry.pk]) for entry in entries]
    steps += [_move_step(one, move, words) for move in moves if move.verb not in UNSAID]
    for request in asked:
        steps += _request_steps(one, request)
    return sorted(steps, key=lambda step: step.at, reverse=True)


def when_of(one: Assignment, at: datetime.datetime) -> str:
    """A moment as the page of an assignment writes it: without its year within the plan's."""
    local = timezone.localtime(at)
    return f"{formats.short_day(local.date(), one.plan.year)} {local:%H:%M}"


def who_of(one: Assignment, person: User | None) -> str:
    """The post; with the unit where it is another than the assignment's."""
    if person is None:
        return ""
    own = person.organization_id == one.organization_id
    return (person.post or person.get_role_display()) if own else person.post_and_unit


def author_of(one: Assignment, entry: ProgressEntry) -> str:
    """Who logged it; for a return on paper without an account the name under it, otherwise the unit."""
    if entry.author:
        return who_of(one, entry.author)
    return _("by return, signed by %(name)s") % {"name": entry.signed_by} if entry.signed_by else _("by return")


def _entry_step(one: Assignment, entry: ProgressEntry, files: int) -> Step:
    unit = one.task.unit
    if one.target is not None or entry.quantity:
        words = _("+%(added)s, %(total)s in all") % {
            "added": formats.amount(entry.quantity, unit), "total": formats.amount(entry.total, unit),
        }  # fmt: skip
        amount = f"{words} · {entry.percent}%"
    else:
        amount = f"{entry.percent}%"
    texts = [("", entry.what), (_("Problems"), entry.problems), (_("Next steps"), entry.next_steps)]
    if files:
        texts.append(("", ngettext("%(n)s file", "%(n)s files", files) % {"n": files}))
    when = when_of(one, entry.created_at)
    if timezone.localtime(entry.created_at).date() != entry.happened_on:
        done = _("done on %(day)s") % {"day": formats.short_day(entry.happened_on, one.plan.year)}
        when = f"{when} · {done}"
    texts = [pair for pair in texts if pair[1]]
    return Step(entry.created_at, "i-pen", "none", _("Logged"), amount, texts, when, author_of(one, entry))


def _move_step(one: Assignment, move: Transition, words: dict[str, str]) -> Step:
    icon, signal = MARKS.get(move.verb, ("s-none", "none"))
    texts = [("", move.reason)] if move.reason else []
    amount = ""
    if move.verb in ("extend", "adjust"):
        amount = formats.short_day(move.due_on, one.plan.year) or _("No deadline")
    who = who_of(one, move.by)
    return Step(move.at, icon, signal, words.get(move.verb, move.verb), amount, texts, when_of(one, move.at), who)


def _request_steps(one: Assignment, asked: Extension) -> list[Step]:
    """The request, and its refusal; a grant is a step of its own in the log."""
    wanted = _("until %(day)s") % {"day": formats.short_day(asked.due_wanted, one.plan.year)}
    texts = [("", asked.reason)]
    if asked.explanation:
        texts.append((_("Why beyond the plan's year"), asked.explanation))
    who = who_of(one, asked.asked_by)
    steps = [Step(asked.asked_at, "s-sent", "sent", _("Extension asked for"), wanted, texts,
                  when_of(one, asked.asked_at), who)]  # fmt: skip
    if asked.decision in (Extension.Decision.REFUSED, Extension.Decision.LAPSED) and asked.decided_at:
        texts = [("", asked.opinion)] if asked.opinion else []
        steps.append(
            Step(asked.decided_at, "s-back", "back", asked.get_decision_display(), "", texts,
                 when_of(one, asked.decided_at), who_of(one, asked.decided_by))
        )  # fmt: skip
    return steps
