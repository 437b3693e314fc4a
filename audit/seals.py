"""Sealing: what was recorded since the last seal gets a table of contents that is chained to it.

A seal holds whatever is on the list of unsealed entries and committed when it is made, however their keys
lie: transactions end out of order and leave gaps, and an entry that comes late is in the next seal.
Writers do not wait for a seal, nor a seal for writers.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any

from django.db import IntegrityError, connection, transaction

from .canonical import moment
from .contents import line_of, pack
from .models import Seal, Unsealed

FORM = "qdsafety-seal-1"
SIZE = 5000  # entries in one seal
_SOME = 900


def hash_of(seal: Seal) -> str:
    """The SHA-256 of the seal's own line: number, moment, entries, digest of the contents, hash of the seal before."""
    values: list[Any] = [FORM, seal.number, moment(seal.at), seal.entries, seal.digest, seal.previous]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def seal_all(*, at: datetime.datetime, size: int = SIZE) -> int:
    """Seals everything that is on the list; returns how many entries. Two at once do no harm: one waits or gives up."""
    number = 0
    while True:
        try:
            sealed = _seal_some(at, size)
        except IntegrityError:  # somebody else has just made the seal of this number
            return number
        number += sealed
        if sealed < size:
            return number


@transaction.atomic
def _seal_some(at: datetime.datetime, size: int) -> int:
    # The number first: whoever seals at the same time either has left the list already, or takes this number.
    before = Seal.objects.order_by("-number").values_list("number", "hash").first() or (0, "")
    columns = ("entry_id", "object_type", "object_id", "at", "hash")
    rows = list(Unsealed.objects.order_by("entry_id").values_list(*columns)[:size])
    if not rows:
        return 0
    packed, digest = pack(line_of(*row) for row in rows)
    seal = Seal(
        number=before[0] + 1, at=at, entries=len(rows), first_id=rows[0][0], last_id=rows[-1][0],
        contents=packed, digest=digest, previous=before[1],
    )  # fmt: skip
    seal.hash = hash_of(seal)
    seal.save(force_insert=True)
    _take_off([row[0] for row in rows])
    return len(rows)


def _take_off(keys: list[int]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DELETE FROM audit_unsealed WHERE entry_id = ANY(%s)", [keys])
            return
        for start in range(0, len(keys), _SOME):
            part = keys[start : start + _SOME]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(f"DELETE FROM audit_unsealed WHERE entry_id IN ({marks})", part)  # noqa: S608  (names are ours)
