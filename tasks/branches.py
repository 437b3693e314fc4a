"""The branches of a city's tree: the commission itself, and each unit directly below it with all under that.

Units move seldom, and this floor is not told when they do. So a sum by branch remembers the tree it was made
with, as a short digest; who reads it compares, and sums over the organizations where the tree has changed since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db.models import BigIntegerField, Case, CharField, F, Value, When
from django.db.models.functions import Cast, StrIndex, Substr


def branch_of(path: str) -> int:
    """The key of the branch in which a unit with this path stands: 14 for /7/14/88/ and for /7/14/, 7 for /7/."""
    _, root, below, *_rest = path.split("/")
    return int(below or root)


def tree_of(units: Iterable[tuple[int, str]]) -> str:
    """A digest of which unit (key, path) stands in which branch; in whatever order they come."""
    pairs = sorted((pk, branch_of(path)) for pk, path in units)
    return hashlib.blake2b(repr(pairs).encode(), digest_size=8).hexdigest()


def branch_case(prefix: str = "organization__") -> Case:
    """branch_of() in SQL, for rows from which `prefix` leads to a unit."""
    slash = Value("/")
    first = StrIndex(Substr(f"{prefix}path", 2), slash)  # the slash after the root's key
    below = Substr(f"{prefix}path", first + 2, output_field=CharField())
    key = Cast(Substr(below, 1, StrIndex(below, slash) - 1), BigIntegerField())
    return Case(When(**{f"{prefix}parent__isnull": True}, then=F(f"{prefix}pk")), default=key)
