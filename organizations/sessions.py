"""Ending people's sessions: what was moved, disabled or given a new password starts anew."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from .models import User


def end(users: Iterable[User]) -> int:
    """Deletes every running session of these people; returns how many.

    A session row does not name its person outside its content, so the running ones are read through:
    a few thousand at most, and only when an admin closes an account.
    """
    keys = {str(user.pk) for user in users}
    running = Session.objects.filter(expire_date__gt=timezone.now())
    ended = [row.pk for row in running.iterator(chunk_size=500) if row.get_decoded().get(SESSION_KEY) in keys]
    for start in range(0, len(ended), 500):
        Session.objects.filter(pk__in=ended[start : start + 500]).delete()
    return len(ended)
