"""Tells the record which request an act belongs to and from which address it came."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable

from axes.helpers import get_client_ip_address
from django.http import HttpRequest, HttpResponse

from .context import Origin, coming_from


class RecordMiddleware:
    """Gives each request its number, first of all: log lines and the record then speak of the same one.

    A number that the client sends is not taken over: it could join its acts to somebody else's. The
    address honours PROXY_COUNT, by the same means as the lock of failed log-ins.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = number
        with coming_from(functools.cache(lambda: Origin(number, str(get_client_ip_address(request) or "")))):
            return self.get_response(request)
