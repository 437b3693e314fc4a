"""What differs between two sets of figures, and between two versions of a report. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple

Figures = dict[str, Any]


def changes(old: Figures, new: Figures) -> list[dict[str, Any]]:
    """Every number that differs: {"where": …, "name": …, "key": …, "old": …, "new": …}, as JSON can hold it.

    `where` is total, quarter, point, task, unit or overdue; `name` the point, task or unit meant.
    """
    found: list[dict[str, Any]] = []
    for span in ("total", "quarter"):
        found += _numbers(span, "", span, old.get(span) or {}, new.get(span) or {})
    found += _listed("point", "number", old, new)
    found += _quantities(old.get("quantities") or [], new.get("quantities") or [])
    found += _units(old.get("units") or [], new.get("units") or [])
    return found


def _numbers(where: str, name: str, span: str, old: Figures, new: Figures) -> Iterable[dict[str, Any]]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key, 0) != new.get(key, 0):
            yield {"where": where, "name": name, "span": span, "key": key, "old": old.get(key, 0),
                   "new": new.get(key, 0)}  # fmt: skip


def _listed(where: str, by: str, old: Figures, new: Figures) -> list[dict[str, Any]]:
    before = {row[by]: row for row in old.get(f"{where}s") or []}
    after = {row[by]: row for row in new.get(f"{where}s") or []}
    found: list[dict[str, Any]] = []
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key, {}), after.get(key, {})
        name = f"{key} {(other or one).get('title', '')}".strip()
        for span in ("total", "quarter"):
            found += _numbers(where, name, span, one.get(span) or {}, other.get(span) or {})
    return found


def _quantities(old: list[Figures], new: list[Figures]) -> Iterable[dict[str, Any]]:
    before, after = ({row["task"]: row for row in rows} for rows in (old, new))
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key, {}), after.get(key, {})
        for part in ("target", "done", "added"):
            if one.get(part) != other.get(part):
                yield {"where": "task", "name": (other or one)["title"], "span": "", "key": part,
                       "old": one.get(part, ""), "new": other.get(part, "")}  # fmt: skip


def _units(old: list[Figures], new: list[Figures]) -> Iterable[dict[str, Any]]:
    before, after = ({row["organization"]: row for row in rows} for rows in (old, new))
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key, {}), after.get(key, {})
        name = (other or one)["name"]
        if one.get("report") != other.get("report"):
            yield {"where": "unit", "name": name, "span": "", "key": "report", "old": one.get("report", ""),
                   "new": other.get("report", "")}  # fmt: skip
        for span in ("total", "quarter"):
            yield from _numbers("unit", name, span, one.get(span) or {}, other.get(span) or {})


class Piece(NamedTuple):
    """A stretch of a compared text: kept, added or removed."""

    kind: str  # "same", "ins", "del"
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """The difference of two texts, character by character (Chinese has no blanks between words)."""
    found: list[Piece] = []
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            found.append(Piece("same", old[a1:a2]))
            continue
        if a2 > a1:
            found.append(Piece("del", old[a1:a2]))
        if b2 > b1:
            found.append(Piece("ins", new[b1:b2]))
    return found
