"""What a unit answers for: the duty through all versions, and its wording in one of them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from responsibilities.states import ListKind

from .list import ResponsibilityList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizations.models import User


class Duty(models.Model):
    """The identity of an item through the versions of its list: terms of office and links to tasks hang here."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="duties")
    kind = models.CharField(_("Kind"), max_length=8, choices=ListKind.choices)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind} {self.pk}"


class ItemQuerySet(models.QuerySet["ResponsibilityItem"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> ItemQuerySet:
        """Those of the lists that the person may read."""
        return self.filter(list__in=ResponsibilityList.objects.visible_to(user))

    def in_force(self) -> ItemQuerySet:
        """Those of the latest published version of each list."""
        return self.filter(list__in=ResponsibilityList.objects.in_force())

    def matching(self, text: str) -> ItemQuerySet:
        """Those that contain every word: what, category, law, article, office, post, holder, unit."""
        found = self
        for word in text.split():
            people = Term.objects.standing().filter(Q(person__real_name__icontains=word) | Q(post__icontains=word))
            found = found.filter(
                Q(words__icontains=word)
                | Q(list__organization__name__icontains=word)
                | Q(list__organization__short_name__icontains=word)
                | Q(duty__in=people.values("duty"))
            )
        return found

    def for_list(self) -> ItemQuerySet:
        """With what a row shows, in a constant number of queries."""
        return self.select_related("list__organization").prefetch_related("bases")


class ResponsibilityItem(models.Model):
    """职责事项 in one version of a list. `words` is what the search reads, kept by `index()`."""

    list = models.ForeignKey(ResponsibilityList, models.CASCADE, related_name="items")
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="items")
    position = models.PositiveIntegerField(default=0)
    number = models.CharField(_("Number"), max_length=20, blank=True)
    category = models.CharField(_("Category of the item"), max_length=60, blank=True)
    title = models.CharField(_("Item"), max_length=300)
    office = models.CharField(_("Responsible office"), max_length=100, blank=True)
    post = models.CharField(_("Responsible post"), max_length=60, blank=True)
    means = models.CharField(_("Means"), max_length=300, blank=True)
    frequency = models.CharField(_("Frequency"), max_length=100, blank=True)
    liability = models.CharField(_("Grounds for accountability"), max_length=500, blank=True)
    words = models.TextField(editable=False, default="")

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["list", "position", "id"]
        verbose_name = _("responsibility item")
        verbose_name_plural = _("responsibility items")
        constraints = [models.UniqueConstraint(fields=["list", "duty"], name="item_duty_once")]
        indexes = [models.Index(fields=["list", "position"], name="item_order")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    def index(self, bases: Sequence[LegalBasis]) -> None:
        """Sets `words` from the item and its legal bases."""
        parts = [self.title, self.category, self.office, self.post, self.means, self.frequency, self.liability]
        self.words = "\n".join([*parts, *(basis.text for basis in bases)])


class LegalBasis(models.Model):
    """One law that an item rests on, with the version (year of the amendment) and the articles."""

    item = models.ForeignKey(ResponsibilityItem, models.CASCADE, related_name="bases")
    position = models.PositiveSmallIntegerField(default=0)
    law = models.CharField(_("Law"), max_length=200)
    version = models.CharField(_("Amended in"), max_length=4, blank=True)
    articles = models.JSONField(_("Articles"), default=list, blank=True)

    class Meta:
        ordering = ["item", "position", "id"]
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal bases")
        constraints = [models.UniqueConstraint(fields=["item", "position"], name="basis_order")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """As the offices write it: 《中华人民共和国安全生产法》（2014年修正）第五十九条."""
        version = f"（{self.version}年修正）" if self.version else ""
        return f"《{self.law}》{version}{'、'.join(self.articles)}"


class TermQuerySet(models.QuerySet["Term"]):
    """Reads, as adjectives."""

    def standing(self) -> TermQuerySet:
        """Those that were not withdrawn as a mistake."""
        return self.filter(withdrawn=False)

    def on(self, day: datetime.date) -> TermQuerySet:
        """Those that hold on a day."""
        return self.standing().filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )

    def overlapping(self, starts_on: datetime.date | None, ends_on: datetime.date | None) -> TermQuerySet:
        """Those that share a day with the given span; None is without end on that side."""
        found = self.standing()
        if ends_on is not None:
            found = found.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=ends_on))
        if starts_on is not None:
            found = found.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
        return found


class Term(models.Model):
    """A term of office: who answers for a duty from when to when. Rows stay; a mistake is marked as withdrawn."""

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="terms")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="terms",
        verbose_name=_("Person in office"),
    )
    post = models.CharField(_("Post"), max_length=60, blank=True)
    starts_on = models.DateField(_("In office from"), null=True, blank=True)
    ends_on = models.DateField(_("In office until"), null=True, blank=True)
    withdrawn = models.BooleanField(_("Withdrawn"), default=False)
    note = models.CharField(_("Note"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = [F("starts_on").desc(nulls_last=True), "-id"]
        verbose_name = _("term of office")
        verbose_name_plural = _("terms of office")
        indexes = [models.Index(fields=["duty", "starts_on"], name="term_of_duty")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")),
                name="term_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(post=""), name="term_names_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.post} {self.starts_on or ''}–{self.ends_on or ''}"

    def holds_on(self, day: datetime.date) -> bool:
        """True where it counts and the day lies within it."""
        within = (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)
        return within and not self.withdrawn
