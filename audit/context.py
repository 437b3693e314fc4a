"""From where an act comes: the request's number and the client's address, for entries made while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple


class Origin(NamedTuple):
    """`request_id` and `address` of a request; both empty for jobs and commands."""

    request_id: str = ""
    address: str = ""


NOWHERE = Origin()
_current: ContextVar[Callable[[], Origin]] = ContextVar("audit_origin", default=lambda: NOWHERE)


def origin() -> Origin:
    """Where the running code was asked from."""
    return _current.get()()


@contextmanager
def coming_from(found: Callable[[], Origin]) -> Iterator[None]:
    """Entries made inside carry what `found` says; it is asked only when there is one."""
    token = _current.set(found)
    try:
        yield
    finally:
        _current.reset(token)
