"""What an operator does: having a job run now."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.record import record
from background.models import ScheduledSlot
from background.schedule import discover
from notifications import bell

if TYPE_CHECKING:
    from organizations.models import User

SWEEP = "background.sweep"


@transaction.atomic
def run_now(*, job: str, by: User, at: datetime.datetime) -> ScheduledSlot:
    """Orders a run of a job; the next sweep does it. Raises ValidationError where one waits or runs already."""
    if job not in discover().jobs:
        raise ValidationError(_("There is no such job."), code="unknown")
    now = timezone.now()
    if ScheduledSlot.objects.of(job).unfinished().filter(slot__lte=now).exists():
        raise ValidationError(_("This job waits or runs already; nothing was ordered."), code="waiting")
    slot = ScheduledSlot.objects.create(job=job, slot=now)
    record("operations.run", slot, by=by, at=at, after={"job": job})
    bell.ring(SWEEP)
    return slot
