"""A returned workbook on its way into the progress of its unit: staged, shown, confirmed or thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from organizations.roles import Capability

from .assignment import Assignment
from .plan import Plan
from .progress import ProgressEntry

if TYPE_CHECKING:
    from organizations.models import User


def return_path(batch: ProgressReturn, filename: str) -> str:
    """Where the file is kept: by plan and content, never under the name that the user gave."""
    return f"returns/{batch.plan_id}/{batch.sha256}"


class ProgressReturnQuerySet(models.QuerySet["ProgressReturn"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> ProgressReturnQuerySet:
        """In the commission and its office all of the city; elsewhere those of the own unit."""
        rows = self.filter(plan__in=Plan.objects.visible_to(user))
        if user.sees_city and (user.may(Capability.MANAGE_PLAN) or user.may(Capability.READ_AUDIT)):
            return rows
        return rows.filter(organization=user.organization_id)

    def for_list(self) -> ProgressReturnQuerySet:
        """With what a list row shows."""
        return self.select_related("plan", "organization", "by__organization")


class ProgressReturn(models.Model):
    """One returned file. What was committed keeps its file and its rows, as a record of what was read.

    `signed_by` is whom the sheet names as who answers for it or else filled it in; `by` is who brought it in, None
    for the command line without an account. `columns_of` is the one unit for whose files `columns` is remembered, since
    its people said some of it; None: the commission office said it, and it is remembered for every unit's.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("To be checked")
        COMMITTED = "committed", _("Imported")
        DISCARDED = "discarded", _("Discarded")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="returns")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Unit")
    )
    quarter = models.CharField(_("Period"), max_length=8, blank=True)
    signed_by = models.CharField(_("Signed by"), max_length=60, blank=True)
    filled_on = models.DateField(_("Filled in on"), null=True, blank=True)
    file = models.FileField(_("File"), upload_to=return_path, max_length=200, blank=True)
    name = models.CharField(_("File name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("Uploaded at"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.PREVIEWED)
    decided_at = models.DateTimeField(null=True, blank=True)
    layout = models.JSONField(default=dict)  # sheet, header rows, skipped rows, what the sheet says of unit and day
    columns = models.JSONField(default=dict)  # what people said columns are: fingerprint of a header → column → field
    columns_of = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    remembered = models.JSONField(default=dict)  # the same as earlier returns say it, kept since the first reading
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    blank = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=dict)

    objects = ProgressReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        indexes = [
            models.Index(fields=["plan", "-at"], name="return_plan_recent"),
            models.Index(fields=["plan", "quarter", "organization"], name="return_of_unit"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def brought_by(self) -> str:
        """Who brought it in, in words."""
        return self.by.post_and_unit if self.by else gettext("The server's command line")


class ReturnRow(models.Model):
    """A row of the file and what it comes to; `entry` is the progress that it became."""

    class Verdict(models.TextChoices):
        ADDED = "added", _("To be logged")
        KNOWN = "known", _("Logged before")
        BLANK = "blank", _("Left blank")
        REFUSED = "refused", _("Refused")

    batch = models.ForeignKey(ProgressReturn, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(_("Row"))
    verdict = models.CharField(_("Verdict"), max_length=10, choices=Verdict.choices)
    assignment = models.ForeignKey(Assignment, models.SET_NULL, null=True, related_name="+")
    values = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    effect = models.JSONField(default=dict)  # before and after; whether it hands in, or what is missing for that
    entry = models.OneToOneField(ProgressEntry, models.PROTECT, null=True, editable=False, related_name="returned")

    class Meta:
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="return_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "row"], name="return_row_verdict")]

    def __str__(self) -> str:
        return f"{self.row} {self.verdict}"
