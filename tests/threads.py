"""Acts at the very same moment, for tests of races (PostgreSQL, real transactions)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Does all of them at once, each in a thread with its own connection; returns what each came to.

    What an act raises is raised here: a race that breaks something must not pass as a result.
    """
    start = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)
    raised: list[BaseException] = []

    def one(place: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            found[place] = act()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive(), "an act waits for another for good"
    if raised:
        raise raised[0]
    return found
