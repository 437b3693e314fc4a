"""What an undo would do, and what it did: figures and rows as strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .actions.import_undo import Undone
from .actions.import_undo_plan import Kept, UndoPlan
from .import_head import Total
from .models import ImportBatch, ImportRow, Task

SHOWS = ("remove", "restore", "revive", "keep")


class UndoRow(NamedTuple):
    """One task: what happens to it, in words."""

    number: str
    title: str
    href: str
    what: str


def first(found: UndoPlan) -> str:
    """What the page begins with: what is kept, if anything; otherwise what is given back."""
    if found.keep:
        return "keep"
    return next((show for show in ("remove", "restore", "revive") if getattr(found, show)), "remove")


def totals(found: UndoPlan, show: str) -> list[Total]:
    """The figures, which are tabs too."""
    rows = [
        ("remove", _("Tasks removed"), len(found.remove), _("created by this import, untouched since")),
        ("restore", _("Tasks restored"), len(found.restore), _("as they were before this import")),
        ("revive", _("Tasks brought back"), len(found.revive), _("withdrawn by this import")),
        ("keep", _("Kept"), len(found.keep), _("worked on or changed since")),
    ]
    return [Total(key, label, number, detail, key == show) for key, label, number, detail in rows]


def listed(found: UndoPlan, show: str) -> list[Any]:
    """What stands under one of the figures."""
    return list(getattr(found, show))


def rows(items: Sequence[Any], show: str) -> list[UndoRow]:
    """The rows of one page."""
    match show:
        case "restore":
            return [_restored(row, fields) for row, fields in items]
        case "keep":
            return kept_rows(items)
    what = _("is removed") if show == "remove" else _("is brought back; its open assignments run on")
    return [_task(task, what) for task in items]


def _task(task: Task, what: str) -> UndoRow:
    return UndoRow(task.number, task.title, reverse("task", args=[task.pk]), what)


def _restored(row: ImportRow, fields: Sequence[str]) -> UndoRow:
    what = _("gets back: %(fields)s") % {"fields": _fields(fields)}
    href = reverse("task", args=[row.task_id]) if row.task_id else ""
    return UndoRow(row.values["number"] or "", row.values["title"], href, what)


def kept_rows(kept: Sequence[Kept]) -> list[UndoRow]:
    """What stays, and why."""
    return [
        UndoRow(one.number, one.title, reverse("task", args=[one.task]) if one.task else "", _why(one)) for one in kept
    ]


def kept_of(batch: ImportBatch) -> list[UndoRow]:
    """What an undo that was done had to keep; a task that is gone since has no link any more."""
    found = [Kept(**one) for one in batch.undo.get("kept", [])]
    there = set(Task.objects.filter(pk__in=[one.task for one in found if one.task]).values_list("pk", flat=True))
    return kept_rows([one if one.task in there else one._replace(task=None) for one in found])


def _why(one: Kept) -> str:
    fields = _fields(one.fields)
    texts = {
        "worked": _("%(fields)s stay: units have worked on it since") if fields else _("units have worked on it since"),
        "changed": _("%(fields)s stay: changed again since") if fields else _("was changed since"),
        "withdrawn": _("was withdrawn since and stays so"),
        "removed": _("was deleted since"),
        "number": _("its number was given to another task since"),
        "linked": _("is withdrawn instead of removed: other records refer to it"),
    }
    return texts[one.why] % {"fields": fields}


def _fields(names: Sequence[str]) -> str:
    labels = {
        "work_point": _("work point"), "title": _("text of the task"), "target": _("target"), "deadline": _("deadline"),
        "starts_on": _("start"), "note": _("note"), "units": _("units"), "lead": _("lead unit"),
        "lead_groups": _("lead unit"), "cooperating": _("cooperating units"), "groups": _("collective units"),
    }  # fmt: skip
    return _(", ").join(dict.fromkeys(labels[name] for name in names))


def words(done: Undone) -> str:
    """What an undo came to."""
    text = _("Undone: %(removed)s tasks removed, %(restored)s restored, %(revived)s brought back.") % done._asdict()
    if done.kept:
        more = ngettext("%(count)s was kept; see below.", "%(count)s were kept; see below.", done.kept)
        text += " " + more % {"count": done.kept}
    return text
