"""Which task discharges which duty: proposed by the words they share, confirmed or rejected by people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from responsibilities.models import Duty, ResponsibilityItem

from .task import Task

if TYPE_CHECKING:
    from organizations.models import User


class TaskItemQuerySet(models.QuerySet["TaskItem"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> TaskItemQuerySet:
        """Those whose task the person sees and whose duty stands in a list that the person may read."""
        items = ResponsibilityItem.objects.visible_to(user)
        return self.filter(task__in=Task.objects.visible_to(user), duty__in=items.values("duty"))

    def confirmed(self) -> TaskItemQuerySet:
        """Those that people of the unit stand behind."""
        return self.filter(state=TaskItem.State.CONFIRMED)

    def standing(self) -> TaskItemQuerySet:
        """Confirmed or still to be decided."""
        return self.exclude(state=TaskItem.State.REJECTED)


class TaskItem(models.Model):
    """One task beside one duty. The duty, not a version of its wording: a revision keeps its links.

    `shared` are the words by which the link was proposed, empty where a person made it.
    """

    class State(models.TextChoices):
        SUGGESTED = "suggested", pgettext_lazy("link", "Suggested")
        CONFIRMED = "confirmed", pgettext_lazy("link", "Confirmed")
        REJECTED = "rejected", pgettext_lazy("link", "Rejected")

    task = models.ForeignKey(Task, models.CASCADE, related_name="duty_links")
    duty = models.ForeignKey(Duty, models.CASCADE, related_name="task_links")
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.SUGGESTED)
    shared = models.JSONField(_("Shared words"), default=list, blank=True)
    weight = models.FloatField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("Decided at"), null=True, blank=True)

    objects = TaskItemQuerySet.as_manager()

    class Meta:
        ordering = ["-weight", "id"]
        verbose_name = _("link of task and duty")
        verbose_name_plural = _("links of tasks and duties")
        constraints = [models.UniqueConstraint(fields=["task", "duty"], name="task_duty_once")]
        indexes = [models.Index(fields=["duty", "state"], name="link_of_duty")]

    def __str__(self) -> str:
        return f"{self.task} ↔ {self.duty}"
