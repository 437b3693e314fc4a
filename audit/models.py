"""The record of who did what, when, to what. Rows are added and never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act. `scope` is the commission (tenant) it belongs to; `by` is null for the system itself."""

    scope = models.ForeignKey("organizations.Organization", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("When"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verb = models.CharField(_("What"), max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    object_text = models.CharField(_("Object"), max_length=200)
    before = models.JSONField(_("Before"), null=True)
    after = models.JSONField(_("After"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["scope", "-at"], name="audit_scope_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.object_text}"
