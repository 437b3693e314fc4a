"""What was to run when, whether it did, and what came of it."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q


class SlotQuerySet(models.QuerySet["ScheduledSlot"]):
    """Reads, as adjectives."""

    def of(self, job: str) -> SlotQuerySet:
        """Those of one job."""
        return self.filter(job=job)

    def unfinished(self) -> SlotQuerySet:
        """Those that nobody brought to an end."""
        return self.filter(finished_at__isnull=True)

    def free(self, at: datetime.datetime) -> SlotQuerySet:
        """Unfinished ones that nobody holds: never claimed, or claimed by a process that fell silent."""
        return self.unfinished().filter(Q(lease_until__isnull=True) | Q(lease_until__lte=at))


class ScheduledSlot(models.Model):
    """One planned run of one job. Whoever claims the row runs it; nobody else does.

    A failed attempt keeps its `error` and is free again when `lease_until` has passed; the last one
    finishes the row as `failed`.
    """

    class Outcome(models.TextChoices):
        DONE = "done"
        FAILED = "failed"
        SKIPPED = "skipped"  # missed, and the job's policy does not make up for it

    job = models.CharField(max_length=60)
    slot = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    result = models.TextField(blank=True)
    error = models.TextField(blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["slot", "job"]
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="slot_once")]
        indexes = [
            models.Index(fields=["slot"], name="slot_waiting", condition=Q(finished_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%d %H:%M}"

    def claim(self, *, at: datetime.datetime, lease: datetime.timedelta) -> bool:
        """Takes the slot; False where somebody else holds or has finished it. The database decides the race."""
        mine = ScheduledSlot.objects.filter(pk=self.pk, attempts=self.attempts).free(at)
        if not mine.update(claimed_at=at, lease_until=at + lease, attempts=F("attempts") + 1):
            return False
        self.claimed_at, self.lease_until, self.attempts = at, at + lease, self.attempts + 1
        return True

    def settle(self, **values: object) -> bool:
        """Writes what came of the attempt; False where the lease was lost to another process meanwhile."""
        mine = ScheduledSlot.objects.filter(pk=self.pk, attempts=self.attempts).unfinished()
        return bool(mine.update(**values))
