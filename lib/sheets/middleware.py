"""What happens where a kept file cannot be read any more: it is gone, or the machine is too busy for it now."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from .read import UnreadableFileError


class UnreadableFileMiddleware:
    """Says on the page from where a person came why a file could not be read, instead of an error page.

    Uploads are answered at their form; this is for files that were read before. What a view writes, it writes in a
    transaction of its own, which the error has ended.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A message and the way back; None for any other error."""
        if not isinstance(exception, UnreadableFileError):
            return None
        text = _("The kept file cannot be read now, and nothing was changed. %(why)s")
        messages.error(request, text % {"why": str(exception)})
        return HttpResponseRedirect(_way_back(request))


def _way_back(request: HttpRequest) -> str:
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
        return "/"
    address = urlsplit(came_from)
    if address.path == request.path and request.method == "GET":
        return "/"  # that page would fail again
    return address._replace(scheme="", netloc="").geturl()
