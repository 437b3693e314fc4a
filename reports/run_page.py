"""A compilation as strings."""

from __future__ import annotations

from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from lib import formats

from .models import CompileRun
from .states import RunState

SIGNAL = {
    RunState.QUEUED: "none",
    RunState.RUNNING: "sent",
    RunState.DONE: "done",
    RunState.FAILED: "over",
    RunState.CANCELLED: "none",
}


class RunWords(NamedTuple):
    """What its page says."""

    signal: str
    state: str
    percent: int
    progress: str
    outcome: str
    who: str
    error: str


def run_words(run: CompileRun) -> RunWords:
    """How far a compilation is and what came of it."""
    percent = 100 if run.state == RunState.DONE else int(100 * run.done / run.total) if run.total else 0
    progress = ""
    if run.total:
        numbers = {"done": formats.number(run.done), "total": formats.number(run.total)}
        progress = _("%(done)s of %(total)s reports") % numbers
    outcome = _("%(created)s drafted, %(refreshed)s refreshed, %(kept)s as they were") % {
        "created": run.created, "refreshed": run.refreshed, "kept": run.kept,
    }  # fmt: skip
    who = run.by.post_and_unit if run.by else _("by the calendar")
    when = formats.moment(timezone.localtime(run.at))
    state = str(RunState(run.state).label)
    if run.stop_asked and run.is_unfinished:
        state = _("Stopping after the reports in hand")
    error = run.error.split("\n", 1)[0] if run.state == RunState.FAILED else ""
    return RunWords(SIGNAL[RunState(run.state)], state, percent, progress, outcome, f"{when} · {who}", error)
