"""A workbook of lists on its way in: read, shown, confirmed or thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization

if TYPE_CHECKING:
    from organizations.models import User


def list_import_path(batch: ListImport, filename: str) -> str:
    """By city and content, never under the name that the user gave."""
    return f"list-imports/{batch.city_id}/{batch.sha256}"


class ListImportQuerySet(models.QuerySet["ListImport"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> ListImportQuerySet:
        """The commission's people see all of their city, others what they uploaded for the own unit."""
        if not user.is_authenticated or user.organization_id is None:
            return self.none()
        city = self.filter(city=user.organization.root_id)
        return city if user.sees_city else city.filter(unit=user.organization_id)

    def for_list(self) -> ListImportQuerySet:
        """With what a row shows."""
        return self.select_related("by__organization").defer("content", "layout", "traces")


class ListImport(models.Model):
    """One uploaded file, kept unless it is discarded. `content` holds what was read, as samples/README.md writes it.

    `unit` is set where a unit's own people upload: then no other unit's lists are taken from the file.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("To be checked")
        COMMITTED = "committed", _("Imported")
        DISCARDED = "discarded", _("Discarded")
        UNDONE = "undone", _("Undone")

    city = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    year = models.PositiveSmallIntegerField(_("Year"))
    file = models.FileField(_("File"), upload_to=list_import_path, max_length=200, blank=True)
    name = models.CharField(_("File name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.JSONField(default=dict)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=dict)
    layout = models.JSONField(default=list)  # for each header: fingerprint, columns, missing fields, sheets
    columns = models.JSONField(default=dict)  # fingerprint of a header → column → field, where a person said it
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.PREVIEWED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("Uploaded at"))
    decided_at = models.DateTimeField(null=True, blank=True)
    traces = models.JSONField(default=list)  # of each list that was written: what an undo has to know (import_undo)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ListImportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("import of lists")
        verbose_name_plural = _("imports of lists")
        indexes = [models.Index(fields=["city", "-at"], name="list_import_recent")]

    def __str__(self) -> str:
        return self.name
