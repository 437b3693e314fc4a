"""One thing that has to be done, with its units, deadline and target."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib import periods
from organizations.models import Organization, OrganizationGroup
from tasks.states import AssignmentState, Cadence, UnitRole

from .plan import Plan, WorkPoint

if TYPE_CHECKING:
    from organizations.models import User


class TaskQuerySet(models.QuerySet["Task"]):
    """Reads, as adjectives."""

    def visible_to(self, user: User) -> TaskQuerySet:
        """All tasks of the city's plans: the plan is public inside the commission; the work is not."""
        return self.filter(plan__in=Plan.objects.visible_to(user))

    def current(self) -> TaskQuerySet:
        """Those that were not withdrawn."""
        return self.filter(withdrawn=False)

    def untouched(self) -> TaskQuerySet:
        """Those on which no unit has done anything yet."""
        idle = {AssignmentState.NOT_STARTED, AssignmentState.CANCELLED}
        begun = set(AssignmentState) - idle
        return (
            self.exclude(assignments__state__in=begun)
            .exclude(assignments__entries__isnull=False)
            .exclude(assignments__reviews__isnull=False)
        )

    def matching(self, text: str) -> TaskQuerySet:
        """Those whose number, words or units contain every word of `text`."""
        found = self
        for word in text.split():
            units = TaskUnit.objects.filter(
                Q(organization__name__icontains=word)
                | Q(organization__short_name__icontains=word)
                | Q(organization__aliases__name__icontains=word)
                | Q(group__name__icontains=word)
            )
            found = found.filter(
                Q(number__iexact=word)
                | Q(title__icontains=word)
                | Q(requirement__icontains=word)
                | Q(pk__in=units.values("task"))
            )
        return found

    def for_list(self) -> TaskQuerySet:
        """With what a list row shows, in a constant number of queries."""
        return self.select_related("work_point", "plan").prefetch_related("units__organization", "units__group")

    def for_page(self) -> TaskQuerySet:
        """With what the page of one task shows."""
        units = models.Prefetch("units", TaskUnit.objects.select_related("organization", "group__city"))
        found = self.select_related("work_point", "plan__issuer", "result_by__organization")
        return found.prefetch_related(units, "milestones")


class Task(models.Model):
    """重点任务. `position` is its order in the plan; `number` is what the list printed.

    A recurring task falls due once a period: on `due_day` of the month (None: the last day), and for a
    quarterly one in month `due_month` of the quarter (None: the third).
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks")
    work_point = models.ForeignKey(WorkPoint, models.PROTECT, related_name="tasks", verbose_name=_("Work point"))
    number = models.CharField(_("Number"), max_length=20, blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)
    title = models.CharField(_("Task"), max_length=200)
    requirement = models.TextField(_("Requirement"), blank=True)
    cadence = models.CharField(_("Cadence"), max_length=10, choices=Cadence.choices, default=Cadence.ONCE)
    starts_on = models.DateField(_("Starts on"), null=True, blank=True)
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    due_day = models.PositiveSmallIntegerField(
        _("Due day of the month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    due_month = models.PositiveSmallIntegerField(
        _("Due month of the quarter"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    target = models.DecimalField(
        _("Target"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    unit = models.CharField(_("Unit of measure"), max_length=20, blank=True)
    note = models.CharField(_("Note"), max_length=500, blank=True)
    is_proposed = models.BooleanField(
        _("Proposed"), default=False, help_text=_("The policy names no unit or date; this choice is a proposal.")
    )
    withdrawn = models.BooleanField(_("Withdrawn"), default=False)
    target_required = models.BooleanField(
        _("Target before sign-off"),
        default=True,
        help_text=_("Nothing is submitted before the target (without one: 100 percent) is reached."),
    )
    evidence_required = models.BooleanField(
        _("Proof before sign-off"),
        default=False,
        help_text=_("Nothing is submitted without a file that proves it."),
    )
    own_head_first = models.BooleanField(
        _("Own head first"),
        default=False,
        help_text=_("The head of the owing unit approves before the supervising unit is asked."),
    )
    result = models.TextField(_("Result"), max_length=2000, blank=True)
    result_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    result_at = models.DateTimeField(_("Result written at"), null=True, blank=True, editable=False)
    origin = models.ForeignKey(
        "tasks.ImportBatch", models.PROTECT, null=True, blank=True, editable=False, related_name="tasks",
        verbose_name=_("Imported with"),
    )  # fmt: skip
    origin_row = models.PositiveIntegerField(null=True, editable=False)  # of the sheet
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["work_point__number", "position", "id"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [models.Index(fields=["plan", "work_point", "position"], name="task_plan_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["work_point", "number"],
                condition=~Q(number="") & Q(withdrawn=False) & Q(origin__isnull=True),
                name="task_number_once",
            ),
            models.UniqueConstraint(  # numbers are unique within a list, and a plan may hold several
                fields=["origin", "work_point", "number"],
                condition=~Q(number="") & Q(withdrawn=False) & Q(origin__isnull=False),
                name="task_number_once_a_list",
            ),
            models.CheckConstraint(condition=Q(target__isnull=True) | Q(target__gte=0), name="task_target_positive"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(due_on__isnull=True) | Q(starts_on__lte=models.F("due_on")),
                name="task_starts_before_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    def clean(self) -> None:
        """Refuses a deadline before its start and a single task without deadline day rules."""
        if self.starts_on and self.due_on and self.due_on < self.starts_on:
            raise ValidationError({"due_on": _("The deadline lies before the start. Choose a later day.")})

    def periods(self) -> list[periods.Period]:
        """What the task falls apart into over the plan year, earliest first.

        A single or year-long task has one period, without deadline one that is due on no day.
        """
        year, issued_on = self.plan.year, self.plan.issued_on
        match self.cadence:
            case Cadence.MONTHLY:
                return periods.months(year, issued_on, self.due_day)
            case Cadence.QUARTERLY:
                return periods.quarters(year, issued_on, self.due_day, self.due_month)
            case Cadence.ONGOING:
                return periods.quarters(year, issued_on)
            case _:
                start = self.starts_on or issued_on
                due_on = self.due_on or (self.plan.ends_on if self.cadence == Cadence.YEARLONG else None)
                return [periods.Period(str(year), start, due_on)]  # type: ignore[arg-type]  # a task may have no deadline

    def last_due_on(self) -> datetime.date | None:
        """The last day on which anything of the task is due; None where it never is."""
        if self.cadence == Cadence.ONGOING:
            return None
        days = [p.due_on for p in self.periods() if p.due_on]
        return max(days) if days else None


class TaskUnit(models.Model):
    """A unit or collective unit that a task names, as the list named it."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="units")
    role = models.CharField(_("Role"), max_length=12, choices=UnitRole.choices)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    group = models.ForeignKey(OrganizationGroup, models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=True) ^ Q(group__isnull=True), name="unit_is_one_or_many"
            ),
            models.UniqueConstraint(
                fields=["task", "organization"], condition=Q(organization__isnull=False), name="task_names_unit_once"
            ),
            models.UniqueConstraint(
                fields=["task", "role", "group"], condition=Q(group__isnull=False), name="task_names_group_once"
            ),
        ]
        indexes = [models.Index(fields=["organization", "role"], name="task_unit_led")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What tables show."""
        return self.organization.label if self.organization else str(self.group)


class Milestone(models.Model):
    """阶段性成果: an earlier date on the way of a single task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="milestones")
    due_on = models.DateField(_("Due on"))
    title = models.CharField(_("Title"), max_length=200, blank=True)

    class Meta:
        ordering = ["due_on"]
        constraints = [models.UniqueConstraint(fields=["task", "due_on"], name="milestone_day_once")]

    def __str__(self) -> str:
        return f"{self.due_on} {self.title}".strip()
