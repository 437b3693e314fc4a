"""What was done, its proof, and what the reviewer said. These rows are added, never changed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .assignment import Assignment
from .plan import Plan

if TYPE_CHECKING:
    from organizations.models import User


class ProgressEntry(models.Model):
    """进展情况. `quantity` is what this entry adds; the assignment holds the sum.

    `request_key` comes from the form: a double tap or a repeated request finds its own entry again.
    An entry out of a unit's return from Excel belongs to the person who signed the paper: `signed_by` is the name
    there, `author` the account of that name, if there is one; who brought it in stands in the record.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="entries")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_by = models.CharField(_("Signed by"), max_length=40, blank=True)
    happened_on = models.DateField(_("Date"))
    quantity = models.DecimalField(
        _("Quantity done"), max_digits=14, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    total = models.DecimalField(_("Total after this entry"), max_digits=14, decimal_places=2, default=0)
    percent = models.PositiveSmallIntegerField(_("Percent"), validators=[MaxValueValidator(100)])
    what = models.TextField(_("What was done"), max_length=2000)
    problems = models.TextField(_("Problems"), max_length=2000, blank=True)
    next_steps = models.TextField(_("Next steps"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("Logged at"))
    request_key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("progress entry")
        verbose_name_plural = _("progress entries")
        constraints = [
            models.UniqueConstraint(fields=["assignment", "request_key"], name="entry_once_a_request"),
            models.CheckConstraint(condition=models.Q(quantity__gte=0), name="entry_quantity_positive"),
        ]
        indexes = [
            models.Index(fields=["plan", "-created_at"], name="entry_plan_recent"),
            models.Index(fields=["assignment", "-created_at"], name="entry_assignment_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.what[:40]}"


def evidence_path(evidence: Evidence, filename: str) -> str:
    """Where a proof is kept: by plan and content hash, never under the name that the user gave."""
    return f"evidence/{evidence.plan_id}/{evidence.sha256[:2]}/{evidence.sha256}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> EvidenceQuerySet:
        """Proof of the assignments that the person may know of."""
        return self.filter(assignment__in=Assignment.objects.visible_to(user))


class Evidence(models.Model):
    """佐证材料: a file that proves an entry. Photos may be looked at; all else is a download, by its own name."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="evidence")
    entry = models.ForeignKey(ProgressEntry, models.PROTECT, related_name="evidence")
    file = models.FileField(_("File"), upload_to=evidence_path, max_length=200)
    name = models.CharField(_("File name"), max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("Size"), help_text=_("In octets."))
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(_("Uploaded at"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return self.name


class Review(models.Model):
    """A decision on a submission: the own head's (endorsed) or the reviewer's."""

    class Decision(models.TextChoices):
        ENDORSED = "endorsed", _("Approved by the own head")
        APPROVED = "approved", _("Signed off")
        SENT_BACK = "sent_back", _("Sent back")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.CharField(_("Decision"), max_length=10, choices=Decision.choices)
    opinion = models.TextField(_("Opinion"), max_length=2000, blank=True)
    decided_at = models.DateTimeField(_("Decided at"))

    class Meta:
        ordering = ["-decided_at", "-id"]
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        indexes = [models.Index(fields=["plan", "-decided_at"], name="review_plan_recent")]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} {self.decided_at:%Y-%m-%d}"
