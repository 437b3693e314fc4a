"""Who may do what with a list that they see; *when* is decided by its state (TRANSITIONS).

| verb | who |
|---|---|
| create, edit, import, submit, withdraw, discard, revise | who drafts in the own unit; the commission office for any |
| approve, refuse | heads (and admins) of the own unit |
| publish, send back | the commission office; not the person who approved it |
| terms of office, links to tasks | heads and admins of the own unit; the commission office |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizations.roles import Capability

from .models import ResponsibilityList
from .states import EDITABLE, TRANSITIONS, ListState

if TYPE_CHECKING:
    from organizations.models import User

    from .models.list import ListQuerySet


def may_draft_for(user: User, organization_id: int) -> bool:
    """Whether lists of this unit are the person's to write."""
    if user.may(Capability.PUBLISH_LISTS):
        return True
    return user.may(Capability.DRAFT_LISTS) and user.organization_id == organization_id


def may_lead(user: User, organization_id: int) -> bool:
    """Whether terms of office and links of this unit's items are the person's to keep."""
    if user.may(Capability.PUBLISH_LISTS):
        return True
    return user.may(Capability.APPROVE_LISTS) and user.organization_id == organization_id


def _approves(user: User, one: ResponsibilityList) -> bool:
    return user.may(Capability.APPROVE_LISTS) and user.organization_id == one.organization_id


def _publishes(user: User, one: ResponsibilityList) -> bool:
    return user.may(Capability.PUBLISH_LISTS) and one.approved_by_id != user.pk


def may(user: User, verb: str, one: ResponsibilityList) -> bool:
    """Whether the person's role and unit allow the verb on a list that came through visible_to(user)."""
    match verb:
        case "approve" | "refuse":
            return _approves(user, one)
        case "publish":
            return _publishes(user, one)
        case "send_back":
            return user.may(Capability.PUBLISH_LISTS)
    return may_draft_for(user, one.organization_id)


def allows(one: ResponsibilityList, verb: str) -> bool:
    """Whether the state lets anybody do the verb."""
    if verb in TRANSITIONS:
        return one.state in TRANSITIONS[verb][0]
    return one.is_published if verb == "revise" else one.state in EDITABLE


def verbs_of(user: User, one: ResponsibilityList) -> dict[str, bool]:
    """Every verb and whether this person may do it now."""
    return {verb: may(user, verb, one) and allows(one, verb) for verb in (*TRANSITIONS, "edit", "discard", "revise")}


def awaiting(user: User) -> ListQuerySet:
    """The lists whose next step is this person's."""
    found = ResponsibilityList.objects.none()
    seen = ResponsibilityList.objects.visible_to(user)
    if user.may(Capability.APPROVE_LISTS):
        found = found | seen.filter(organization=user.organization_id, state=ListState.SUBMITTED)
    if user.may(Capability.PUBLISH_LISTS):
        found = found | seen.filter(state=ListState.APPROVED).exclude(approved_by=user)
    if user.may(Capability.DRAFT_LISTS):
        found = found | seen.filter(organization=user.organization_id, state=ListState.RETURNED)
    return found
