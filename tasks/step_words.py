"""What the page of each step says: heading, explanation, button, what was done, and why somebody may not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from .models import Assignment


def words_of(verb: str, own_head: bool = False) -> dict[str, str]:
    """Heading, help, button and message of a step; `own_head`: a submission goes to the own head first."""
    match verb:
        case "submit":
            help_text = _("A reviewer checks the proof and signs off or sends back. Until then nothing can be logged.")
            if own_head:
                help_text = _(
                    "The head of your unit approves first; the day of that approval counts for the deadline. Then the "
                    "supervising unit signs off or sends back. Until then nothing can be logged."
                )
            return _words(_("Submit for sign-off"), help_text, _("Submit"), _("Submitted for sign-off: %(title)s."))
        case "endorse":
            return _words(
                _("Approve as own head"),
                _("It then goes to the supervising unit; today counts as the day on which your unit handed it in."),
                _("Approve"),
                _("Approved and handed on: %(title)s."),
            )
        case "approve":
            return _words(
                _("Sign off"),
                _("The assignment is then complete; the opinion stays in the record and cannot be changed."),
                _("Sign off"),
                _("Signed off: %(title)s (%(unit)s)."),
            )
        case "withdraw":
            return _words(
                _("Withdraw"),
                _("It comes back to your unit, which can log and submit again. The deadline stays."),
                _("Withdraw"),
                _("Withdrawn: %(title)s."),
            )
        case "cancel":
            return _words(
                _("Cancel assignment"),
                _("%(unit)s owes it no longer, and it counts nowhere. The reason stays in the record."),
                _("Cancel this assignment"),
                _("Cancelled: %(title)s (%(unit)s)."),
            )
        case "reopen":
            return _words(
                _("Reopen"),
                _("%(unit)s has to act again; the deadline stays as it is. The reason stays in the record."),
                _("Reopen"),
                _("Reopened: %(title)s (%(unit)s)."),
            )
    return _words(
        _("Send back"),
        _("The unit has to act again; its deadline stays. Say what to add and until when."),
        _("Send back"),
        _("Sent back: %(title)s (%(unit)s)."),
    )


def _words(heading: str, help_text: str, button: str, done: str) -> dict[str, str]:
    return {"heading": heading, "help": help_text, "button": button, "done": done}


def named(text: str, one: Assignment) -> str:
    """The words with the task and unit that they speak of."""
    return text % {"title": one.task.title, "unit": one.organization.label} if "%(" in text else text


def why_not(verb: str) -> str:
    """Why a person of another unit or role may not take the step."""
    if verb in ("submit", "withdraw"):
        return _("Only the unit that owes an assignment submits it and takes it back.")
    if verb in ("cancel", "reopen"):
        return _("Only the commission office cancels and reopens.")
    if verb == "endorse":
        return _("Only a head of the unit that owes it approves first.")
    return _("Only the supervising unit decides: the district, the sector regulator, or the commission office.")
