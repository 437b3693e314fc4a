"""One version of a unit's list of powers or duties (权力清单、责任清单)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from responsibilities.states import EDITABLE, ListKind, ListState

if TYPE_CHECKING:
    from organizations.models import User


class ListQuerySet(models.QuerySet["ResponsibilityList"]):
    """Reads, as adjectives; each queryset shown to a person begins with `visible_to(user)`."""

    def visible_to(self, user: User) -> ListQuerySet:
        """What is published is open to everybody of the city; drafts to the unit and the commission."""
        if not user.is_authenticated or user.organization_id is None:
            return self.none()
        city = self.filter(city=user.organization.root_id)
        if user.sees_city:
            return city
        return city.filter(Q(state=ListState.PUBLISHED) | Q(organization=user.organization_id))

    def published(self) -> ListQuerySet:
        """Those that were published, whether replaced since or not."""
        return self.filter(state=ListState.PUBLISHED)

    def in_force(self) -> ListQuerySet:
        """The latest published version of each unit, kind and year."""
        later = ResponsibilityList.objects.filter(
            organization=OuterRef("organization"), kind=OuterRef("kind"), year=OuterRef("year"),
            version__gt=OuterRef("version"), state=ListState.PUBLISHED,
        )  # fmt: skip
        return self.published().filter(~Exists(later))

    def newest(self) -> ListQuerySet:
        """The latest version of each unit, kind and year, whatever its state (among all, not only the seen)."""
        later = ResponsibilityList.objects.filter(
            organization=OuterRef("organization"), kind=OuterRef("kind"), year=OuterRef("year"),
            version__gt=OuterRef("version"),
        )  # fmt: skip
        return self.filter(~Exists(later))

    def for_list(self) -> ListQuerySet:
        """With what a row shows."""
        return self.select_related("organization").annotate(item_number=models.Count("items"))


class ResponsibilityList(models.Model):
    """A version; a revision is a new one, copied from the last that was published.

    `version` counts from 1 within unit, kind and year; at most one of them is not published yet. `edition`
    counts the edits, so that a stale form is noticed. After publication the database refuses every change.
    """

    city = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("Commission"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="responsibility_lists", verbose_name=_("Unit")
    )
    kind = models.CharField(_("Kind"), max_length=8, choices=ListKind.choices)
    year = models.PositiveSmallIntegerField(_("Year"))
    version = models.PositiveSmallIntegerField(_("Version"), default=1)
    state = models.CharField(_("State"), max_length=10, choices=ListState.choices, default=ListState.DRAFT)
    edition = models.PositiveIntegerField(default=1, editable=False)
    reason = models.CharField(_("Reason for the revision"), max_length=500, blank=True)
    remark = models.CharField(_("Last remark"), max_length=500, blank=True)  # why it was returned
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("Drafted at"))
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(_("Submitted at"), null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(_("Approved at"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(_("Published at"), null=True, blank=True)
    published_on = models.DateField(_("Published on"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)  # of the frozen content

    objects = ListQuerySet.as_manager()

    class Meta:
        ordering = ["organization__position", "organization_id", "kind", "-year", "-version"]
        verbose_name = _("responsibility list")
        verbose_name_plural = _("responsibility lists")
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "year", "version"], name="list_version_once"),
            models.UniqueConstraint(
                fields=["organization", "kind", "year"],
                condition=~Q(state=ListState.PUBLISHED),
                name="list_one_draft",
                violation_error_message=_("There is a version that is not published yet; edit that one."),
            ),
        ]
        indexes = [
            models.Index(fields=["city", "year", "state"], name="list_city_year"),
            models.Index(fields=["organization", "kind", "year", "-version"], name="list_of_unit"),
        ]

    def __str__(self) -> str:
        return self.official_title

    @property
    def official_title(self) -> str:
        """In Chinese, whatever language the page is read in: it names a document. 市安监局2017年权力清单（第1版）."""
        kind = "权力清单" if self.kind == ListKind.POWERS else "责任清单"
        return f"{self.organization.label}{self.year}年{kind}（第{self.version}版）"

    @property
    def is_editable(self) -> bool:
        """True while its items may be changed."""
        return self.state in EDITABLE

    @property
    def is_published(self) -> bool:
        """True once it is frozen."""
        return self.state == ListState.PUBLISHED
