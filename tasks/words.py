"""How the record says what happens to plans, work points, tasks, assignments and imports."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit import words
from audit.words import Field, Say
from lib import formats
from lib.sheets import places

from .history import step_words
from .imports import unread
from .imports.snapshot import CADENCE_OF
from .models import ImportBatch, Plan, TaskItem, WorkPoint
from .states import Cadence

PLAN, POINT, TASK, ASSIGNMENT = "tasks.plan", "tasks.workpoint", "tasks.task", "tasks.assignment"
BATCH, RETURN = "tasks.importbatch", "tasks.progressreturn"

words.register("plan.create", gettext_noop("created the plan %(object)s"), icon="i-plus")
words.register("plan.update", gettext_noop("changed the plan %(object)s"))
words.register("work_point.create", gettext_noop("added the work point %(object)s"), icon="i-plus")
words.register("work_point.update", gettext_noop("changed the work point %(object)s"))
words.register("task.create", gettext_noop("added the task %(object)s"), icon="i-plus")
words.register("task.update", gettext_noop("changed the task %(object)s"))
words.register("task.refused", gettext_noop("tried a step that was refused: the task %(object)s"), icon="i-warn")
words.register("task.delete", gettext_noop("deleted the task %(object)s"), icon="i-trash")
words.register("assignment.fan_out", gettext_noop("assigned the task %(object)s to its units"), icon="n-duty")
words.register("assignment.progress", gettext_noop("logged progress: %(object)s"))
words.register("assignment.submit", gettext_noop("submitted for sign-off: %(object)s"), icon="s-sent", signal="sent")
words.register("assignment.approve", gettext_noop("signed off: %(object)s"), icon="s-done", signal="done")
words.register("assignment.send_back", gettext_noop("sent back: %(object)s"), icon="s-back", signal="back")
words.register(
    "assignment.hand_in", gettext_noop("handed in to the own head: %(object)s"), icon="s-head", signal="head"
)
words.register(
    "assignment.endorse", gettext_noop("approved as own head and handed on: %(object)s"), icon="s-head", signal="head"
)
words.register("assignment.withdraw", gettext_noop("withdrew from sign-off: %(object)s"), icon="i-left")
words.register("assignment.cancel", gettext_noop("cancelled the assignment %(object)s"), icon="i-x")
words.register("assignment.reopen", gettext_noop("reopened the assignment %(object)s"), icon="s-none", signal="soon")
words.register("assignment.revive", gettext_noop("made owed again: %(object)s"), icon="s-none")
words.register("assignment.resume", gettext_noop("made owed again, with its progress: %(object)s"), icon="s-none")
words.register("assignment.refused", gettext_noop("tried a step that was refused: %(object)s"), icon="i-warn")
words.register(
    "assignment.ask_extension", gettext_noop("asked for an extension: %(object)s"), icon="s-sent", signal="sent"
)
words.register("assignment.extend", gettext_noop("granted an extension: %(object)s"), icon="s-done", signal="done")
words.register(
    "assignment.refuse_extension", gettext_noop("refused an extension: %(object)s"), icon="s-back", signal="back"
)
words.register("task.result", gettext_noop("wrote the result of the task %(object)s"), icon="s-done", signal="done")
words.register("task.result_reopen", gettext_noop("opened the result of the task %(object)s again"))
words.register(
    "evidence.open", gettext_noop("opened the file %(file)s of %(object)s"), icon="i-clip", in_timeline=False
)
words.register("progress.return", gettext_noop("logged the return of %(object)s"), icon="i-import")
words.register("import.preview", gettext_noop("read the list %(object)s for checking"), icon="i-import")
words.register("import.refresh", gettext_noop("checked the list %(object)s anew"), icon="i-import")
words.register("import.commit", gettext_noop("imported the list %(object)s"), icon="i-import")
words.register("import.discard", gettext_noop("discarded the list %(object)s"), icon="i-trash")
words.register("import.unreadable", gettext_noop("could not have the list %(object)s read"), icon="i-warn")
words.register("import.order", gettext_noop("ordered background work on the list %(object)s"), icon="i-import")
words.register("import.stop", gettext_noop("cancelled background work on the list %(object)s"), icon="i-x")
words.register("import.choose", gettext_noop("chose how the list %(object)s is imported"))
words.register("import.undo", gettext_noop("undid the import of %(object)s"), icon="s-back")
words.register("import.remove", gettext_noop("cleared away the unconfirmed list %(object)s"), icon="i-trash")

words.register("return.preview", gettext_noop("read the return %(object)s for checking"), icon="i-import")
words.register("return.correct", gettext_noop("corrected what the return %(object)s is about"), icon="i-import")
words.register("return.choose", gettext_noop("said what the columns of the return %(object)s are"), icon="i-pen")
words.register("export.stop", gettext_noop("cancelled the file %(file)s of %(object)s"), icon="i-x", in_timeline=False)
words.register("return.commit", gettext_noop("brought in the return %(object)s"), icon="i-import")
words.register("return.discard", gettext_noop("discarded the return %(object)s"), icon="i-trash")


def _deadline(value: Any) -> str:
    """A deadline as an import knows it: kind and days; or a day alone."""
    if not isinstance(value, dict):
        return formats.day(datetime.date.fromisoformat(value))
    days = [formats.day(datetime.date.fromisoformat(day)) for day in value.get("dates") or []]
    kind = str(value.get("kind", ""))
    if kind == "date":
        return _(", ").join(days)
    return " · ".join([str(dict(Cadence.choices).get(CADENCE_OF.get(kind, kind), kind)), *days[-1:]])


def _target(value: Any) -> str:
    if isinstance(value, dict):
        return formats.amount(value.get("value"), value.get("unit") or "")
    return formats.number(value)


def _step(value: Any) -> str:
    said = step_words() | {
        "progress": _("Log progress"),
        "ask_extension": _("Ask for an extension"),
        "grant": _("Grant an extension"),
        "refuse": _("Refuse an extension"),
        "update": _("Change the task"),
        "result": _("Write the result"),
    }
    return said.get(str(value), str(value))


def _why(value: Any) -> str:
    said = {
        "stale": _("somebody else was faster, or the state did not allow it"),
        "four_eyes": _("nobody decides on the own work"),
        "incomplete": _("a condition of the submission was not met"),
        "past": _("the day lay in the past or before the deadline"),
        "late": _("the deadline had passed"),
        "open": _("something had to be done or decided before"),
        "asked": _("a request for an extension had to be decided before"),
    }
    return said.get(str(value), str(value))


def _why_unread(value: Any) -> str:
    return unread.message(value["code"], value["details"])


def _row(value: Any) -> str:
    """A row of the sheet, with the column of its list where two stand side by side."""
    return str(places.shown(value))


def _milestone(value: Any) -> str:
    """Lines "2017-06-30 title"."""
    said = []
    for line in value:
        day, _blank, title = str(line).partition(" ")
        said.append(f"{formats.day(datetime.date.fromisoformat(day))} {title}".strip())
    return "；".join(said)


def _outcome(value: Any) -> str:
    numbers = {"created": value.get("created", 0), "changed": value.get("changed", 0)}
    return _("%(created)s tasks added, %(changed)s changed") % numbers


def _names(value: Any) -> str:
    return _(", ").join(f"{written} → {name}" for written, name in value.items())


NUMBER = Say.NUMBER
words.fields(
    "",
    opinion=gettext_noop("Opinion"),
    file=gettext_noop("File"),
    files=Field(gettext_noop("Files"), Say.COUNT),
    sha256=gettext_noop("Fingerprint of the file"),
)
words.fields(
    TASK,
    lead=Field(gettext_noop("Lead unit"), Say.LIST),
    cooperating=Field(gettext_noop("Cooperating unit"), Say.LIST),
    groups=words.HIDDEN,
    lead_groups=words.HIDDEN,
    milestones=Field(gettext_noop("Milestones"), Say.OWN, own=_milestone),
    deadline=Field(gettext_noop("Deadline"), Say.OWN, own=_deadline),
    target=Field(gettext_noop("Target"), Say.OWN, own=_target),
    row=Field(gettext_noop("Row of the list"), Say.OWN, own=_row),
    created=Field(gettext_noop("Assignments made"), NUMBER),
    adjusted=Field(gettext_noop("Assignments adjusted"), NUMBER),
    cancelled=Field(gettext_noop("Assignments cancelled"), NUMBER),
    position=words.HIDDEN,
    step=Field(gettext_noop("Step tried"), Say.OWN, own=_step),
    why=Field(gettext_noop("Why it was refused"), Say.OWN, own=_why),
    **{"import": Field(gettext_noop("Import"), Say.NAME, model=BATCH)},
)
words.fields(
    ASSIGNMENT,
    percent=Field(gettext_noop("Percent"), Say.PERCENT),
    entry=words.HIDDEN,
    phase=words.HIDDEN,
    submitted_by=Field(gettext_noop("Submitted by"), Say.NAME, model="organizations.user"),
    endorsed_by=Field(gettext_noop("Own head"), Say.NAME, model="organizations.user"),
    cancelled_by=Field(gettext_noop("Cancelled by"), Say.NAME, model="organizations.user"),
    due_wanted=Field(gettext_noop("Deadline wanted"), Say.DAY),
    step=Field(gettext_noop("Step tried"), Say.OWN, own=_step),
    why=Field(gettext_noop("Why it was refused"), Say.OWN, own=_why),
)
words.fields(
    BATCH,
    new=Field(gettext_noop("New rows"), NUMBER),
    changed=Field(gettext_noop("Changed rows"), NUMBER),
    unchanged=Field(gettext_noop("Unchanged rows"), NUMBER),
    refused=Field(gettext_noop("Refused rows"), NUMBER),
    outcome=Field(gettext_noop("Outcome"), Say.OWN, own=_outcome),
    withdraw=Field(gettext_noop("Tasks to be withdrawn"), NUMBER),
    columns=words.HIDDEN,
    names=Field(gettext_noop("Names read otherwise"), Say.OWN, own=_names),
    work=words.HIDDEN,
    fault=gettext_noop("Why it cannot be read"),
    unread=Field(gettext_noop("Why it cannot be read"), Say.OWN, own=_why_unread),
    removed=Field(gettext_noop("Tasks removed"), NUMBER),
    restored=Field(gettext_noop("Tasks restored"), NUMBER),
    revived=Field(gettext_noop("Tasks brought back"), NUMBER),
    kept=Field(gettext_noop("Kept"), NUMBER),
)

words.fields(
    RETURN,
    columns=words.HIDDEN,
    added=Field(gettext_noop("Rows logged"), NUMBER),
    known=Field(gettext_noop("Rows logged before"), NUMBER),
    refused=Field(gettext_noop("Refused rows"), NUMBER),
    submitted=Field(gettext_noop("Handed in for sign-off"), NUMBER),
)


def _page(name: str) -> words.Links:
    def links(keys: Iterable[int]) -> dict[int, str]:
        return {key: reverse(name, kwargs={"pk": key}) for key in keys}

    return links


def _plans(keys: Iterable[int]) -> dict[int, str]:
    rows = Plan.objects.filter(pk__in=sorted(keys)).values_list("pk", "year")
    return {key: reverse("plan", kwargs={"year": year}) for key, year in rows}


def _points(keys: Iterable[int]) -> dict[int, str]:
    rows = WorkPoint.objects.filter(pk__in=sorted(keys)).values_list("pk", "plan__year", "number")
    return {key: reverse("work_point", kwargs={"year": year, "number": number}) for key, year, number in rows}


def _imports(keys: Iterable[int]) -> dict[int, str]:
    rows = ImportBatch.objects.filter(pk__in=sorted(keys)).values_list("pk", "plan__year")
    return {key: reverse("import_preview", kwargs={"year": year, "pk": key}) for key, year in rows}


words.kind(PLAN, links=_plans)
words.kind(POINT, links=_points)
words.kind(TASK, links=_page("task"))
words.kind(ASSIGNMENT, links=_page("assignment"))
words.kind(BATCH, links=_imports)

words.register("link.confirm", gettext_noop("confirmed a duty for the task %(object)s"), icon="i-check", signal="done")
words.register("link.reject", gettext_noop("rejected a duty for the task %(object)s"), icon="i-x")
words.fields(
    "tasks.task",
    duty=gettext_noop("Duty"),
    state=Field(gettext_noop("State"), Say.CHOICE, choices=TaskItem.State.choices),
)
