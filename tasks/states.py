"""States of an assignment and the only ways between them. A leaf: imports nothing of ours."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AssignmentState(models.TextChoices):
    """Where an assignment stands in its work; *overdue* is no state, it follows from the date."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    WITH_HEAD = "with_head", _("Waiting for the own head")
    SUBMITTED = "submitted", _("Waiting for sign-off")
    SENT_BACK = "sent_back", _("Sent back")
    DONE = "done", _("Signed off")
    CANCELLED = "cancelled", _("Cancelled")


class Phase(models.IntegerChoices):
    """Who has to act; stored beside the state, so that the ledger sorts by urgency from an index."""

    UNIT = 0, _("The unit acts")
    REVIEWER = 1, _("The reviewer acts")
    CLOSED = 2, _("Signed off")
    CANCELLED = 3, _("Cancelled")


PHASE_OF: dict[str, int] = {
    AssignmentState.NOT_STARTED: Phase.UNIT,
    AssignmentState.IN_PROGRESS: Phase.UNIT,
    AssignmentState.SENT_BACK: Phase.UNIT,
    AssignmentState.WITH_HEAD: Phase.UNIT,  # inside the unit: its clock runs on
    AssignmentState.SUBMITTED: Phase.REVIEWER,
    AssignmentState.DONE: Phase.CLOSED,
    AssignmentState.CANCELLED: Phase.CANCELLED,
}

UNIT_ACTS = frozenset({AssignmentState.NOT_STARTED, AssignmentState.IN_PROGRESS, AssignmentState.SENT_BACK})
WITH_UNIT = UNIT_ACTS | {AssignmentState.WITH_HEAD}  # not handed out of the unit yet
HANDED_IN = frozenset({AssignmentState.WITH_HEAD, AssignmentState.SUBMITTED})
OPEN = UNIT_ACTS | HANDED_IN

# verb -> (states it may start from, state it leads to)
TRANSITIONS: dict[str, tuple[frozenset[AssignmentState], AssignmentState]] = {
    "start": (frozenset({AssignmentState.NOT_STARTED}), AssignmentState.IN_PROGRESS),
    "hand_in": (UNIT_ACTS, AssignmentState.WITH_HEAD),
    "endorse": (frozenset({AssignmentState.WITH_HEAD}), AssignmentState.SUBMITTED),
    "submit": (UNIT_ACTS, AssignmentState.SUBMITTED),
    "approve": (frozenset({AssignmentState.SUBMITTED}), AssignmentState.DONE),
    "send_back": (HANDED_IN, AssignmentState.SENT_BACK),
    "withdraw": (HANDED_IN, AssignmentState.IN_PROGRESS),
    "cancel": (OPEN, AssignmentState.CANCELLED),
    "reopen": (frozenset({AssignmentState.DONE}), AssignmentState.IN_PROGRESS),
    "revive": (frozenset({AssignmentState.CANCELLED}), AssignmentState.NOT_STARTED),
    "resume": (frozenset({AssignmentState.CANCELLED}), AssignmentState.IN_PROGRESS),
}


class Party(models.TextChoices):
    """Who a step belongs to; tasks.rights says which persons that are."""

    UNIT = "unit", _("The owing unit")
    OWN_HEAD = "own_head", _("The owing unit's head")
    REVIEWER = "reviewer", _("The supervising unit's head")
    OFFICE = "office", _("The commission office")


# verb -> who may take it; send_back belongs to whoever the submission waits for
PARTIES: dict[str, dict[AssignmentState, Party]] = {
    verb: dict.fromkeys(TRANSITIONS[verb][0], party)
    for verb, party in (
        ("start", Party.UNIT),
        ("hand_in", Party.UNIT),
        ("endorse", Party.OWN_HEAD),
        ("submit", Party.UNIT),
        ("approve", Party.REVIEWER),
        ("withdraw", Party.UNIT),
        ("cancel", Party.OFFICE),
        ("reopen", Party.OFFICE),
        ("revive", Party.OFFICE),
        ("resume", Party.OFFICE),
    )
} | {"send_back": {AssignmentState.WITH_HEAD: Party.OWN_HEAD, AssignmentState.SUBMITTED: Party.REVIEWER}}


class Cadence(models.TextChoices):
    """How often a task has to be done (完成时限)."""

    ONCE = "once", _("Once")
    MONTHLY = "monthly", _("Monthly")
    QUARTERLY = "quarterly", _("Quarterly")
    YEARLONG = "yearlong", _("Year-long")
    ONGOING = "ongoing", _("Ongoing, reviewed quarterly")


class UnitRole(models.TextChoices):
    """What a unit is in a task."""

    LEAD = "lead", _("Lead")
    COOPERATING = "cooperating", _("Cooperating")


class Signal(models.TextChoices):
    """亮灯: what a row says at a glance. The first five are a partition of all rows by punctuality."""

    OK = "ok", _("On track")
    SOON = "soon", _("Due soon")
    OVER = "over", _("Overdue")
    DONE = "done", _("Done on time")
    LATE = "late", _("Done late")
    HEAD = "head", _("With the own head")
    SENT = "sent", _("Waiting for sign-off")
    BACK = "back", _("Sent back")
    NONE = "none", _("Not started")


PUNCTUALITY = (Signal.OK, Signal.SOON, Signal.OVER, Signal.DONE, Signal.LATE)
