"""延期申请: a unit asks for a later deadline; the reviewer decides. The first deadline stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .assignment import Assignment
from .plan import Plan

if TYPE_CHECKING:
    from organizations.models import User


class ExtensionQuerySet(models.QuerySet["Extension"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> ExtensionQuerySet:
        """Requests on the assignments that the person may know of."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user))

    def of_plan(self, plan: Plan) -> ExtensionQuerySet:
        """Those of one plan."""
        return self.filter(plan=plan)

    def undecided(self) -> ExtensionQuerySet:
        """Those that wait for a decision."""
        return self.filter(decision="")


class Extension(models.Model):
    """One request. `due_before` is the deadline it was asked under, `due_wanted` what was asked for,
    `due_after` what was granted (the deadline wanted or another one); null while undecided or refused.

    `explanation` says why the work reaches beyond the plan's year, where it does. A request whose work is
    handed in, withdrawn or cancelled meanwhile lapses: decision "lapsed", nobody decided.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", _("Extension granted")
        REFUSED = "refused", _("Extension refused")
        LAPSED = "lapsed", _("Lapsed without a decision")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="extensions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("Asked at"))
    asked_on = models.DateField(_("Asked on"))
    reason = models.TextField(_("Reason"), max_length=2000)
    explanation = models.TextField(_("Why beyond the plan's year"), max_length=1000, blank=True)
    due_before = models.DateField(_("Deadline so far"))
    due_wanted = models.DateField(_("Deadline wanted"))
    decision = models.CharField(_("Decision"), max_length=8, choices=Decision.choices, blank=True, default="")
    due_after = models.DateField(_("Deadline granted"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    opinion = models.TextField(_("Opinion"), max_length=2000, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("extension request")
        verbose_name_plural = _("extension requests")
        constraints = [
            models.UniqueConstraint(fields=["assignment"], condition=Q(decision=""), name="extension_one_open_request"),
            models.CheckConstraint(condition=Q(due_wanted__gt=F("due_before")), name="extension_asks_for_later"),
            models.CheckConstraint(
                condition=Q(decision="approved", due_after__isnull=False)
                | (~Q(decision="approved") & Q(due_after__isnull=True)),
                name="extension_granted_has_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "asked_on", "id"], name="extension_undecided", condition=Q(decision="")),
            models.Index(fields=["plan", "-asked_at"], name="extension_plan_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} · {self.due_before} → {self.due_wanted}"

    @property
    def is_open(self) -> bool:
        """True until decided or lapsed."""
        return self.decision == ""
