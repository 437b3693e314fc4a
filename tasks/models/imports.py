"""A list from Excel on its way into the plan: staged, shown, confirmed or thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .plan import Plan

if TYPE_CHECKING:
    from organizations.models import User


def import_path(batch: ImportBatch, filename: str) -> str:
    """Where the file is kept: by plan and content, never under the name that the user gave."""
    return f"imports/{batch.plan_id}/{batch.sha256}"


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> ImportBatchQuerySet:
        """Those of the plans of the user's city."""
        return self.filter(plan__in=Plan.objects.visible_to(user))

    def for_list(self) -> ImportBatchQuerySet:
        """With what a list row shows."""
        return self.select_related("by", "by__organization", "base")


class ImportBatch(models.Model):
    """One uploaded file. What was committed keeps its file and its rows, as a record of what was read."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("To be checked")
        COMMITTED = "committed", _("Imported")
        DISCARDED = "discarded", _("Discarded")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="imports")
    file = models.FileField(_("File"), upload_to=import_path, max_length=200, blank=True)
    name = models.CharField(_("File name"), max_length=200)
    size = models.PositiveIntegerField(_("Size"), default=0)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(_("Sheet"), max_length=100, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("Uploaded at"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.PREVIEWED)
    decided_at = models.DateTimeField(null=True, blank=True)
    layout = models.JSONField(default=dict)  # header rows, skipped rows, the sheet's words for its columns
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    base = models.ForeignKey(  # the import whose list this one is a new version of
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    absent = models.JSONField(default=list)  # tasks that a new version of their list leaves out
    outcome = models.JSONField(default=dict)  # what the commit came to

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["plan", "-at"], name="import_plan_recent")]

    def __str__(self) -> str:
        return self.name

    @property
    def writes(self) -> int:
        """How many tasks a commit creates or changes."""
        return self.new + self.changed


class ImportRow(models.Model):
    """A row of the file and what it comes to."""

    class Verdict(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", pgettext_lazy("import", "Changed")
        UNCHANGED = "unchanged", _("Unchanged")
        REFUSED = "refused", _("Refused")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(_("Row"))
    verdict = models.CharField(_("Verdict"), max_length=10, choices=Verdict.choices)
    task = models.ForeignKey("tasks.Task", models.SET_NULL, null=True, related_name="+")
    values = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    errors = models.JSONField(default=list)

    class Meta:
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "row"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"{self.row} {self.verdict}"
