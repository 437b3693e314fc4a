"""Who may use the pages of the commission office, and for which city."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from organizations.models import Organization, User
from organizations.person import person_of
from organizations.roles import Capability


def office_of(request: HttpRequest) -> tuple[User, Organization]:
    """The person and the commission; raises PermissionDenied for who does not operate the site."""
    user = person_of(request)
    if not user.may(Capability.OPERATE):
        raise PermissionDenied
    return user, user.scope_root
