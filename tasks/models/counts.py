"""The dashboard's summary: how many assignments there are of each kind, by organization and by branch.

Kept in the transaction of every write, exact, rebuildable, and compared with a full count by a check.
Punctuality depends on the day, so the key holds what is needed to decide it on any day.
"""

from django.db import models

from organizations.models import Organization

from .plan import Plan, WorkPoint


class AssignmentCount(models.Model):
    """`number` assignments of one plan, work point, organization and lot.

    `lot` is one of Lot; `due_on` is 9999-12-31 where there is no deadline (a unique key needs a value);
    `done_month` counts months from January of the plan year (1 to 12, more in the next year), 0 = not done.
    """

    class Lot(models.TextChoices):
        WITH_UNIT = "unit"  # open, the unit acts: soon or overdue by its deadline
        SENT_IN_TIME = "sent"
        SENT_LATE = "sent_late"
        DONE_IN_TIME = "done"
        DONE_LATE = "late"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="counts")
    work_point = models.ForeignKey(WorkPoint, models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    lot = models.CharField(max_length=9, choices=Lot.choices)
    due_on = models.DateField()
    done_month = models.PositiveSmallIntegerField(default=0)
    number = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "organization", "work_point", "lot", "due_on", "done_month"], name="count_once"
            ),
        ]
        indexes = [models.Index(fields=["plan", "due_on"], name="count_due_on")]

    def __str__(self) -> str:
        return f"{self.lot} {self.number}"


class BranchCount(models.Model):
    """The same, summed over each branch of the tree: a unit directly below the commission and all under it.

    A city has a thousand enterprises and seventy branches, so the page of the whole city reads a fraction of
    the rows. Sums over all branches are right always; by branch they are while `Plan.counted_tree` says so.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="+")
    work_point = models.ForeignKey(WorkPoint, models.CASCADE, related_name="+")
    branch = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    lot = models.CharField(max_length=9, choices=AssignmentCount.Lot.choices)
    due_on = models.DateField()
    done_month = models.PositiveSmallIntegerField(default=0)
    number = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "branch", "work_point", "lot", "due_on", "done_month"], name="branch_count_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot} {self.number}"
