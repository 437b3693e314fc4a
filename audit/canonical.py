"""The canonical form of an entry and its hash; docs/record.md explains both for somebody with a plain Python.

The form is one line of JSON in UTF-8: an array of FORM and then COLUMNS in this order, keys of objects in
the order of their code points, no blanks, characters as they are. The moment is UTC with six digits after
the second. Numbers are whole; everything else with a fraction is a string, because databases and languages
write fractions in different ways.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import models

FORM = "qdsafety-record-1"
COLUMNS = (
    "id", "scope_id", "at", "by_id", "unit_id", "concerns_id", "verb", "object_type", "object_id", "object_text",
    "before", "after", "request_id", "address", "previous",
)  # fmt: skip
AT = COLUMNS.index("at")
_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False, allow_nan=False
).encode
_UTC = datetime.UTC
_BIG = 2**53


@lru_cache(16)  # of many acts of one request the moment is the same
def moment(at: datetime.datetime) -> str:
    """2017-09-20T01:02:03.000456Z."""
    return at.astimezone(_UTC).isoformat(timespec="microseconds")[:26] + "Z"


def text_of(values: Sequence[Any]) -> str:
    """The canonical line of the values of COLUMNS, `before` and `after` as they stand in the database."""
    return _encode([FORM, *values[:AT], moment(values[AT]), *values[AT + 1 :]])


def hash_of(values: Sequence[Any]) -> str:
    """The SHA-256 of the line, in hexadecimal digits."""
    return hashlib.sha256(text_of(values).encode()).hexdigest()


def clean(text: str) -> str:
    """Text as every database keeps it: no NUL, no half of a surrogate pair."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain(value: Any) -> Any:
    """A value as JSON holds it for ever: days in ISO form, numbers as they print, objects by primary key."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return clean(str(value))
    if isinstance(value, int):
        return int(value) if -_BIG < value < _BIG else str(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dict):
        return {clean(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [plain(item) for item in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return clean(str(value))
