"""The ladder (柔性提醒、刚性约束): what is said to whom, how long before and after a deadline; and what was said."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.rungs import Rung
from organizations.models import Organization


class Ladder(models.Model):
    """One commission's ladder. Planning locks this row, so that two planners take turns."""

    commission = models.OneToOneField(Organization, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("reminder ladder")
        verbose_name_plural = _("reminder ladders")

    def __str__(self) -> str:
        return self.commission.label


class WorkYear(models.Model):
    """The working days of one year as an admin entered them from the State Council's notice; days in ISO form."""

    year = models.PositiveSmallIntegerField(_("Year"), primary_key=True)
    off = models.JSONField(_("Holidays"), default=list)
    on = models.JSONField(_("Working weekends"), default=list)

    class Meta:
        ordering = ["-year"]
        verbose_name = _("working-day calendar")
        verbose_name_plural = _("working-day calendars")

    def __str__(self) -> str:
        return str(self.year)


class Audience(models.TextChoices):
    """Who is told, seen from the thing that is due. A subject offers some of them."""

    INSPECTOR = "inspector", _("Own inspector")
    HEAD = "head", _("Own head")
    REVIEWER = "reviewer", _("Reviewer")
    SUPERVISOR = "supervisor", _("Supervising unit")
    OFFICE = "office", _("Commission office")
    LEADER = "leader", _("Leader of the commission")
    STAND_IN = "stand_in", _("Stands in for a vacant post")  # a rule, not a choice


class Stage(models.Model):
    """One rung. Before a deadline calendar days count (0: the day itself), after it working days.

    `since`: rungs that fell before this day are not made up for; set when a rung is added or moved, so that
    a change says nothing about what lies behind.
    """

    class Side(models.TextChoices):
        BEFORE = "before", _("calendar days before")
        AFTER = "after", _("working days after")

    ladder = models.ForeignKey(Ladder, models.CASCADE, related_name="stages")
    subject = models.CharField(_("About"), max_length=20)
    side = models.CharField(_("When"), max_length=6, choices=Side.choices)
    offset = models.PositiveSmallIntegerField(_("Days"), validators=[MaxValueValidator(366)])
    audiences = models.JSONField(_("Who is told"), default=list)
    urgent = models.BooleanField(_("Urgent"), default=False)
    wording = models.CharField(_("Wording"), max_length=200, blank=True)
    since = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)

    class Meta:
        ordering = ["subject", "id"]
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints = [
            models.UniqueConstraint(fields=["ladder", "subject", "side", "offset"], name="stage_once_a_moment"),
            models.CheckConstraint(condition=~Q(side="after", offset=0), name="stage_day_itself_is_before_0"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.code}"

    @property
    def rung(self) -> Rung:
        """When it falls."""
        return Rung(self.side, self.offset)

    @property
    def code(self) -> str:
        """Its name in the record: before:7, after:10."""
        return self.rung.code


class Reminder(models.Model):
    """One stage said to one person about one thing and one deadline. The unique key is what makes it once.

    `what` and `unit` keep what the line said; `on` is the business date on which it was said, late or not.
    """

    ladder = models.ForeignKey(Ladder, models.CASCADE, related_name="+", db_index=False)
    subject = models.CharField(max_length=20)
    about_type = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    plan_id = models.BigIntegerField(null=True)
    due_on = models.DateField()
    stage = models.CharField(max_length=10)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    notification = models.ForeignKey("notifications.Notification", models.CASCADE, related_name="reminders")
    audience = models.CharField(max_length=12, choices=Audience.choices)
    on = models.DateField()
    what = models.CharField(max_length=300)
    unit = models.CharField(max_length=120)
    link = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "about_id", "due_on", "stage", "recipient"], name="reminder_once"
            ),
        ]
        indexes = [models.Index(fields=["about_type", "about_id"], name="reminder_about")]

    def __str__(self) -> str:
        return f"{self.stage} {self.what}"
