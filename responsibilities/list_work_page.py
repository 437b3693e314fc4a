"""What is said of imports of lists that are worked on in the background."""

from __future__ import annotations

from django.utils.translation import gettext as _

from background.models import Work
from organizations.unit_columns_page import wrong_columns
from organizations.unit_work_page import Ended, refused

from .actions import list_work
from .imports.read import why_unread


def words(work: Work) -> str:
    """What is being done."""
    steps = {
        "read": _("Reading the file"), "judge": _("Comparing with the lists"), "write": _("Writing the lists"),
        "undo": _("Undoing the import"),
    }  # fmt: skip
    acts = {list_work.COMMIT: _("Importing"), list_work.UNDO: _("Undoing the import")}
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


def changed() -> str:
    """The preview no longer holds."""
    return _("Nothing was imported: the lists have changed since the preview. It was judged anew; check it once more.")
