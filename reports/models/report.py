"""季度工作报告: one unit, one quarter, one version. What was signed is frozen; an amendment is a new version."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from reports.quarters import Quarter
from reports.states import AMENDABLE, FROZEN, ReportState
from tasks.models import Plan

if TYPE_CHECKING:
    from organizations.models import User


class QuarterlyReportQuerySet(models.QuerySet["QuarterlyReport"]):
    """Reads, as adjectives; each queryset shown to a person begins with `visible_to(user)`."""

    def visible_to(self, user: User) -> QuarterlyReportQuerySet:
        """The commission and its office: every report of the city. Others: of their own unit and those they see."""
        if not user.is_authenticated:
            return self.none()
        if user.sees_city:
            return self.filter(plan__in=Plan.objects.visible_to(user))
        return self.filter(organization__in=Organization.objects.visible_to(user).values("pk"))

    def of_plan(self, plan: Plan) -> QuarterlyReportQuerySet:
        """Those of one plan; leads every index."""
        return self.filter(plan=plan)

    def of_quarter(self, quarter: Quarter) -> QuarterlyReportQuerySet:
        """Those of one quarter."""
        return self.filter(quarter=quarter.number, plan__year=quarter.year)

    def current(self) -> QuarterlyReportQuerySet:
        """The latest version of each report."""
        return self.filter(is_current=True)

    def of_units(self) -> QuarterlyReportQuerySet:
        """Without the city's own."""
        return self.exclude(organization=F("plan__issuer"))

    def of_city(self) -> QuarterlyReportQuerySet:
        """The city's own."""
        return self.filter(organization=F("plan__issuer"))

    def drafts(self) -> QuarterlyReportQuerySet:
        """Not signed yet."""
        return self.filter(state=ReportState.DRAFTED)

    def owing(self) -> QuarterlyReportQuerySet:
        """Those whose next step is the unit's: drafts that were not handed in, and returned ones."""
        return self.filter(handed_in_on__isnull=True)

    def overdue(self, today: datetime.date) -> QuarterlyReportQuerySet:
        """Not handed in although the due day has passed."""
        return self.filter(overdue_q(today))

    def for_list(self) -> QuarterlyReportQuerySet:
        """With what a row shows."""
        return self.select_related("organization", "plan").defer("figures", "narrative", "problems", "next_steps")

    def for_page(self) -> QuarterlyReportQuerySet:
        """With what the page of one report shows."""
        return self.select_related(
            "plan__issuer", "organization", "drafted_by__organization", "signed_by__organization",
            "decided_by__organization", "previous",
        )  # fmt: skip


def overdue_q(today: datetime.date) -> Q:
    """Reports that are late and still owed: QuarterlyReport.is_overdue in SQL."""
    return Q(due_on__lt=today) & Q(handed_in_on__isnull=True)


class QuarterlyReport(models.Model):
    """The city's own report belongs to the commission (`organization` is the plan's issuer).

    `handed_in_on` is the day by which punctuality is judged: that of the signature; an amendment of an accepted
    version keeps the day of the first one, a returned version loses it, because the duty is open again.
    `narrative` holds a text per number of a work point. `revision` counts the changes of a draft.
    """

    State = ReportState

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="reports")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="reports", verbose_name=_("Unit"))
    quarter = models.PositiveSmallIntegerField(_("Quarter"))
    version = models.PositiveSmallIntegerField(_("Version"), default=1)
    is_current = models.BooleanField(default=True)
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="next")
    state = models.CharField(_("State"), max_length=10, choices=ReportState.choices, default=ReportState.DRAFTED)
    due_on = models.DateField(_("Due on"))
    handed_in_on = models.DateField(_("Handed in on"), null=True, blank=True)
    document_number = models.CharField(_("Document number"), max_length=60, blank=True)
    figures = models.JSONField(default=dict)
    narrative = models.JSONField(default=dict)
    problems = models.TextField(_("Problems"), max_length=20_000, blank=True)
    next_steps = models.TextField(_("Next steps"), max_length=20_000, blank=True)
    figure_changes = models.JSONField(default=list)  # what the last refreshing of the figures changed
    revision = models.PositiveIntegerField(default=1, editable=False)
    compiled_at = models.DateTimeField(_("Figures compiled at"))
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(_("Drafted at"), null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(_("Signed at"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    remarks = models.TextField(_("Remarks"), max_length=2000, blank=True)
    reason = models.TextField(_("Reason of the amendment"), max_length=2000, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    objects = QuarterlyReportQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "quarter", "organization__position", "organization_id", "-version"]
        verbose_name = _("quarterly report")
        verbose_name_plural = _("quarterly reports")
        constraints = [
            models.UniqueConstraint(fields=["plan", "quarter", "organization", "version"], name="report_version_once"),
            models.UniqueConstraint(
                fields=["plan", "quarter", "organization"], condition=Q(is_current=True), name="report_current_once"
            ),
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="report_quarter_1_to_4"),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFTED, signed_by__isnull=True, signed_at__isnull=True, sha256="")
                | (Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(sha256="") & ~Q(state=ReportState.DRAFTED)),
                name="report_signed_is_frozen",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "is_current", "quarter", "state"], name="report_plan_quarter"),
            models.Index(fields=["plan", "due_on"], name="report_owed", condition=Q(handed_in_on__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.plan.year}Q{self.quarter} v{self.version}"

    @property
    def period(self) -> Quarter:
        """The quarter with its days."""
        return Quarter(self.plan.year, self.quarter)

    @property
    def is_city(self) -> bool:
        """Whether it is the city's own."""
        return self.organization_id == self.plan.issuer_id

    @property
    def is_frozen(self) -> bool:
        """Signed: nothing of its content changes any more."""
        return self.state in FROZEN

    @property
    def is_amendable(self) -> bool:
        """Whether a new version may follow: accepted, returned, or the city's once signed."""
        amendable = self.state in AMENDABLE or (self.is_city and self.state == ReportState.SIGNED)
        return self.is_current and amendable

    @property
    def is_amendment(self) -> bool:
        """Whether it follows an accepted version, which keeps counting until this one is accepted."""
        return self.version > 1 and self.handed_in_on is not None and self.state == ReportState.DRAFTED

    def is_overdue(self, today: datetime.date) -> bool:
        """Still owed after its day."""
        return self.handed_in_on is None and self.due_on < today

    def is_late(self) -> bool:
        """Handed in after its day."""
        return self.handed_in_on is not None and self.handed_in_on > self.due_on

    def content(self) -> dict[str, Any]:
        """What a signature freezes, and what its hash is computed of."""
        return {
            "plan": self.plan_id,
            "organization": self.organization_id,
            "quarter": self.period.key,
            "version": self.version,
            "document_number": self.document_number,
            "figures": self.figures,
            "narrative": self.narrative,
            "problems": self.problems,
            "next_steps": self.next_steps,
            "reason": self.reason,
        }
