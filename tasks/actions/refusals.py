"""What was tried and refused: an illegal step, a decision on the own work. It stays in the record as well."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from audit.record import record
from tasks.models import Assignment

if TYPE_CHECKING:
    from organizations.models import User


@transaction.atomic
def note_refusal(*, assignment: Assignment, step: str, by: User, at: datetime.datetime, why: str) -> None:
    """Records a refused attempt; call after the attempt's own transaction has been rolled back."""
    after = {"step": step, "state": assignment.state, "why": why}
    record("assignment.refused", assignment, by=by, at=at, scope_id=assignment.plan.issuer_id, after=after)
