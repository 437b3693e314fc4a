"""A person with a password that somebody else chose goes nowhere before choosing an own one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

_OPEN = {"password_change", "logout", "login", "set_language", "health"}


class MustChangePasswordMiddleware:
    """Leads to the password page; what was asked for is kept in `next`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """A redirect where the password is due, otherwise None."""
        user = request.user
        if not user.is_authenticated or not user.must_change_password:
            return None
        if request.resolver_match and request.resolver_match.view_name in _OPEN:
            return None
        return redirect(
            f"{reverse('password_change')}?next={request.get_full_path()}"
            if request.method == "GET"
            else "password_change"
        )
