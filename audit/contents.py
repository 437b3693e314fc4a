"""The table of contents of a seal: one line for each entry, packed.

A line is `id<tab>object type<tab>object id<tab>moment<tab>hash`, lines in ascending order of id, joined by
line feeds, UTF-8. The digest is the SHA-256 of that text; what is stored is the text packed by zlib.
"""

from __future__ import annotations

import datetime
import hashlib
import zlib
from collections.abc import Iterable
from typing import NamedTuple

from .canonical import moment


class Line(NamedTuple):
    """What a seal knows of an entry."""

    entry_id: int
    object_type: str
    object_id: int | None
    at: str
    hash: str


def line_of(entry_id: int, object_type: str, object_id: int | None, at: datetime.datetime, own: str) -> Line:
    """From the columns of an entry."""
    return Line(entry_id, object_type, object_id, moment(at), own)


def pack(lines: Iterable[Line]) -> tuple[bytes, str]:
    """The packed text and its digest."""
    text = "\n".join(
        f"{key}\t{kind}\t{'' if on is None else on}\t{at}\t{found}" for key, kind, on, at, found in lines
    ).encode()
    return zlib.compress(text), hashlib.sha256(text).hexdigest()


def unpack(packed: bytes) -> tuple[list[Line], str]:
    """The lines and their digest; no lines where the text is none any more."""
    try:
        text = zlib.decompress(packed)
        rows = [row.split("\t") for row in text.decode().split("\n")] if text else []
        lines = [Line(int(row[0]), row[1], int(row[2]) if row[2] else None, row[3], row[4]) for row in rows]
    except (zlib.error, ValueError, IndexError):
        return [], ""
    return lines, hashlib.sha256(text).hexdigest()
