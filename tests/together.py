"""Several people at the very same moment: real threads with connections of their own (PostgreSQL)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def race(*acts: Callable[[], Any]) -> list[Any]:
    """Does all of them at once; returns what each came to, result or error."""
    start, found = threading.Barrier(len(acts)), [None] * len(acts)

    def one(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            found[place] = act()
        except BaseException as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "an act waits for another for good"
    return found


def together(*acts: Callable[[], Any]) -> list[Any]:
    """The same where nothing may go wrong: an error of one is raised, so that it does not pass as a result."""
    found = race(*acts)
    for result in found:
        if isinstance(result, BaseException):
            raise result
    return found
