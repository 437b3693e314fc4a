"""The record of who did what, when, to what. Rows are added and never changed (docs/record.md).

Three tables hold together: the entries, each naming the hash of the one before it on the same object;
the list of entries that no seal holds yet, written by the database itself; and the seals, each a table
of contents of some thousand entries, chained to the seal before it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    import datetime


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reads, as adjectives."""

    def of(self, object_type: str, keys: Any) -> AuditQuerySet:
        """Entries on objects of one kind (`tasks.task`) with these primary keys."""
        return self.filter(object_type=object_type, object_id__in=keys)

    def of_request(self, request_id: str) -> AuditQuerySet:
        """What was recorded in one request."""
        return self.filter(request_id=request_id)

    def with_texts(self) -> AuditQuerySet:
        """With `before` and `after` as the database writes them, to be asked by texts_contain()."""
        text = models.TextField()
        return self.alias(before_text=Cast("before", text), after_text=Cast("after", text))

    def latest_first(self) -> AuditQuerySet:
        """By moment; what was recorded later stands above within the same moment."""
        return self.order_by("-at", "-id")

    def for_list(self) -> AuditQuerySet:
        """With what a list row shows."""
        return self.select_related("by__organization", "unit")


def texts_contain(word: str) -> models.Q:
    """Entries (with_texts) in which a value before or after holds a word.

    SQLite keeps JSON as Django wrote it, with every character outside ASCII escaped; PostgreSQL as text.
    """
    written = json.dumps(word, ensure_ascii=connection.vendor == "sqlite")[1:-1]
    return models.Q(before_text__contains=written) | models.Q(after_text__contains=written)


class AuditEntry(models.Model):
    """One act. `scope` is the commission (tenant) it belongs to; `by` is null for the system itself.

    `unit` is the organization for which the person acted, `concerns` the one to which the object belongs.
    `previous` is the hash of the latest entry on the same object that the act could see, `hash` that of
    this entry (audit.canonical).
    """

    scope = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(_("When"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("Who")
    )
    unit = models.ForeignKey(
        "organizations.Organization", models.PROTECT, null=True, related_name="+", db_index=False,
        verbose_name=_("For which unit"),
    )  # fmt: skip
    concerns = models.ForeignKey(
        "organizations.Organization", models.PROTECT, null=True, related_name="+", db_index=False
    )
    verb = models.CharField(_("What"), max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    object_text = models.CharField(_("Object"), max_length=200)
    before = models.JSONField(_("Before"), null=True)
    after = models.JSONField(_("After"), null=True)
    request_id = models.CharField(_("Request"), max_length=36, blank=True, default="")
    address = models.CharField(_("Address"), max_length=45, blank=True, default="")
    previous = models.CharField(_("Previous hash"), max_length=64, blank=True, default="")
    hash = models.CharField(_("Hash"), max_length=64, blank=True, default="")

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_chain"),
            models.Index(fields=["scope", "-at", "-id"], name="audit_scope_recent"),
            models.Index(fields=["unit", "-at", "-id"], name="audit_unit_recent"),
            models.Index(fields=["concerns", "-at", "-id"], name="audit_concerns_recent"),
            models.Index(fields=["by", "-at", "-id"], name="audit_by_recent"),
            models.Index(fields=["scope", "verb", "-at", "-id"], name="audit_verb_recent"),
            models.Index(fields=["request_id"], name="audit_request", condition=~models.Q(request_id="")),
            models.Index(fields=["address", "-at"], name="audit_address", condition=~models.Q(address="")),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.object_text}"


class Unsealed(models.Model):
    """An entry that no seal holds yet; a trigger writes the row beside the entry, the seal takes it away."""

    entry_id = models.BigIntegerField(primary_key=True)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["entry_id"]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.hash[:8]}"


class Seal(models.Model):
    """A table of contents of entries, chained to the seal before: what was there cannot go unnoticed any more.

    `contents` is packed (audit.contents); `digest` is its SHA-256, `hash` that of the seal's own line.
    """

    number = models.PositiveBigIntegerField(_("No."), unique=True)
    at = models.DateTimeField(_("When"))
    entries = models.PositiveIntegerField(_("Entries"))
    first_id = models.BigIntegerField(db_index=True)
    last_id = models.BigIntegerField()
    contents = models.BinaryField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(_("Hash"), max_length=64)

    class Meta:
        ordering = ["number"]
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:16]}"


class Verification(models.Model):
    """What one walk over the whole record found; `findings` are those of audit.verify, the first one first."""

    at = models.DateTimeField(_("When"))
    seconds = models.FloatField()
    entries = models.PositiveBigIntegerField()
    seals = models.PositiveBigIntegerField()
    last_seal = models.CharField(max_length=64, blank=True)
    intact = models.BooleanField()
    number = models.PositiveBigIntegerField(default=0)
    findings = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {'intact' if self.intact else 'broken'}"

    @classmethod
    def keep(cls, found: Any, at: datetime.datetime) -> Verification:
        """Keeps the outcome of audit.verify.verify()."""
        return cls.objects.create(at=at, findings=[one.as_json() for one in found.findings], **found.figures())
