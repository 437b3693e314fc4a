"""Error pages in the user's language that say what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "qdsafety/error.html", {"status": status, "title": title, "text": text}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself is malformed or too large."""
    return _page(request, 400, _("This request could not be read"), _("Go back, check what was sent, and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: visible, but not for this person to do."""
    text = str(exception) if exception and str(exception) else _("Your role does not allow this. Ask your admin.")
    return _page(request, 403, _("Not allowed"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not for this person to know of."""
    return _page(request, 404, _("Page not found"), _("It does not exist, or it lies outside your unit's scope."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing was half written, because every write is one transaction."""
    text = _("Nothing was saved by this step. Try again; if it happens again, tell your admin the time.")
    return _page(request, 500, _("Something went wrong on the server"), text)


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    """403 after a form that outlived its session; browsers keep the typed text on going back."""
    text = _("Your session ended while the form was open. Go back, copy what you typed, log in and send it again.")
    return _page(request, 403, _("The form is too old"), text)
