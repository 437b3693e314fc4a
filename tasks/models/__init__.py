"""The plan, its tasks, and what has been done about them."""

from .assignment import Assignment
from .counts import AssignmentCount, BranchCount
from .extension import Extension
from .imports import ImportBatch, ImportRow
from .link import TaskItem
from .plan import Plan, WorkPoint
from .progress import Evidence, ProgressEntry, Review
from .returns import ProgressReturn, ReturnRow
from .task import Milestone, Task, TaskUnit
from .transition import Transition

__all__ = [
    "Assignment",
    "AssignmentCount",
    "BranchCount",
    "Evidence",
    "Extension",
    "ImportBatch",
    "ImportRow",
    "Milestone",
    "Plan",
    "ProgressEntry",
    "ProgressReturn",
    "ReturnRow",
    "Review",
    "Task",
    "TaskItem",
    "TaskUnit",
    "Transition",
    "WorkPoint",
]
