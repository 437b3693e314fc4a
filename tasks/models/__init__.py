"""The plan, its tasks, and what has been done about them."""

from .assignment import Assignment
from .counts import AssignmentCount, BranchCount
from .imports import ImportBatch, ImportRow
from .plan import Plan, WorkPoint
from .progress import Evidence, ProgressEntry, Review
from .task import Milestone, Task, TaskUnit

__all__ = [
    "Assignment",
    "AssignmentCount",
    "BranchCount",
    "Evidence",
    "ImportBatch",
    "ImportRow",
    "Milestone",
    "Plan",
    "ProgressEntry",
    "Review",
    "Task",
    "TaskUnit",
    "WorkPoint",
]
