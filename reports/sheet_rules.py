"""The rules of the accountability sheet (尽职照单免责、失职照单问责). Pure; printed below every sheet.

Everything is judged as of one day: the period's last, or today while it runs. What counts is the day on which
the unit handed the work in, not the day on which somebody signed it.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.states import AssignmentState

from .standing import Standing


class Outcome(enum.StrEnum):
    """What became of an assignment; each is exactly one of these."""

    IN_TIME = "in_time"
    EXTENDED = "extended"
    LATE = "late"
    NOT_DONE = "not_done"
    WAITING = "waiting"
    OPEN = "open"


class Verdict(enum.StrEnum):
    """What the sheet says of a duty."""

    DISCHARGED = "discharged"
    PERFORMING = "performing"
    BEHIND = "behind"
    NEGLECTED = "neglected"
    IDLE = "idle"
    NO_RECORD = "no_record"


class Tally(NamedTuple):
    """How many assignments came to which outcome, how many had their deadline put off, proofs and reminders."""

    in_time: int = 0
    extended: int = 0
    late: int = 0
    not_done: int = 0
    waiting: int = 0
    open: int = 0
    put_off: int = 0
    proofs: int = 0
    reminders: int = 0

    @property
    def total(self) -> int:
        """All assignments of the period."""
        return self.in_time + self.extended + self.late + self.not_done + self.waiting + self.open


OUTCOME_LABELS = {
    Outcome.IN_TIME: gettext_lazy("Done in time"),
    Outcome.EXTENDED: gettext_lazy("Done within the extension"),
    Outcome.LATE: gettext_lazy("Handed in late"),
    Outcome.NOT_DONE: gettext_lazy("Overdue, not done"),
    Outcome.WAITING: gettext_lazy("Handed in, waits for sign-off"),
    Outcome.OPEN: gettext_lazy("Not due yet"),
}
OUTCOME_SIGNALS = {
    Outcome.IN_TIME: "done", Outcome.EXTENDED: "done", Outcome.LATE: "late", Outcome.NOT_DONE: "over",
    Outcome.WAITING: "sent", Outcome.OPEN: "ok",
}  # fmt: skip
VERDICT_LABELS = {
    Verdict.DISCHARGED: gettext_lazy("Duty discharged"),
    Verdict.PERFORMING: gettext_lazy("Being discharged"),
    Verdict.BEHIND: gettext_lazy("Discharged late"),
    Verdict.NEGLECTED: gettext_lazy("Duty neglected"),
    Verdict.IDLE: gettext_lazy("Nothing due in the period"),
    Verdict.NO_RECORD: gettext_lazy("No record of discharge"),
}
VERDICT_SIGNALS = {
    Verdict.DISCHARGED: "done", Verdict.PERFORMING: "ok", Verdict.BEHIND: "late", Verdict.NEGLECTED: "over",
    Verdict.IDLE: "none", Verdict.NO_RECORD: "none",
}  # fmt: skip


def belongs(
    first_due_on: datetime.date | None, now: Standing, starts_on: datetime.date, ends_on: datetime.date
) -> bool:
    """True where the first deadline, or the one in force, lies in the period, and it was not cancelled."""
    if now.state == AssignmentState.CANCELLED:
        return False
    return any(day is not None and starts_on <= day <= ends_on for day in (first_due_on, now.due_on))


def outcome(first_due_on: datetime.date | None, now: Standing, day: datetime.date, has_ended: bool = False) -> Outcome:
    """What became of an assignment that belongs to the period.

    `has_ended`: the day is over, so what was due on it and was not handed in is late. Otherwise what falls due on
    the last day of a quarter would be neglected on no sheet at all.
    """
    if now.handed_in_on is None:
        late = now.due_on is not None and (now.due_on < day or (has_ended and now.due_on == day))
        return Outcome.NOT_DONE if late else Outcome.OPEN
    if now.due_on is not None and now.handed_in_on > now.due_on:
        return Outcome.LATE
    if now.state != AssignmentState.DONE:
        return Outcome.WAITING
    late_at_first = first_due_on is not None and now.handed_in_on > first_due_on
    return Outcome.EXTENDED if late_at_first else Outcome.IN_TIME


def is_put_off(first_due_on: datetime.date | None, now: Standing) -> bool:
    """True where the deadline in force is later than the first."""
    return first_due_on is not None and (now.due_on is None or now.due_on > first_due_on)


def verdict(tally: Tally, linked: int) -> Verdict:
    """The first rule that fits (see `rules`). `linked`: how many tasks the unit confirmed for the duty."""
    if not linked:
        return Verdict.NO_RECORD
    if not tally.total:
        return Verdict.IDLE
    if tally.not_done:
        return Verdict.NEGLECTED
    if tally.late:
        return Verdict.BEHIND
    if tally.waiting or tally.open:
        return Verdict.PERFORMING
    return Verdict.DISCHARGED


def rules() -> list[tuple[str, str]]:
    """(verdict, when) in the order in which they are asked; then what the figures mean."""
    said = [
        (Verdict.NO_RECORD, _("no task is linked to the duty, so nothing shows how it is discharged")),
        (Verdict.IDLE, _("tasks are linked, but none of the unit's assignments has its deadline in the period")),
        (Verdict.NEGLECTED, _("at least one assignment is past the deadline in force and not handed in")),
        (Verdict.BEHIND, _("none is outstanding, but at least one was handed in after the deadline in force")),
        (Verdict.PERFORMING, _("nothing is late; at least one is not due yet or waits for sign-off")),
        (Verdict.DISCHARGED, _("all were handed in by the deadline in force and signed off")),
    ]
    return [(str(VERDICT_LABELS[key]), text) for key, text in said]


def notes() -> list[str]:
    """What the figures mean, in sentences."""
    return [
        _("An assignment belongs to the period where its first deadline, or the one in force, lies in it."),
        _("A period that has ended is judged at the close of its last day: what was due on it is overdue by then."),
        _("The day of handing in counts, not the day of sign-off; while work waits for sign-off it is not late."),
        _(
            "“Done in time” is measured by the first deadline; “done within the extension” is later than that, but "
            "by the deadline that was granted. “Put off” counts the deadlines that were moved back."
        ),
        _("Reminders are the stages of the ladder that reached people of the unit about these assignments."),
        _("Only links that the unit confirmed count; cancelled assignments do not."),
    ]


def add(tallies: Sequence[Tally]) -> Tally:
    """The sum of several."""
    return Tally(*(sum(column) for column in zip(*tallies, strict=True))) if tallies else Tally()
