"""What was tried and refused: an illegal step, a decision on the own work, a stale form. It stays in the record."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import record
from tasks.models import Assignment, Task

if TYPE_CHECKING:
    from organizations.models import User

# Codes of refusals that stay in the record; a form that is merely not filled in leaves no entry.
NOTED = frozenset({"stale", "four_eyes", "incomplete", "past", "late", "open", "asked"})


def why_refused(error: ValidationError) -> str:
    """The code of a refusal that stays in the record, "" for any other; also of one that names its fields."""
    lists = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    codes = (str(one.code or "") for found in lists for one in found)
    return next((code for code in codes if code in NOTED), "")


def note_refusal(
    *, of: Assignment | Task, step: str, by: User, at: datetime.datetime, why: str | ValidationError
) -> None:
    """Records a refused attempt; call after the attempt's own transaction has been rolled back."""
    code = why_refused(why) if isinstance(why, ValidationError) else why
    if not code:
        return
    scope = of.plan.issuer_id
    with transaction.atomic():
        if isinstance(of, Task):
            record("task.refused", of, by=by, at=at, scope_id=scope, after={"step": step, "why": code})
        else:
            after = {"step": step, "state": of.state, "why": code}
            record("assignment.refused", of, by=by, at=at, scope_id=scope, after=after)
