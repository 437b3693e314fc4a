"""Looking at proof: who opened which file stands in the record."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from audit.record import record
from tasks.models import Evidence

if TYPE_CHECKING:
    from organizations.models import User


@transaction.atomic
def opened(*, proof: Evidence, by: User, at: datetime.datetime) -> None:
    """A person was handed the file (not its small picture)."""
    record("evidence.open", proof.assignment, by=by, at=at, after={"file": proof.name})
