"""What the admin's pages of the plan have in common: who may, and what is said afterwards."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lib import formats
from organizations.models import User
from organizations.person import person_who_may
from organizations.roles import Capability
from tasks.actions.fanout import FanOutResult


def manager(request: HttpRequest) -> User:
    """The person, if allowed to manage plans and tasks; raises PermissionDenied."""
    return person_who_may(request, Capability.MANAGE_PLAN)


def fanned_words(fanned: FanOutResult) -> str:
    """What a change did to assignments, in one sentence; empty where it did nothing."""
    if not any(fanned):
        return ""
    return _("Assignments: %(created)s created, %(adjusted)s adjusted, %(cancelled)s cancelled.") % {
        name: formats.number(number) for name, number in fanned._asdict().items()
    }


def sentences(*parts: str) -> str:
    """Sentences one after the other, with a blank where the language has one."""
    return ("" if formats.is_chinese() else " ").join(part for part in parts if part)
