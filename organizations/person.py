"""Who is asking."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from .models import User


def person_of(request: HttpRequest) -> User:
    """The person who is logged in; raises PermissionDenied where nobody is (the middleware asks before)."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user
