"""What became of an assignment, step by step: one row per change of state or deadline, added and never changed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tasks.states import AssignmentState

from .assignment import Assignment
from .plan import Plan

if TYPE_CHECKING:
    from organizations.models import User


class TransitionQuerySet(models.QuerySet["Transition"]):
    """Reads, as adjectives. Rows are added; nobody changes or removes one."""

    def visible_to(self, user: User) -> TransitionQuerySet:
        """Steps of the assignments that the person may know of."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user))

    def until(self, day: datetime.date) -> TransitionQuerySet:
        """What had happened by the end of a day."""
        return self.filter(on__lte=day)

    def latest_first(self) -> TransitionQuerySet:
        """The order in which the first row of an assignment says how it stands."""
        return self.order_by("-on", "-id")

    def update(self, **kwargs: Any) -> int:
        """Refused: what happened, happened."""
        raise TypeError("A transition is never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused; rows go only with an assignment on which nothing was ever done."""
        raise TypeError("A transition is never removed.")


class Transition(models.Model):
    """One step. `due_on` is the deadline in force afterwards, `on` the business date.

    State and deadline of an assignment *as of* a day D are those of its latest row (`on`, then `id`) with
    on <= D; without one it was not started and its deadline was the first. Verbs are those of TRANSITIONS
    and, where only the deadline changed, "extend" (granted) and "adjust" (the task changed).
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+", db_index=False)
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="transitions", db_index=False)
    verb = models.CharField(_("Step"), max_length=12)
    source = models.CharField(_("From"), max_length=12, choices=AssignmentState.choices)
    target = models.CharField(_("To"), max_length=12, choices=AssignmentState.choices)
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    on = models.DateField(_("Date"))
    at = models.DateTimeField(_("When"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.TextField(_("Reason"), max_length=2000, blank=True)

    objects = TransitionQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        indexes = [
            models.Index(fields=["assignment", "-on", "-id"], name="transition_as_of"),
            models.Index(fields=["plan", "on"], name="transition_plan_on"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.verb}: {self.source} → {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row; refuses to change one."""
        if not self._state.adding:
            raise TypeError("A transition is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise TypeError("A transition is never removed.")
