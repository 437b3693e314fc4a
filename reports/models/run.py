"""Compiling many reports: a row with a state, a lease and a count, so that it can be left and found again."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.quarters import Quarter
from reports.states import RUNNABLE, RunState
from tasks.models import Plan

if TYPE_CHECKING:
    from organizations.models import User


class CompileRunQuerySet(models.QuerySet["CompileRun"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> CompileRunQuerySet:
        """Those of the city's plans, for the commission and its office."""
        if not user.is_authenticated or not user.sees_city:
            return self.none()
        return self.filter(plan__in=Plan.objects.visible_to(user))

    def unfinished(self) -> CompileRunQuerySet:
        """Queued or running."""
        return self.filter(state__in=RUNNABLE)

    def free(self, at: datetime.datetime) -> CompileRunQuerySet:
        """Unfinished ones that nobody holds: never claimed, or claimed by a process that fell silent."""
        return self.unfinished().filter(Q(lease_until__isnull=True) | Q(lease_until__lte=at))


class CompileRun(models.Model):
    """One order to compile a quarter. `done` of `total` reports are written; `stop_asked` ends it between two."""

    State = RunState

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    quarter = models.PositiveSmallIntegerField(_("Quarter"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("Ordered at"))
    today = models.DateField()  # the business date of the order
    state = models.CharField(_("State"), max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    refreshed = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    stop_asked = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = CompileRunQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("compilation")
        verbose_name_plural = _("compilations")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "quarter"], condition=Q(state__in=sorted(RUNNABLE)), name="one_compilation_at_once"
            )
        ]
        indexes = [models.Index(fields=["plan", "-at"], name="compile_plan_recent")]

    def __str__(self) -> str:
        return f"{self.plan.year}Q{self.quarter} {self.state}"

    @property
    def period(self) -> Quarter:
        """The quarter with its days."""
        return Quarter(self.plan.year, self.quarter)

    @property
    def is_unfinished(self) -> bool:
        """Whether anything is still to come."""
        return self.state in RUNNABLE

    def claim(self, *, at: datetime.datetime, lease: datetime.timedelta) -> bool:
        """Takes the order; False where somebody else holds or has finished it. The database decides the race."""
        mine = CompileRun.objects.filter(pk=self.pk, attempts=self.attempts).free(at)
        if not mine.update(state=RunState.RUNNING, lease_until=at + lease, attempts=F("attempts") + 1):
            return False
        self.state, self.lease_until, self.attempts = RunState.RUNNING, at + lease, self.attempts + 1
        return True

    def settle(self, **values: object) -> bool:
        """Writes how far it is; False where the lease was lost or somebody stopped it."""
        mine = CompileRun.objects.unfinished().filter(pk=self.pk, attempts=self.attempts)
        return bool(mine.update(**values))
