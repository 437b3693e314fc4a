"""The page of one assignment, prepared: what is asked, how far it is, what happened, what comes next."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import AuditEntry
from lib import formats
from organizations.models import User

from . import rights
from .awaits import Part, awaiting
from .awaits_page import waiting_words
from .models import Assignment, Evidence, ProgressEntry, Review
from .pace import pace_of
from .rows import days_words
from .states import AssignmentState, Signal, UnitRole
from .task_rows import deadline_words, unit_lines
from .thumbs import has_thumb

STEPS = 12  # of the history, before the rest is asked for
TILES = 12
QUEUE = 200  # of what waits for sign-off; more than anybody reviews in a day
AROUND = 8


class Step(NamedTuple):
    """One thing that happened; `texts` are (label, words) below it."""

    at: datetime.datetime
    icon: str
    signal: str
    what: str
    amount: str
    texts: list[tuple[str, str]]
    when: str
    who: str


class Tile(NamedTuple):
    """A proof: where it opens, its small picture if it has one, otherwise the kind of sheet to draw."""

    href: str
    thumb: str
    sheet: str
    name: str
    meta: str
    looks: bool


class Condition(NamedTuple):
    """A condition of the next step; one that is not `binding` may stay unmet."""

    met: bool
    words: str
    binding: bool


class Waiting(NamedTuple):
    """An entry of the reviewer's queue."""

    href: str
    title: str
    unit: str
    waited: str
    current: bool


class Queue(NamedTuple):
    """The reviewer's queue around this assignment; `place` counts from 1, 0 where it is not in it."""

    rows: list[Waiting]
    place: int
    number: int
    before: str
    after: str


def status_words(one: Assignment, today: datetime.date) -> tuple[Signal, str]:
    """The signal in full: 正常 · 10月31日到期，还有 41 天."""
    signal = one.signal(today)
    label = one.get_state_display() if signal == Signal.NONE else str(signal.label)
    if one.done_on is not None:
        return signal, _("%(label)s · handed in on %(day)s") % {"label": label, "day": formats.day(one.done_on)}
    if not one.is_open or one.due_on is None:
        return signal, label
    due = _("due %(day)s") % {"day": formats.short_day(one.due_on, one.plan.year)}
    days = days_words(one.days_left(today))
    return signal, f"{days} · {due}" if signal == Signal.OVER else f"{label} · {due} · {days}"


def actions_of(one: Assignment, user: User) -> dict[str, bool]:
    """What this person may do to it now, by verb."""
    who = {
        "progress": rights.may_log, "submit": rights.may_submit, "approve": rights.may_approve,
        "send_back": rights.may_send_back,
    }  # fmt: skip
    return {verb: allowed(user, one) and rights.allows(one, verb) for verb, allowed in who.items()}


def history_of(
    one: Assignment, entries: Sequence[ProgressEntry], reviews: Sequence[Review], proofs: Sequence[Evidence]
) -> list[Step]:
    """Entries, decisions and submissions, latest first; submissions stand in the audit record."""
    files = Counter(proof.entry_id for proof in proofs)
    submitted = AuditEntry.objects.filter(
        object_type=Assignment._meta.label_lower, object_id=one.pk, verb="assignment.submit"
    ).select_related("by__organization")
    steps = [_entry_step(one, entry, files[entry.pk]) for entry in entries]
    steps += [_review_step(one, review) for review in reviews]
    steps += [_submit_step(one, act) for act in submitted]
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _when(one: Assignment, at: datetime.datetime) -> str:
    local = timezone.localtime(at)
    return f"{formats.short_day(local.date(), one.plan.year)} {local:%H:%M}"


def _who(one: Assignment, person: User) -> str:
    """The post; with the unit where it is another than the assignment's."""
    own = person.organization_id == one.organization_id
    return (person.post or person.get_role_display()) if own else person.post_and_unit


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
    when = _when(one, entry.created_at)
    if timezone.localtime(entry.created_at).date() != entry.happened_on:
        done = _("done on %(day)s") % {"day": formats.short_day(entry.happened_on, one.plan.year)}
        when = f"{when} · {done}"
    texts = [pair for pair in texts if pair[1]]
    return Step(entry.created_at, "i-pen", "none", _("Logged"), amount, texts, when, _who(one, entry.author))


def _review_step(one: Assignment, review: Review) -> Step:
    approved = review.decision == Review.Decision.APPROVED
    signal = "done" if approved else "back"
    texts = [("", review.opinion)] if review.opinion else []
    when = _when(one, review.decided_at)
    who = review.reviewer.post_and_unit
    return Step(review.decided_at, f"s-{signal}", signal, review.get_decision_display(), "", texts, when, who)


def _submit_step(one: Assignment, act: AuditEntry) -> Step:
    opinion = (act.after or {}).get("opinion", "")
    who = _who(one, act.by) if act.by else ""
    return Step(
        act.at, "s-sent", "sent", _("Submitted"), "", [("", opinion)] if opinion else [], _when(one, act.at), who
    )


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


def conditions_of(one: Assignment, files: int) -> list[Condition]:
    """What a submission needs, and what a reviewer will look for."""
    if one.target:
        words = _("Target of %(target)s reached") % {"target": formats.amount(one.target, one.task.unit)}
        if not one.is_complete:
            missing = formats.amount(one.remaining, one.task.unit)
            words = _("%(words)s (%(missing)s missing)") % {"words": words, "missing": missing}
    else:
        words = _("Logged in full")
        if not one.is_complete:
            words = _("Logged in full (now %(now)s%%)") % {"now": one.percent}
    found = [Condition(one.is_complete, words, True)]
    if files:
        found.append(
            Condition(True, ngettext("Proof on file (%(n)s)", "Proof on file (%(n)s)", files) % {"n": files}, False)
        )
    else:
        found.append(Condition(False, _("No proof on file yet (not binding)"), False))
    if one.done_on and one.due_on:
        late = (one.done_on - one.due_on).days
        words = _("Handed in by the deadline") if late <= 0 else _("Handed in after the deadline (not binding)")
        found.append(Condition(late <= 0, words, False))
    return found


def queue_of(one: Assignment, user: User, today: datetime.date) -> Queue:
    """What waits for this reviewer, longest waiting first, in one query."""
    rows = awaiting(user, one.plan, today, Part.REVIEW).order_by(F("done_on").asc(nulls_first=True), "due_on", "pk")
    named = rows.values_list("pk", "task__title", "organization__short_name", "organization__name", "done_on")
    waiting = list(named[:QUEUE])
    keys = [row[0] for row in waiting]
    index = keys.index(one.pk) if one.pk in keys else -1
    first = max(0, min(index - AROUND // 2, len(keys) - AROUND))

    def href(place: int) -> str:
        return reverse("assignment", kwargs={"pk": keys[place]}) if 0 <= place < len(keys) else ""

    shown = [
        Waiting(href(first + n), title, short or name, waiting_words(since, today), pk == one.pk)
        for n, (pk, title, short, name, since) in enumerate(waiting[first : first + AROUND])
    ]
    return Queue(
        shown, index + 1, len(keys), href(index - 1) if index > 0 else "", href(index + 1) if index >= 0 else ""
    )


def next_in_queue(one: Assignment, user: User, today: datetime.date) -> int | None:
    """What to review after this one, longest waiting first."""
    rows = awaiting(user, one.plan, today, Part.REVIEW).exclude(pk=one.pk)
    return rows.order_by(F("done_on").asc(nulls_first=True), "due_on", "pk").values_list("pk", flat=True).first()


def facts_of(one: Assignment) -> dict[str, Any]:
    """What is asked, of whom and why."""
    lines = unit_lines(one.task)
    return {
        "deadline": formats.day(one.due_on) or deadline_words(one.task),
        "moved": one.first_due_on if one.first_due_on != one.due_on else None,
        "period": formats.period(one.period) if one.period != str(one.plan.year) else "",
        "lead": lines[UnitRole.LEAD],
        "cooperating": lines[UnitRole.COOPERATING],
    }


def page_of(one: Assignment, user: User, today: datetime.date, whole: bool) -> dict[str, Any]:
    """The context of the page; `whole` shows all of the history and of the proofs."""
    entries = list(one.entries.select_related("author__organization"))
    reviews = list(one.reviews.select_related("reviewer__organization"))
    proofs = list(one.evidence.order_by("-id"))
    steps = history_of(one, entries, reviews, proofs)
    tiles = tiles_of(proofs, one.plan.year)
    signal, words = status_words(one, today)
    may = actions_of(one, user)
    back = next((review for review in reviews if review.decision == Review.Decision.SENT_BACK), None)
    latest = next((entry for entry in entries if entry.author_id == user.pk), None)
    return {
        "one": one,
        "plan": one.plan,
        "signal": signal.value,
        "status": words,
        "pace": pace_of(one, entries, today),
        "facts": facts_of(one),
        "may": may,
        "steps": steps if whole else steps[:STEPS],
        "steps_number": len(steps),
        "tiles": tiles if whole else tiles[:TILES],
        "tiles_number": len(tiles),
        "conditions": conditions_of(one, len(proofs)),
        "handed": next((step for step in steps if step.signal == "sent"), None) if one.done_on else None,
        "result": entries[0].what if entries and one.done_on else "",
        "back": back if one.state == AssignmentState.SENT_BACK else None,
        "queue": queue_of(one, user, today) if may["send_back"] else None,
        "saved_key": str(latest.request_key) if latest else "",
    }
