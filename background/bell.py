"""Ringing for work that was ordered and waits as a row. A ring that is lost costs a minute, no more.

Rung after the commit and beside the request: a broker that is dead or silent neither breaks nor slows a page.
Without a broker nothing rings; `run_jobs` looks for orders by itself every few seconds (schedule.errand).
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
_silent_until = 0.0


def ring(task: str) -> None:
    """Rings for a Celery task by its name when the transaction has been committed."""
    if settings.REDIS_URL:
        transaction.on_commit(lambda: _beside(task), robust=True)


def _beside(task: str) -> None:
    if time.monotonic() >= _silent_until:
        threading.Thread(target=_send, args=(task,), name="bell", daemon=True).start()


def _send(task: str) -> None:
    global _silent_until
    try:
        current_app.send_task(task, retry=False, expires=50)
    except Exception as error:
        _silent_until = time.monotonic() + PAUSE
        log.warning("the broker does not answer (%s); the sweeper will find what waits", error)
