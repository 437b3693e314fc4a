"""The gate of a submission: which conditions a task sets before it may be handed in, and which are met.

A task may require its target (without one: 100 percent) and a proof; something must be logged in any case.
The page shows every condition, the action refuses by the binding ones: both ask here.
"""

from __future__ import annotations

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import formats

from .models import Assignment


class Condition(NamedTuple):
    """A condition of the next step; one that is not `binding` may stay unmet."""

    met: bool
    words: str
    binding: bool


def conditions_of(one: Assignment, files: int) -> list[Condition]:
    """What a submission needs, and what a reviewer will look for; `files` is the number of proofs."""
    found = [_target(one), _proof(one, files)]
    if not one.task.target_required:
        met = one.last_progress_on is not None or one.percent > 0
        found.insert(0, Condition(met, _("Progress is logged"), binding=True))
    if one.done_on and one.due_on:
        late = (one.done_on - one.due_on).days
        words = _("Handed in by the deadline") if late <= 0 else _("Handed in after the deadline (not binding)")
        found.append(Condition(late <= 0, words, binding=False))
    return found


def refuse_unmet(one: Assignment) -> None:
    """Raises ValidationError that names every binding condition which is not met."""
    files = one.evidence.count() if one.task.evidence_required else 0
    missing = [condition.words for condition in conditions_of(one, files) if condition.binding and not condition.met]
    if missing:
        text = _("It cannot be submitted yet. Missing: %(conditions)s.")
        raise ValidationError(text % {"conditions": _("; ").join(missing)}, code="incomplete")


def _target(one: Assignment) -> Condition:
    binding = one.task.target_required
    if one.target:
        words = _("Target of %(target)s reached") % {"target": formats.amount(one.target, one.task.unit)}
        if not one.is_complete:
            missing = formats.amount(one.remaining, one.task.unit)
            words = _("%(words)s (%(missing)s missing)") % {"words": words, "missing": missing}
    else:
        words = _("Logged in full")
        if not one.is_complete:
            words = _("Logged in full (now %(now)s%%)") % {"now": one.percent}
    if not one.is_complete and not binding:
        words = _("%(words)s, not binding") % {"words": words}
    return Condition(one.is_complete, words, binding)


def _proof(one: Assignment, files: int) -> Condition:
    binding = one.task.evidence_required
    if files:
        return Condition(
            True, ngettext("Proof on file (%(n)s)", "Proof on file (%(n)s)", files) % {"n": files}, binding
        )
    if binding:
        return Condition(False, _("Proof on file (none yet; log an entry with a file)"), binding)
    return Condition(False, _("No proof on file yet (not binding)"), binding)
