"""What the page before a bulk change says: question, consequence, button; all with the number of tasks."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def question(do: str, count: int) -> str:
    """The heading."""
    match do:
        case "deadline":
            text = ngettext("Move the deadline of %(count)s task?", "Move the deadlines of %(count)s tasks?", count)
        case "cadence":
            text = ngettext("Change the cadence of %(count)s task?", "Change the cadence of %(count)s tasks?", count)
        case "units":
            text = ngettext("Change the units of %(count)s task?", "Change the units of %(count)s tasks?", count)
        case "gates":
            text = ngettext(
                "Change the conditions of sign-off of %(count)s task?",
                "Change the conditions of sign-off of %(count)s tasks?",
                count,
            )
        case "confirm":
            text = ngettext("Mark %(count)s task as confirmed?", "Mark %(count)s tasks as confirmed?", count)
        case "propose":
            text = ngettext("Mark %(count)s task as proposed?", "Mark %(count)s tasks as proposed?", count)
        case "withdraw":
            text = ngettext("Withdraw %(count)s task?", "Withdraw %(count)s tasks?", count)
        case "restore":
            text = ngettext("Restore %(count)s task?", "Restore %(count)s tasks?", count)
        case _:
            text = ngettext("Delete %(count)s task?", "Delete %(count)s tasks?", count)
    return text % {"count": count}


def consequence(do: str) -> str:
    """What follows, in one line."""
    match do:
        case "deadline" | "cadence":
            return _("Assignments on which units still work get the new deadline; what was handed in stays as it is.")
        case "units":
            return _("New units get assignments, open ones of removed units are cancelled; what was handed in stays.")
        case "gates":
            return _("It holds for what is submitted from now on; what was handed in already stays as it is.")
        case "confirm" | "propose":
            return _("Assignments stay as they are.")
        case "withdraw":
            return _("Open assignments are cancelled; what was handed in or signed off stays. It can be undone.")
        case "restore":
            return _("The tasks return to the plan and their cancelled assignments are open again.")
    return _("The tasks and their assignments are gone for good; only the record keeps that they existed.")


def left_out(do: str, count: int) -> str:
    """Why some of the chosen are not concerned; empty where none is left out."""
    if not count:
        return ""
    match do:
        case "deadline":
            text = ngettext(
                "%(count)s recurring task is left out: it falls due by its cadence.",
                "%(count)s recurring tasks are left out: they fall due by their cadence.",
                count,
            )
        case "delete":
            text = ngettext(
                "%(count)s task is left out, because work has been done on it. Withdraw it instead.",
                "%(count)s tasks are left out, because work has been done on them. Withdraw them instead.",
                count,
            )
        case _:
            text = ngettext(
                "%(count)s task is left out, because it is so already.",
                "%(count)s tasks are left out, because they are so already.",
                count,
            )
    return text % {"count": count}


def button(do: str, count: int) -> str:
    """The act with its number."""
    match do:
        case "deadline":
            text = ngettext("Move %(count)s deadline", "Move %(count)s deadlines", count)
        case "withdraw":
            text = ngettext("Withdraw %(count)s task", "Withdraw %(count)s tasks", count)
        case "restore":
            text = ngettext("Restore %(count)s task", "Restore %(count)s tasks", count)
        case "delete":
            text = ngettext("Delete %(count)s task", "Delete %(count)s tasks", count)
        case _:
            text = ngettext("Change %(count)s task", "Change %(count)s tasks", count)
    return text % {"count": count}


def done(do: str, count: int) -> str:
    """What was done."""
    match do:
        case "withdraw":
            text = ngettext("%(count)s task was withdrawn.", "%(count)s tasks were withdrawn.", count)
        case "restore":
            text = ngettext("%(count)s task was restored.", "%(count)s tasks were restored.", count)
        case "delete":
            text = ngettext("%(count)s task was deleted.", "%(count)s tasks were deleted.", count)
        case _:
            text = ngettext("%(count)s task was changed.", "%(count)s tasks were changed.", count)
    return text % {"count": count}
