"""The record as a table: the rows of the filter, in the order of the page, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Seal
from audit.say import Said, say_all
from lib import formats
from lib.sheets.write import Column, Sheet
from organizations.models import User

from .filters import RecordFilter

CHUNK = 1000
MOST = 200_000


def columns() -> list[Column]:
    """The heads, in the active language."""
    heads = [
        (_("No."), 9), (_("When"), 20), (_("Acting person"), 12), (_("Account"), 14), (_("Post"), 18),
        (_("For which unit"), 22),
        (_("What"), 44), (_("Kind of object"), 12), (_("Object"), 40), (_("Changes"), 60), (_("Client address"), 16),
        (_("Request"), 20), (_("Hash"), 20),
    ]  # fmt: skip
    return [Column(head, width) for head, width in heads]


def _cells(said: Said) -> tuple[Any, ...]:
    entry = said.entry
    by: User | None = entry.by
    return (
        entry.pk,
        timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
        said.who,
        by.username if by else "",
        (by.post or str(by.get_role_display())) if by else "",
        entry.unit.name if entry.unit else "",
        said.what,
        said.kind,
        entry.object_text,
        "\n".join(
            f"{one.label}: {one.after}" if one.is_new else f"{one.label}: {one.before or '–'} → {one.after or '–'}"
            for one in said.changes
        ),
        entry.address,
        entry.request_id,
        entry.hash,
    )


def rows(chosen: RecordFilter) -> Iterator[tuple[Any, ...]]:
    """One tuple of texts for each entry; a thousand at a time are in memory."""
    entries = iter(chosen.ordered().for_list().iterator(chunk_size=CHUNK))
    while chunk := list(islice(entries, CHUNK)):
        yield from map(_cells, say_all(chunk, whole=True))


def note(chosen: RecordFilter) -> str:
    """What was chosen, and the newest seal: the file then bears witness to the record as it was."""
    seal = Seal.objects.defer("contents").order_by("-number").first()
    parts = [chosen.describe(), formats.moment(timezone.localtime())]
    if seal is not None:
        parts.append(_("Seal No. %(number)s: %(hash)s") % {"number": seal.number, "hash": seal.hash})
    return _(" · ").join(parts)


def sheet_of(chosen: RecordFilter) -> Sheet:
    """The table, its rows still to be read."""
    return Sheet(_("Record"), columns(), rows(chosen), note(chosen))
