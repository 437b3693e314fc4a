"""Who gets no further: people who are not logged in, and those whose password somebody else chose."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth import middleware as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from . import carry
from .views.account import ask_to_log_in

_OPEN = {"password_change", "logout", "login", "set_language", "set_theme", "health"}


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Django's own, but a form that outlived its session loses nothing of what was typed."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        """The log-in page; for a POST with the fields carried along (status 401)."""
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        if request.resolver_match and request.resolver_match.view_name == "logout":
            return redirect("login")
        carried = carry.of_request(request)
        if carried is None or carried.fields or carried.files:
            return ask_to_log_in(request, carried)
        messages.warning(request, _("Your session had ended, so this step was not carried out. Log in and repeat it."))
        return redirect("login")


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
        page = reverse("password_change")
        if request.method == "GET":
            page = f"{page}?next={quote(request.get_full_path())}"
        return redirect(page)
