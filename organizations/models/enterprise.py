"""What the enterprise register knows beyond the tree."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .organization import Organization


class EnterpriseProfile(models.Model):
    """Trade, danger and size of an enterprise; one row beside its Organization."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="enterprise", primary_key=True)
    industry = models.CharField(_("Industry"), max_length=40, blank=True, db_index=True)
    legal_post = models.CharField(_("Post of the legal representative"), max_length=40, blank=True)
    hazard = models.CharField(_("Occupational hazard class"), max_length=20, blank=True)
    staff = models.PositiveIntegerField(_("Staff"), null=True, blank=True)
    standardization = models.CharField(_("Standardization level"), max_length=20, blank=True)
    major_hazard = models.BooleanField(_("Major hazard source"), default=False)

    class Meta:
        verbose_name = _("enterprise profile")

    def __str__(self) -> str:
        return str(self.organization)
