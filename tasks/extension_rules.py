"""What a request for a later deadline and its answer must look like; form and action ask the same rules."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib import formats

from .models import Assignment

Faults = dict[str, ValidationError]


def why_not(assignment: Assignment, today: datetime.date) -> str:
    """Why no extension can be asked for, whatever the day wanted; empty where it can."""
    if assignment.due_on is None:
        return _("This assignment has no deadline, so there is none to extend.")
    if today > assignment.due_on:
        return _(
            "An extension is asked for before the deadline; this one was %(day)s. Log what is done and submit."
        ) % {"day": formats.day(assignment.due_on)}
    return ""


def asking_faults(
    assignment: Assignment, today: datetime.date, wanted: datetime.date | None, reason: str, explanation: str
) -> Faults:
    """What is wrong with a request, by field ("" for the whole)."""
    found: Faults = {}
    blocked = why_not(assignment, today)
    if blocked or assignment.due_on is None:
        return {"__all__": ValidationError(blocked, code="late")}
    if not reason:
        text = _("Say why the deadline cannot be kept; the reviewer decides by this.")
        found["reason"] = ValidationError(text, code="reason")
    if wanted is None:
        return found
    ends_on = assignment.plan.ends_on
    if wanted <= assignment.due_on or wanted < today:
        text = _("The deadline is %(due)s. Enter a later day.") % {"due": formats.day(assignment.due_on)}
        found["due_wanted"] = ValidationError(text, code="past")
    elif wanted > ends_on.replace(year=ends_on.year + 1):
        text = _("That is more than a year beyond the plan. Enter %(day)s or an earlier day.")
        latest = {"day": formats.day(ends_on.replace(year=ends_on.year + 1))}
        found["due_wanted"] = ValidationError(text % latest, code="beyond")
    elif wanted > ends_on and not explanation:
        text = _("This lies beyond the plan's year. Explain why the work reaches into the next one.")
        found["explanation"] = ValidationError(text, code="explanation")
    return found


def deciding_faults(
    assignment: Assignment, today: datetime.date, granted: datetime.date | None, opinion: str
) -> Faults:
    """What is wrong with an answer, by field; `granted` None refuses the request."""
    found: Faults = {}
    if not opinion.strip():
        text = _("Give your opinion; the unit reads it and it stays in the record.")
        found["opinion"] = ValidationError(text, code="opinion")
    if granted is None:
        return found
    due_on = assignment.due_on
    if due_on and granted <= due_on:
        text = _("The deadline is %(due)s. Enter a later day.") % {"due": formats.day(due_on)}
        found["due_after"] = ValidationError(text, code="past")
    elif granted < (assignment.done_on or today):
        days = {"day": formats.day(granted), "today": formats.day(assignment.done_on or today)}
        text = _("%(day)s is past. Grant %(today)s or a later day.") % days
        found["due_after"] = ValidationError(text, code="past")
    return found
