"""What makes a row of a return the same row again: assignment, quarter and what it says, whatever file it is in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_SPACE = uuid.UUID("6f1f2c1e-59c3-4d0e-9a86-0d5d0f9a2017")
SAID = ("progress", "completed", "rate", "problems", "next_steps", "done")


def entry_key(assignment: int, quarter: str, said: Mapping[str, Any]) -> uuid.UUID:
    """The key of the entry; blanks do not count. The page and the command share it, so a row is logged by one only."""
    parts = [str(assignment), quarter, *(_plain(said[field]) for field in SAID)]
    return uuid.uuid5(_SPACE, "\x1f".join(parts))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        return f"{Decimal(str(value)).normalize():f}"
    return "".join(str(value).split())
