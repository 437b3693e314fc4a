"""The page of one assignment, prepared: what is asked, how far it is, what happened, what comes next."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lib import formats
from organizations.models import Organization, User
from organizations.roles import Capability

from . import extension_rules, rights
from .gates import conditions_of
from .history import history_of, step_words, when_of, who_of
from .models import Assignment, Evidence, Extension, ProgressEntry, Transition
from .pace import pace_of
from .rows import days_words
from .states import UNIT_ACTS, AssignmentState, Party, Signal, UnitRole
from .task_rows import deadline_words, unit_lines
from .thumbs import has_thumb

STEPS = 12  # of the history, before the rest is asked for
TILES = 12


class Tile(NamedTuple):
    """A proof: where it opens, its small picture if it has one, otherwise the kind of sheet to draw."""

    href: str
    thumb: str
    sheet: str
    name: str
    meta: str
    looks: bool


def status_words(one: Assignment, today: datetime.date) -> tuple[Signal, str]:
    """The signal in full: 正常 · 10月31日到期，还有 41 天."""
    signal = one.signal(today)
    label = one.get_state_display() if signal == Signal.NONE else str(signal.label)
    if one.handed_on is not None:
        return signal, _("%(label)s · handed in on %(day)s") % {"label": label, "day": formats.day(one.handed_on)}
    if not one.is_open or one.due_on is None:
        return signal, label
    due = _("due %(day)s") % {"day": formats.short_day(one.due_on, one.plan.year)}
    days = days_words(one.days_left(today))
    return signal, f"{days} · {due}" if signal == Signal.OVER else f"{label} · {due} · {days}"


def actions_of(one: Assignment, user: User, parties: frozenset[Party], asked: Sequence[Extension]) -> dict[str, bool]:
    """What this person may do to it now, by verb; "review" for whoever has to decide on it."""
    unit = Party.UNIT in parties
    may = {verb: rights.takes(parties, one, verb) for verb in ("endorse", "approve", "send_back", "withdraw", "cancel")}
    may["progress"] = rights.may_log(user, one) and rights.allows(one, "progress")
    may["submit"] = unit and rights.allows(one, "submit")
    may["reopen"] = any(rights.takes(parties, one, verb) for verb in ("reopen", "revive", "resume"))
    may["ask"] = unit and one.state in UNIT_ACTS and one.due_on is not None and not any(e.is_open for e in asked)
    may["answer"] = any(e.is_open and rights.may_decide_extension(user, one, e) for e in asked)
    may["review"] = may["endorse"] or may["approve"] or may["answer"]
    return may


def tiles_of(proofs: Sequence[Evidence], year: int) -> list[Tile]:
    """The proofs as tiles, latest first."""
    found = []
    for proof in proofs:
        href = reverse("evidence", kwargs={"pk": proof.pk})
        looks = has_thumb(proof)
        sheet = "photo" if proof.content_type.startswith("image/") else _sheet(proof.content_type)
        day = formats.short_day(timezone.localtime(proof.uploaded_at).date(), year)
        meta = f"{day} · {formats.size(proof.size)}"
        found.append(
            Tile(
                f"{href}?view=1" if looks else href,
                f"{href}?size=small" if looks else "",
                sheet,
                proof.name,
                meta,
                looks,
            )
        )
    return found


def _sheet(content_type: str) -> str:
    if "sheet" in content_type or "excel" in content_type:
        return "table"
    return "slides" if "presentation" in content_type or "powerpoint" in content_type else "text"


def reviewer_words(one: Assignment) -> str:
    """Who signs this off: the supervising units, and the own head where the task says so."""
    names = _(" or ").join(unit.label for unit in one.supervisors)
    if one.organization.kind == Organization.Kind.COMMISSION:
        return _("another person of %(units)s") % {"units": names}
    if one.task.own_head_first:
        return _("the own head first, then %(units)s") % {"units": names}
    return names


def facts_of(one: Assignment) -> dict[str, Any]:
    """What is asked, of whom and why; needs the task's units and milestones (`for_page()`)."""
    lines = unit_lines(one.task)
    return brief_facts(one) | {"lead": lines[UnitRole.LEAD], "cooperating": lines[UnitRole.COOPERATING]}


def brief_facts(one: Assignment) -> dict[str, Any]:
    """Deadline, period and reviewers: what the review desk shows."""
    return {
        "deadline": formats.day(one.due_on) or deadline_words(one.task),
        "moved": one.first_due_on if one.first_due_on != one.due_on else None,
        "extended": one.extended_to is not None,
        "reviewers": reviewer_words(one),
        "period": formats.period(one.period) if one.period != str(one.plan.year) else "",
    }


def page_of(one: Assignment, user: User, today: datetime.date, whole: bool) -> dict[str, Any]:
    """The context of the page; `whole` shows all of the history and of the proofs."""
    parties = rights.parties_of(user, one)
    asked = list(one.extensions.select_related("asked_by__organization", "decided_by__organization"))
    may = actions_of(one, user, parties, asked)
    entries = list(one.entries.select_related("author__organization"))
    latest = next((entry for entry in entries if entry.author_id == user.pk), None)
    found = work_of(one, today, whole, entries, asked)
    return found | {
        "facts": facts_of(one),
        "may": may,
        "ready": not any(c.binding and not c.met for c in found["conditions"]),
        "four_eyes": user.may(Capability.REVIEW) and one.is_handed_in and rights.is_own_work(user, one),
        "extension": next((request for request in asked if request.is_open), None),
        "why_no_extension": extension_rules.why_not(one, today) if may["ask"] else "",
        "desk": _desk_href(one, may, asked),
        "saved_key": str(latest.request_key) if latest else "",
    }


def _desk_href(one: Assignment, may: dict[str, bool], asked: Sequence[Extension]) -> str:
    """Where the person decides on it: the submission before the request."""
    request = next((e for e in asked if e.is_open), None)
    decides = may["endorse"] or may["approve"] or request is None
    at = f"s{one.pk}" if decides or request is None else f"e{request.pk}"
    return f"{reverse('review_desk', kwargs={'year': one.plan.year})}?at={at}"


def work_of(
    one: Assignment, today: datetime.date, whole: bool, entries: list[ProgressEntry], asked: list[Extension]
) -> dict[str, Any]:
    """What anybody sees of it: how it stands, what is asked, proofs, history."""
    moves = list(one.transitions.select_related("by__organization"))
    proofs = list(one.evidence.order_by("-id"))
    steps = history_of(one, entries, moves, proofs, asked)
    tiles = tiles_of(proofs, one.plan.year)
    signal, words = status_words(one, today)
    back = next((move for move in moves if move.verb == "send_back"), None)
    handed = {"hand_in", "submit", "endorse"}
    return {
        "one": one,
        "plan": one.plan,
        "signal": signal.value,
        "status": words,
        "pace": pace_of(one, entries, today),
        "steps": steps if whole else steps[:STEPS],
        "steps_number": len(steps),
        "tiles": tiles if whole else tiles[:TILES],
        "tiles_number": len(tiles),
        "conditions": conditions_of(one, len(proofs)),
        "handed": [(step_words()[move.verb], when_of(one, move.at), who_of(one, move.by), move.reason)
                   for move in _last_submission(moves) if move.verb in handed] if one.handed_on else [],
        "result": entries[0].what if entries and one.handed_on else "",
        "back": back if one.state == AssignmentState.SENT_BACK else None,
        "cancelled": next((m for m in moves if m.verb == "cancel"), None) if one.state == "cancelled" else None,
    }  # fmt: skip


def _last_submission(moves: Sequence[Transition]) -> list[Transition]:
    """The steps from the last handing in on, earliest first; `moves` come latest first."""
    found = []
    for move in moves:
        found.append(move)
        if move.verb in ("hand_in", "submit"):
            break
    return found[::-1]
