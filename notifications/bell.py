"""Ringing for what waits to be delivered. The row is the truth; a ring that is lost costs a minute, no more.

Rung after the commit and beside the request: a broker that is dead or silent neither breaks nor slows a page.
"""

from __future__ import annotations

import logging
import threading
import time

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)
PAUSE = 30.0  # seconds without a ring after one that failed: the sweeper comes every minute anyway
DELIVER = "notifications.deliver"
_silent_until = 0.0
_busy = threading.Lock()


def ring(task: str = DELIVER) -> None:
    """Rings when the transaction has been committed; does nothing where there is no broker."""
    if settings.REDIS_URL:
        transaction.on_commit(lambda: _ring_beside(task), robust=True)


def _ring_beside(task: str) -> None:
    """One ring at a time is enough: the worker takes everything that waits."""
    if time.monotonic() >= _silent_until and _busy.acquire(blocking=False):
        threading.Thread(target=_ring, args=(task,), name="bell", daemon=True).start()


def _ring(task: str) -> None:
    global _silent_until
    try:
        current_app.send_task(task, retry=False, expires=50)
    except Exception as error:
        _silent_until = time.monotonic() + PAUSE
        log.warning("the broker does not answer (%s); the sweeper will find what waits", error)
    finally:
        _busy.release()
