"""Lists of units and registers of enterprises from Excel: checked on a page, then written, kept and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .organization import Organization

if TYPE_CHECKING:
    from .user import User


def unit_import_path(batch: UnitImport, filename: str) -> str:
    """By city and content, never under the name that the user gave."""
    return f"unit-imports/{batch.city_id}/{batch.sha256}"


class UnitImportQuerySet(models.QuerySet["UnitImport"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> UnitImportQuerySet:
        """Those of the user's city."""
        return self.filter(city=user.organization.root_id)

    def for_list(self) -> UnitImportQuerySet:
        """With what a row shows."""
        return self.select_related("city", "by__organization", "decided_by__organization", "undone_by__organization")

    def matching(self, text: str) -> UnitImportQuerySet:
        """Those whose file or person contains every word of `text`."""
        found = self
        for word in text.split():
            person = Q(by__real_name__icontains=word) | Q(by__post__icontains=word)
            found = found.filter(Q(name__icontains=word) | person)
        return found


class UnitImport(models.Model):
    """One uploaded file."""

    class Kind(models.TextChoices):
        UNITS = "units", _("List of units")
        ENTERPRISES = "enterprises", _("Register of enterprises")

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("To be checked")
        COMMITTED = "committed", _("Imported")
        DISCARDED = "discarded", _("Discarded")
        UNDONE = "undone", _("Undone")

    city = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind.choices)
    file = models.FileField(_("File"), upload_to=unit_import_path, max_length=200, blank=True)
    name = models.CharField(_("File name"), max_length=200)
    size = models.PositiveIntegerField(_("Size"), default=0)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(_("Sheet"), max_length=100, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("Uploaded at"))
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.PREVIEWED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    whole = models.BooleanField(_("All or nothing"), default=False)
    undo = models.JSONField(default=dict)
    layout = models.JSONField(default=dict)  # Table.layouts: the first list, and those right of it under `further`
    columns = models.JSONField(default=dict)  # fingerprint of a header → column → field, where a person said it

    objects = UnitImportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("import of units")
        verbose_name_plural = _("imports of units")
        indexes = [models.Index(fields=["city", "kind", "-at"], name="unit_import_recent")]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "kind", "sha256"], condition=Q(state="previewed"), name="unit_import_waits_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def writes(self) -> int:
        """How many units a commit creates or changes."""
        return self.new + self.changed


class UnitImportRow(models.Model):
    """A row that is new, changed or refused; unchanged ones are counted only."""

    class Verdict(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", pgettext_lazy("import", "Changed")
        REFUSED = "refused", _("Refused")

    batch = models.ForeignKey(UnitImport, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(_("Row"))
    verdict = models.CharField(_("Verdict"), max_length=8, choices=Verdict.choices)
    unit = models.ForeignKey(Organization, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("Full name"), max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["row", "id"]
        indexes = [models.Index(fields=["batch", "verdict", "row"], name="unit_import_row_verdict")]

    def __str__(self) -> str:
        return f"{self.row} {self.verdict}"
