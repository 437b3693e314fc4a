"""One commission's plan for one year, and its numbered work points. The plan is the tenant."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization

if TYPE_CHECKING:
    from organizations.models import User


class PlanQuerySet(models.QuerySet["Plan"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> PlanQuerySet:
        """Plans of the user's own city."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(issuer=user.organization.root_id)


class Plan(models.Model):
    """年度工作要点: what the commission wants done in one year."""

    issuer = models.ForeignKey(Organization, models.PROTECT, related_name="plans", verbose_name=_("Commission"))
    year = models.PositiveSmallIntegerField(_("Year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    title = models.CharField(_("Title"), max_length=120)
    document_number = models.CharField(_("Document number"), max_length=60, blank=True)
    issued_on = models.DateField(_("Issued on"))
    counted_tree = models.CharField(max_length=16, editable=False, default="")  # the tree by which branches were summed

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year"]
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [models.UniqueConstraint(fields=["issuer", "year"], name="one_plan_a_year")]

    def __str__(self) -> str:
        return self.title

    @property
    def ends_on(self) -> datetime.date:
        """The last day of the plan year."""
        return datetime.date(self.year, 12, 31)


class WorkPoint(models.Model):
    """工作要点: one of the numbered points."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="work_points")
    number = models.PositiveSmallIntegerField(_("Number"), validators=[MinValueValidator(1), MaxValueValidator(99)])
    title = models.CharField(_("Title"), max_length=120)
    short_title = models.CharField(_("Short title"), max_length=12, blank=True, help_text=_("For narrow tables."))
    summary = models.TextField(_("Summary"), blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name = _("work point")
        verbose_name_plural = _("work points")
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="work_point_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
