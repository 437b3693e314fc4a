"""The gate of a submission: which conditions a task sets before it may be handed in, and which are met.

A task may require its target (without one: 100 percent) and a proof; something must be logged in any case.
The page shows every condition, the action refuses by the binding ones: both ask here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import formats

from .models import Assignment
from .told import Details, TellableError


class Condition(NamedTuple):
    """A condition of the next step, as code and plain values; one that is not `binding` may stay unmet."""

    met: bool
    code: str
    details: Details
    binding: bool

    @property
    def words(self) -> str:
        """The condition in the reader's language."""
        text = condition_words(self.code, self.details)
        if self.code in {"target", "percent"} and not self.met and not self.binding:
            return _("%(words)s, not binding") % {"words": text}
        return text


def condition_words(code: str, details: Details) -> str:
    """What a condition asks for and what is there."""
    match code:
        case "logged":
            return _("Progress is logged")
        case "in_time":
            return _("Handed in by the deadline")
        case "late":
            return _("Handed in after the deadline (not binding)")
        case "target":
            unit = details["unit"]
            words = _("Target of %(target)s reached") % {"target": formats.amount(Decimal(details["target"]), unit)}
            if "missing" not in details:
                return words
            missing = formats.amount(Decimal(details["missing"]), unit)
            return _("%(words)s (%(missing)s missing)") % {"words": words, "missing": missing}
        case "percent":
            if "now" not in details:
                return _("Logged in full")
            return _("Logged in full (now %(now)s%%)") % {"now": details["now"]}
        case "proof":
            files = details["files"]
            return ngettext("Proof on file (%(n)s)", "Proof on file (%(n)s)", files) % {"n": files}
        case "proof_missing":
            return _("Proof on file (none yet; log an entry with a file)")
        case "proof_none":
            return _("No proof on file yet (not binding)")
    raise KeyError(code)


def words(code: str, details: Details) -> str:
    """Why it cannot be submitted, in the reader's language."""
    missing = _("; ").join(condition_words(*condition) for condition in details["conditions"])
    return _("It cannot be submitted yet. Missing: %(conditions)s.") % {"conditions": missing}


def conditions_of(one: Assignment, files: int) -> list[Condition]:
    """What a submission needs, and what a reviewer will look for; `files` is the number of proofs."""
    found = [_target(one), _proof(one, files)]
    if not one.task.target_required:
        met = one.last_progress_on is not None or one.percent > 0
        found.insert(0, Condition(met, "logged", {}, binding=True))
    if one.done_on and one.due_on:
        late = (one.done_on - one.due_on).days
        found.append(Condition(late <= 0, "in_time" if late <= 0 else "late", {}, binding=False))
    return found


def refuse_unmet(one: Assignment) -> None:
    """Raises TellableError that names every binding condition which is not met."""
    files = one.evidence.count() if one.task.evidence_required else 0
    conditions = [condition for condition in conditions_of(one, files) if condition.binding and not condition.met]
    if conditions:
        missing = [[condition.code, condition.details] for condition in conditions]
        raise TellableError("incomplete", {"conditions": missing}, words)


def _target(one: Assignment) -> Condition:
    details: dict[str, str | int]
    if one.target:
        details = {"target": str(one.target), "unit": one.task.unit}
        if not one.is_complete:
            details["missing"] = str(one.remaining)
    else:
        details = {} if one.is_complete else {"now": one.percent}
    return Condition(one.is_complete, "target" if one.target else "percent", details, one.task.target_required)


def _proof(one: Assignment, files: int) -> Condition:
    binding = one.task.evidence_required
    if files:
        return Condition(True, "proof", {"files": files}, binding)
    return Condition(False, "proof_missing" if binding else "proof_none", {}, binding)
