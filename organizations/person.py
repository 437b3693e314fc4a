"""Who is asking."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from .models import User
from .roles import Capability


def person_of(request: HttpRequest) -> User:
    """The person who is logged in; raises PermissionDenied where nobody is (the middleware asks before)."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def person_who_may(request: HttpRequest, capability: Capability) -> User:
    """The person, if the role allows it; raises PermissionDenied."""
    user = person_of(request)
    if not user.may(capability):
        raise PermissionDenied
    return user
