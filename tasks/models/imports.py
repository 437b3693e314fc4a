"""A list from Excel on its way into the plan: read, staged, shown, confirmed or thrown away, and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from background.models import Work

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
        return self.select_related("by__organization", "decided_by__organization", "base", "work")

    def waiting(self) -> ImportBatchQuerySet:
        """Those that nobody has decided on yet."""
        return self.filter(state__in=WAITING)

    def matching(self, text: str) -> ImportBatchQuerySet:
        """Those whose file or person contains every word of `text`."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(by__real_name__icontains=word)
                | Q(by__post__icontains=word)
                | Q(by__organization__short_name__icontains=word)
                | Q(by__organization__name__icontains=word)
            )
        return found


class ImportState(models.TextChoices):
    """Where an import stands."""

    READING = "reading", _("Being read")
    UNREADABLE = "unreadable", _("Not readable")
    PREVIEWED = "previewed", _("To be checked")
    COMMITTED = "committed", _("Imported")
    DISCARDED = "discarded", _("Discarded")
    UNDONE = "undone", _("Undone")


WAITING = frozenset({ImportState.READING, ImportState.PREVIEWED})


class ImportBatch(models.Model):
    """One uploaded file. What was committed keeps its file and its rows, as a record of what was read."""

    State = ImportState

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="imports")
    file = models.FileField(_("File"), upload_to=import_path, max_length=200, blank=True)
    name = models.CharField(_("File name"), max_length=200)
    size = models.PositiveIntegerField(_("Size"), default=0)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(_("Sheet"), max_length=100, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("Uploaded at"))
    state = models.CharField(_("State"), max_length=10, choices=ImportState.choices, default=ImportState.READING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    work = models.ForeignKey(
        Work, models.SET_NULL, null=True, related_name="+"
    )  # what is or was done in the background
    fault = models.TextField(blank=True)  # why the file cannot be read, as earlier imports hold it: a sentence
    unread = models.JSONField(default=dict)  # the same as code and details
    columns = models.JSONField(default=dict)  # column → field, where a person corrected what was guessed
    names = models.JSONField(default=dict)  # a name as the file writes it → the unit that a person said it means
    whole = models.BooleanField(_("All or nothing"), default=False)
    reason = models.CharField(_("Reason for withdrawing"), max_length=200, blank=True)
    layout = models.JSONField(default=dict)  # header rows, skipped rows, the sheet's words for its columns
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    base = models.ForeignKey(  # the import whose list this one is a new version of
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    absent = models.PositiveIntegerField(default=0)  # tasks that a new version of their list leaves out
    outcome = models.JSONField(default=dict)  # what the commit came to
    undo = models.JSONField(default=dict)  # what undoing it came to

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["plan", "-at"], name="import_plan_recent")]
        constraints = [
            models.UniqueConstraint(  # one file waits once, however often it is sent
                fields=["plan", "sha256"], condition=Q(state__in=sorted(WAITING)), name="import_waits_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def writes(self) -> int:
        """How many tasks a commit creates or changes."""
        return self.new + self.changed

    @property
    def total(self) -> int:
        """How many rows the sheet has."""
        return self.new + self.changed + self.unchanged + self.refused

    @property
    def is_busy(self) -> bool:
        """Whether something is done with it in the background right now."""
        return self.work is not None and self.work.is_unfinished


class ImportRow(models.Model):
    """A row of the file and what it comes to; or, without a row, a task that the file leaves out (absent).

    `undo` holds what a changed task was before, so that it can be given back.
    """

    class Verdict(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", pgettext_lazy("import", "Changed")
        UNCHANGED = "unchanged", _("Unchanged")
        REFUSED = "refused", _("Refused")
        ABSENT = "absent", _("Not in the sheet")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(_("Row"), null=True)
    verdict = models.CharField(_("Verdict"), max_length=10, choices=Verdict.choices)
    task = models.ForeignKey("tasks.Task", models.SET_NULL, null=True, related_name="+")
    values = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    text = models.TextField(blank=True)  # what a search finds it by
    withdraw = models.BooleanField(default=False)  # an absent task that is to be withdrawn
    undo = models.JSONField(null=True)

    class Meta:
        ordering = [F("row").asc(nulls_last=True), "id"]
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "verdict", "row"], name="import_row_verdict")]

    def __str__(self) -> str:
        return f"{self.row} {self.verdict}"
