"""Tells the record which request an act belongs to and from which address it came."""

from __future__ import annotations

import functools
import ipaddress
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from lib import clock

from .context import Origin, coming_from
from .record import record_refusal


def client_address(request: HttpRequest) -> str:
    """Whoever spoke to the outermost of our own proxies (PROXY_COUNT of them); without any, to this server.

    Each proxy writes at the end of X-Forwarded-For whom it was called by, so what a client invents stands
    before that and is not looked at. The lock of failed log-ins asks here too (AXES_CLIENT_IP_CALLABLE).
    """
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count = settings.AXES_IPWARE_PROXY_COUNT
    found = seen[-count] if 0 < count <= len(seen) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return ""


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
        with coming_from(functools.cache(lambda: Origin(number, client_address(request)))):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A step that the person may see but not take (403) is recorded; nothing of it was written."""
        user: Any = getattr(request, "user", None)
        if not isinstance(exception, PermissionDenied) or request.method in {"GET", "HEAD"} or not user:
            return
        if user.is_authenticated:
            match = request.resolver_match
            values = {"path": request.path[:200], "page": match.view_name if match else ""}
            record_refusal("refused.denied", user, by=user, at=clock.now(), reason=str(exception), values=values)
