"""What is said of imports of units that are worked on in the background."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from background.models import Work

from .actions import unit_work
from .imports.table import why_unread
from .unit_columns_page import wrong_columns

Ended = tuple[str, str]  # signal, text


def words(work: Work) -> str:
    """What is being done."""
    steps = {
        "read": _("Reading the file"), "judge": _("Comparing with the units"), "write": _("Writing the units"),
        "undo": _("Undoing the import"),
    }  # fmt: skip
    acts = {unit_work.COMMIT: _("Importing"), unit_work.UNDO: _("Undoing the import")}
    return steps.get(work.step) or acts.get(work.kind) or _("Reading the file")


def ended(work: Work | None) -> Ended | None:
    """What the last work came to, where the import itself does not show it; None otherwise."""
    if work is None or work.is_unfinished:
        return None
    if work.state == Work.State.STOPPED:
        return "none", _("It was cancelled; nothing was written.")
    if work.state == Work.State.FAILED:
        return "over", _("It failed several times and nothing was written. Tell the operator; the log says why.")
    result = work.result
    match result.get("came_to"):
        case "unreadable":
            return "over", why_unread(result["code"], result["details"])
        case "columns":
            return "over", wrong_columns(why_unread(result["code"], result["details"]))
        case "refused":
            return "soon", refused(result["number"])
        case "changed":
            return "soon", changed()
    return None


def refused(number: int) -> str:
    """All or nothing was chosen, and it is nothing."""
    text = ngettext(
        "Nothing was imported: all or nothing was chosen, and %(count)s row is refused.",
        "Nothing was imported: all or nothing was chosen, and %(count)s rows are refused.",
        number,
    )
    return text % {"count": number}


def changed() -> str:
    """The preview no longer holds."""
    return _("Nothing was imported: the units have changed since the preview. It was made anew; check once more.")
