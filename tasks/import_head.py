"""What stands above the rows of an import: its state, its figures, what the admin should know and can choose."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from background.act_pages import came_to_nothing
from background.models import Work
from lib import formats
from lib.sheets import places
from lib.sheets.cells import letter
from lib.sheets.read import wrong_columns
from tasks import import_columns_page
from tasks.imports import unread
from tasks.models import ImportBatch, ImportRow

Verdict, State = ImportRow.Verdict, ImportBatch.State
SHOWS = ("", "all", *Verdict.values)
STATE_SIGNAL: dict[str, str] = {
    State.READING: "sent", State.UNREADABLE: "over", State.PREVIEWED: "soon", State.COMMITTED: "done",
    State.DISCARDED: "none", State.UNDONE: "back",
}  # fmt: skip


class Total(NamedTuple):
    """A figure of the strip, which is a filter too."""

    show: str
    label: str
    number: int
    detail: str
    current: bool


class Note(NamedTuple):
    """Something to know before deciding."""

    signal: str
    text: str
    href: str = ""
    label: str = ""


def totals(batch: ImportBatch, show: str, withdrawn: int) -> list[Total]:
    """All, new, changed, unchanged, refused, absent."""
    waits = batch.state == State.PREVIEWED
    absent = ""
    if batch.absent:
        kept = batch.absent - withdrawn
        parts = [_("%(number)s kept") % {"number": formats.number(kept)}] if kept else []
        words = _("%(number)s to be withdrawn") if waits else _("%(number)s withdrawn")
        parts += [words % {"number": formats.number(withdrawn)}] if withdrawn else []
        absent = _(", ").join(parts)
    refused = _("nothing is imported") if batch.whole and waits else _("the others are imported")
    found = [
        ("all", _("All rows"), batch.total, ""),
        (Verdict.NEW, "＋ " + _("New"), batch.new, ""),
        (Verdict.CHANGED, "≠ " + pgettext("import", "Changed"), batch.changed, ""),
        (Verdict.UNCHANGED, "＝ " + _("Unchanged"), batch.unchanged, _("spelling alone is no change")),
        (Verdict.REFUSED, "✕ " + _("Refused"), batch.refused, refused if batch.refused else ""),
        (Verdict.ABSENT, "－ " + _("Not in the sheet"), batch.absent, absent),
    ]
    return [Total(value, label, number, detail, show == value) for value, label, number, detail in found]


def notes(batch: ImportBatch, withdrawn: int) -> list[Note]:
    """What the admin should know before confirming."""
    found = _twins(batch)
    unsure = import_columns_page.doubts(batch)
    if unsure:
        text = ngettext(
            "It is not sure what the column %(names)s is. Look at the head of the table and correct it there.",
            "It is not sure what the columns %(names)s are. Look at the head of the table and correct them there.",
            len(unsure),
        )
        found.append(Note("soon", text % {"names": _(", ").join(f"“{name}”" for name in unsure)}))
    found += _read_notes(batch)
    later = batch.layout.get("postponed", 0)
    if later:
        text = ngettext(
            "%(count)s change moves a deadline back; the first deadline stays on record.",
            "%(count)s changes move a deadline back; the first deadlines stay on record.",
            later,
        )
        found.append(Note("soon", text % {"count": later}))
    if batch.absent and not withdrawn:
        text = ngettext(
            "%(count)s task of the plan is missing in this new version of its list. It is kept unless you withdraw it.",
            "%(count)s tasks of the plan are missing in this new version of their list. They are kept unless you "
            "withdraw them.",
            batch.absent,
        )
        label = _("Keep or withdraw")
        found.append(Note("soon", text % {"count": batch.absent}, f"?show={Verdict.ABSENT}", label))
    return found


def _place(row: int, column: int) -> dict[str, Any]:
    return {"row": places.line_of(row), "column": letter(column)}


def _read_notes(batch: ImportBatch) -> list[Note]:
    """What of the file was not, or perhaps should not have been read."""
    found = []
    for part in batch.layout.get("parts", []):
        if part.get("beside") is not None:
            text = _(
                "On row %(row)s a second list stands beside the first, from column %(column)s on. It is not read: "
                "move it below the first one, or into a sheet or a file of its own."
            )
            found.append(Note("over", text % _place(part["from"], part["beside"])))
        if start := places.column_of(part["from"]):
            text = _(
                "On row %(row)s another list begins in column %(column)s, beside the first. It is read as well; its "
                "rows carry that letter: %(example)s."
            )
            at = _place(part["from"], start)
            found.append(Note("none", text % (at | {"example": places.shown(part["from"] + 1)})))
    if others := batch.layout.get("others"):
        text = _("Further sheets with a list are not read: %(names)s. Upload them as files of their own.")
        found.append(Note("soon", text % {"names": _(", ").join(others)}))
    if hidden := batch.layout.get("hidden"):
        text = ngettext(
            "%(count)s row that the sheet hides is read as well.",
            "%(count)s rows that the sheet hides are read as well.",
            hidden,
        )
        found.append(Note("none", text % {"count": hidden}))
    return found


def _twins(batch: ImportBatch) -> list[Note]:
    """The same file was imported before."""
    rows = ImportBatch.objects.filter(plan=batch.plan_id, sha256=batch.sha256, state=State.COMMITTED)
    twin = rows.exclude(pk=batch.pk).order_by("-decided_at").first()
    if twin is None or twin.decided_at is None:
        return []
    text = _("This very file was imported before, on %(moment)s. Only what differs from the plan today is written.")
    return [Note("none", text % {"moment": formats.moment(twin.decided_at)}, page_of_import(twin), _("That import"))]


def page_of_import(batch: ImportBatch) -> str:
    """Its page."""
    return reverse("import_preview", kwargs={"year": batch.plan.year, "pk": batch.pk})


_WORDS = {
    "read": lambda: _("Reading the file and comparing it with the plan"),
    "stage": lambda: _("Putting the rows together for the preview"),
    "judge": lambda: _("Comparing with the plan once more"),
    "write": lambda: _("Writing the tasks and their assignments"),
    "assign": lambda: _("Counting what the units owe"),
    "undo": lambda: _("Undoing the import"),
}


def work_words(work: Work) -> str:
    """What is being done in the background."""
    if work.step in _WORDS:
        return _WORDS[work.step]()
    words = {"tasks.import_commit": _("Importing"), "tasks.import_undo": _("Undoing the import")}
    return words.get(work.kind, _("Reading the file"))


def work_note(work: Work | None) -> Note | None:
    """What the last work in the background came to, where that has to be said."""
    if work is None or work.is_unfinished:
        return None
    if work.kind == "tasks.import_read":
        return _read_note(work)
    nothing = came_to_nothing(work)
    return Note(*nothing) if nothing is not None else came_to(work.result)


def _read_note(work: Work) -> Note | None:
    """What became of reading a file anew whose rows are shown: they are still those of before, where it came to
    nothing."""
    failed = work.state == Work.State.FAILED
    if not failed and work.result.get("came_to") != "columns":
        return None
    why = unread.message("failed", {}) if failed else _unread(work.result)
    return Note("over", why if work.payload["columns"] is None else wrong_columns(why))


def _unread(result: dict[str, Any]) -> str:
    """Why a file could not be read, in the reader's language; earlier results hold the sentence only."""
    return unread.message(result["code"], result["details"]) if result.get("code") else str(result["text"])


def why_unread(batch: ImportBatch) -> str:
    """Why the file of an import cannot be read, in the reader's language; earlier imports hold the sentence itself."""
    return _unread({**batch.unread, "text": batch.fault})


def came_to(result: dict[str, Any]) -> Note | None:
    """Why a commit wrote nothing."""
    match result.get("came_to"):
        case "plan_changed":
            return Note("soon", plan_changed(result["number"]))
        case "refused":
            return Note("soon", all_or_nothing(result["number"]))
        case "same_file":
            return Note("none", same_file())
    return None


def plan_changed(number: int) -> str:
    """The preview no longer holds."""
    text = ngettext(
        "Nothing was imported: the plan has changed since the preview, and %(count)s row would now come to "
        "something else. It was judged anew; check it once more.",
        "Nothing was imported: the plan has changed since the preview, and %(count)s rows would now come to "
        "something else. They were judged anew; check them once more.",
        number,
    )
    return text % {"count": number}


def all_or_nothing(number: int) -> str:
    """Some rows are refused."""
    text = ngettext(
        "All or nothing is chosen, and %(count)s row is refused. Correct it in the sheet, or choose to import the "
        "right rows.",
        "All or nothing is chosen, and %(count)s rows are refused. Correct them in the sheet, or choose to import the "
        "right rows.",
        number,
    )
    return text % {"count": number}


def same_file() -> str:
    """Somebody was faster."""
    return _("The same file was imported by somebody else in the meantime; nothing was written a second time.")


def commit_label(batch: ImportBatch, withdrawn: int) -> str:
    """The button counts what will be written."""
    found = []
    if batch.writes:
        text = ngettext("Import %(shown)s task", "Import %(shown)s tasks", batch.writes)
        found.append(text % {"shown": formats.number(batch.writes)})
    if withdrawn:
        found.append(_("withdraw %(shown)s") % {"shown": formats.number(withdrawn)})
    return _(", ").join(found)
