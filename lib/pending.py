"""Holds an address until its page is built; deleted with the last of them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def pending(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Not there yet."""
    raise Http404
