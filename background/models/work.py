"""Work that somebody ordered and that is too long for a request: a row that can be left and found again."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class WorkState(models.TextChoices):
    """Where a piece of work stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Cancelled")


UNFINISHED = frozenset({WorkState.QUEUED, WorkState.RUNNING})


class WorkQuerySet(models.QuerySet["Work"]):
    """Reads, as adjectives."""

    def unfinished(self) -> WorkQuerySet:
        """Waiting or running."""
        return self.filter(state__in=UNFINISHED)

    def free(self, at: datetime.datetime) -> WorkQuerySet:
        """Unfinished ones that nobody holds: never claimed, or claimed by a process that fell silent."""
        return self.unfinished().filter(Q(lease_until__isnull=True) | Q(lease_until__lte=at))


class Work(models.Model):
    """`kind` says which function does it (background.work), `payload` with what. `done` of `total` tell how far it is.

    Of one `key` only one row may be unfinished: ordering twice gives the same row. What a person may see of it is
    decided by the page of the thing that it works on.
    """

    State = WorkState

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80, blank=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(_("State"), max_length=8, choices=WorkState.choices, default=WorkState.QUEUED)
    step = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("Ordered at"))
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stop_asked = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("background work")
        verbose_name_plural = _("background work")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=sorted(UNFINISHED)) & ~Q(key=""), name="work_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="work_waiting", condition=Q(state__in=sorted(UNFINISHED))),
            models.Index(fields=["key", "-id"], name="work_of_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_unfinished(self) -> bool:
        """Whether anything is still to come."""
        return self.state in UNFINISHED

    @property
    def percent(self) -> int | None:
        """How far it is; None where nobody knows."""
        return min(100, 100 * self.done // self.total) if self.total else None

    def claim(self, *, at: datetime.datetime, lease: datetime.timedelta) -> bool:
        """Takes the work; False where somebody else holds or has finished it. The database decides the race."""
        mine = Work.objects.filter(pk=self.pk, attempts=self.attempts).free(at)
        if not mine.update(state=WorkState.RUNNING, lease_until=at + lease, attempts=F("attempts") + 1):
            return False
        self.state, self.lease_until, self.attempts = WorkState.RUNNING, at + lease, self.attempts + 1
        return True

    def settle(self, **values: Any) -> bool:
        """Writes what came of the attempt; False where the lease was lost to another process meanwhile."""
        mine = Work.objects.unfinished().filter(pk=self.pk, attempts=self.attempts)
        if not mine.update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        return True
