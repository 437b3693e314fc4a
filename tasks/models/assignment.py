"""One task, one organization, one period: what progress is logged against."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from lib.within import Within
from organizations.models import Organization
from tasks import punctuality
from tasks.states import HANDED_IN, OPEN, UNIT_ACTS, AssignmentState, Phase, Signal, UnitRole
from tasks.supervisors import supervisors_of_one

from .plan import Plan, WorkPoint
from .task import Task, TaskUnit

if TYPE_CHECKING:
    from organizations.models import User


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Reads, as adjectives; each queryset shown to a person begins with `visible_to(user)`."""

    def visible_to(self, user: User) -> AssignmentQuerySet:
        """What the person may know of.

        The commission and its office: the whole city. Others: assignments of the organizations they see
        (own, under it, regulated), and all assignments of a task that names their unit as lead, because
        the lead unit answers for the whole task.
        """
        if not user.is_authenticated:
            return self.none()
        if user.sees_city:
            return self.filter(plan__in=Plan.objects.visible_to(user))
        led = TaskUnit.objects.filter(organization=user.organization_id, role=UnitRole.LEAD)
        seen = Organization.objects.visible_to(user)
        return self.filter(Q(Within("organization", seen.values("pk"))) | Q(Within("task", led.values("task"))))

    def of_plan(self, plan: Plan) -> AssignmentQuerySet:
        """Those of one plan; leads every index."""
        return self.filter(plan=plan)

    def standing(self) -> AssignmentQuerySet:
        """All that were not cancelled."""
        return self.exclude(phase=Phase.CANCELLED)

    def asked_by(self, day: datetime.date) -> AssignmentQuerySet:
        """Those that the plan asked by the close of a day; what was added later is none of that day's."""
        return self.filter(Q(added_on__isnull=True) | Q(added_on__lte=day))

    def open(self) -> AssignmentQuerySet:
        """Not signed off and not cancelled."""
        return self.filter(state__in=OPEN)

    def unit_acts(self) -> AssignmentQuerySet:
        """Those whose next step is the unit's."""
        return self.filter(state__in=UNIT_ACTS)

    def owed_by(self, organization: Organization) -> AssignmentQuerySet:
        """Those of exactly this organization."""
        return self.filter(organization=organization)

    def overdue(self, today: datetime.date) -> AssignmentQuerySet:
        """Open after their deadline (逾期)."""
        return self.filter(punctuality.overdue_q(today))

    def due_soon(self, today: datetime.date) -> AssignmentQuerySet:
        """Open with ten days or fewer left (临期)."""
        return self.filter(punctuality.soon_q(today))

    def showing(self, signal: str, today: datetime.date) -> AssignmentQuerySet:
        """Those whose signal is the given one."""
        return self.filter(punctuality.signal_q(signal, today))

    def urgent_first(self) -> AssignmentQuerySet:
        """The unit's turn before the reviewer's before the closed; longest overdue first. An index's order."""
        return self.order_by("phase", F("due_on").asc(nulls_last=True), "id")

    def matching(self, text: str) -> AssignmentQuerySet:
        """Those whose task or unit contains every word of `text`."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(task__in=Task.objects.matching(word).values("pk"))
                | Q(organization__in=Organization.objects.matching(word).values("pk"))
            )
        return found

    def for_list(self) -> AssignmentQuerySet:
        """With what a row shows."""
        return self.select_related("task", "organization", "work_point")

    def for_desk(self) -> AssignmentQuerySet:
        """With what the review desk shows of one."""
        return self.select_related("plan__issuer", "task", "organization", "work_point")

    def for_page(self) -> AssignmentQuerySet:
        """With what the page of one assignment shows."""
        return self.select_related(
            "plan__issuer", "task", "organization", "work_point", "submitted_by__organization"
        ).prefetch_related(
            models.Prefetch("task__units", TaskUnit.objects.select_related("organization", "group__city")),
            "task__milestones",
        )


class Assignment(models.Model):
    """任务分工. Facts are stored; overdue and due soon follow from them and the business date.

    `first_due_on` never changes: an extension moves `due_on` and leaves the first promise on record.
    `extended_to` is the deadline granted last, which a change of the task does not shorten.
    `handed_on` is the day on which the work was handed in, also to the own head, `submitted_by` who did it;
    `done_on` the day on which the submission left the unit, by which punctuality is judged: it is set in the
    states SUBMITTED and DONE only. `endorsed_by` is the own head who approved first, `cancelled_by` the person
    who took this one assignment out, which no fan-out of the task brings back. `added_on` is the day on which
    the plan was made to ask it; empty where the plan has asked it since it was put to work.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="assignments")
    work_point = models.ForeignKey(WorkPoint, models.PROTECT, related_name="assignments")
    task = models.ForeignKey(Task, models.PROTECT, related_name="assignments")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="assignments")
    role = models.CharField(_("Role"), max_length=12, choices=UnitRole.choices)
    period = models.CharField(_("Period"), max_length=8)
    starts_on = models.DateField(_("Starts on"))
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    first_due_on = models.DateField(_("First deadline"), null=True, blank=True)
    state = models.CharField(
        _("State"), max_length=12, choices=AssignmentState.choices, default=AssignmentState.NOT_STARTED
    )
    phase = models.GeneratedField(
        expression=Case(
            When(state=AssignmentState.SUBMITTED, then=Value(Phase.REVIEWER.value)),
            When(state=AssignmentState.DONE, then=Value(Phase.CLOSED.value)),
            When(state=AssignmentState.CANCELLED, then=Value(Phase.CANCELLED.value)),
            default=Value(Phase.UNIT.value),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    target = models.DecimalField(_("Target"), max_digits=14, decimal_places=2, null=True, blank=True)
    quantity = models.DecimalField(_("Quantity done"), max_digits=14, decimal_places=2, default=0)
    percent = models.PositiveSmallIntegerField(_("Percent"), default=0)
    last_progress_on = models.DateField(_("Last progress"), null=True, blank=True)
    sent_back_on = models.DateField(_("Sent back on"), null=True, blank=True)
    done_on = models.DateField(_("Done on"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(_("Signed off at"), null=True, blank=True)
    handed_on = models.DateField(_("Handed in on"), null=True, blank=True)
    endorsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    extended_to = models.DateField(_("Extended to"), null=True, blank=True)
    added_on = models.DateField(_("Added on"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["phase", "due_on", "id"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(fields=["task", "organization", "period"], name="assignment_once_a_period"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="assignment_quantity_positive"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="assignment_percent_to_100"),
        ]
        indexes = [
            models.Index(fields=["plan", "phase", "due_on", "id"], name="asg_plan_urgency"),
            models.Index(fields=["plan", "organization", "phase", "due_on"], name="asg_plan_org"),
            models.Index(fields=["plan", "work_point", "phase", "due_on"], name="asg_plan_point"),
            models.Index(
                fields=["plan", "organization", "due_on"], name="asg_open", condition=Q(state__in=sorted(OPEN))
            ),
            models.Index(fields=["plan", "done_on"], name="asg_done_on", condition=Q(done_on__isnull=False)),
            models.Index(fields=["plan", "sent_back_on"], name="asg_back_on", condition=Q(sent_back_on__isnull=False)),
            models.Index(fields=["plan", "starts_on"], name="asg_starts_on"),
            models.Index(
                fields=["plan", "organization"], name="asg_with_head", condition=Q(state=AssignmentState.WITH_HEAD)
            ),
            models.Index(fields=["plan", "extended_to"], name="asg_extended", condition=Q(extended_to__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.task} · {self.organization} · {self.period}"

    @property
    def is_open(self) -> bool:
        """True until signed off or cancelled."""
        return self.state in OPEN

    @property
    def is_handed_in(self) -> bool:
        """True while somebody has to decide on it: the own head or the reviewer."""
        return self.state in HANDED_IN

    @cached_property
    def supervisors(self) -> list[Organization]:
        """The units that review it, read once."""
        return supervisors_of_one(self.organization)

    @property
    def waits_since(self) -> datetime.date | None:
        """The day since which a decision is waited for: with the reviewer, or with the own head."""
        return self.done_on or self.handed_on

    @property
    def is_complete(self) -> bool:
        """True where the target is reached; without a target, where 100 percent are logged."""
        return self.quantity >= self.target if self.target else self.percent == 100

    @property
    def remaining(self) -> Decimal | None:
        """What is missing to the target, never below zero; None without a target."""
        return None if self.target is None else max(Decimal(0), self.target - self.quantity)

    def punctuality(self, today: datetime.date) -> Signal:
        """On track, due soon, overdue, done on time, done late."""
        return punctuality.punctuality(self.state, self.due_on, self.done_on, today)

    def signal(self, today: datetime.date) -> Signal:
        """What a row shows: the workflow where somebody else has acted, otherwise punctuality."""
        if self.state == AssignmentState.CANCELLED:
            return Signal.NONE
        if self.state == AssignmentState.SUBMITTED:
            return Signal.SENT
        if self.state == AssignmentState.WITH_HEAD:
            return Signal.HEAD
        if self.state == AssignmentState.SENT_BACK:
            return Signal.BACK
        found = self.punctuality(today)
        return Signal.NONE if found == Signal.OK and self.state == AssignmentState.NOT_STARTED else found

    def days_left(self, today: datetime.date) -> int | None:
        """Days to the deadline, negative when overdue; None without one."""
        return None if self.due_on is None else (self.due_on - today).days

    def expected_percent(self, today: datetime.date) -> float:
        """What an even pace from start to deadline would have reached by today, 0 to 100."""
        due_on = self.due_on or self.plan.ends_on
        length = (due_on - self.starts_on).days + 1
        passed = (today - self.starts_on).days + 1
        return 100.0 if length <= 0 else min(100.0, max(0.0, 100.0 * passed / length))
