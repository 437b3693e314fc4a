"""What happened to an object, newest first, for the pages of plan, task, organization, person and others.

    context["timeline"] = timeline_of(request, ("tasks.task", [task.pk]), ("tasks.assignment", keys))
    {% include "audit/_timeline.html" %}

The caller passes the objects that the reader may see. `?timeline=40` shows so many entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q
from django.http import HttpRequest

from . import words
from .models import AuditEntry
from .say import Said, say_all

FIRST, MORE, MOST = 10, 50, 500


class Timeline(NamedTuple):
    """The newest entries; `href` shows more of them, empty where these are all."""

    said: list[Said]
    href: str


def timeline_of(request: HttpRequest, *objects: tuple[str, Iterable[int]]) -> Timeline:
    """Entries on any of the objects, given as (kind, primary keys); one query, and one for each kind of name."""
    number = _asked(request)
    wanted = Q(pk__in=[])
    for object_type, keys in objects:
        wanted |= Q(object_type=object_type, object_id__in=keys)
    rows = AuditEntry.objects.filter(wanted).exclude(verb__in=words.quiet()).for_list().latest_first()
    found = list(rows[: number + 1])
    query = request.GET.copy()
    query["timeline"] = str(min(MOST, number + MORE))
    more = f"?{query.urlencode()}#timeline" if len(found) > number < MOST else ""
    return Timeline(say_all(found[:number]), more)


def _asked(request: HttpRequest) -> int:
    text = request.GET.get("timeline", "")
    return max(FIRST, min(MOST, int(text))) if text.isdecimal() and len(text) < 6 else FIRST
