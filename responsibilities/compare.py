"""Two versions of a list, item by item and field by field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .content import FIELDS, basis_text, differences, shown, values_of
from .models import ResponsibilityItem

ADDED, REMOVED, CHANGED, MOVED, SAME = "added", "removed", "changed", "moved", "same"


class Change(NamedTuple):
    """One duty in both versions; `fields` are those that differ: from, to."""

    kind: str
    old: ResponsibilityItem | None
    new: ResponsibilityItem | None
    fields: dict[str, dict[str, Any]]

    @property
    def item(self) -> ResponsibilityItem:
        """The newer wording, or the only one."""
        found = self.new or self.old
        assert found is not None
        return found


def compare(old: Sequence[ResponsibilityItem], new: Sequence[ResponsibilityItem]) -> list[Change]:
    """In the order of the new version; what left it stands behind the item that it followed."""
    before = {item.duty_id: item for item in old}
    now = {item.duty_id: item for item in new}
    moved = _moved(
        [item.duty_id for item in old if item.duty_id in now], [i.duty_id for i in new if i.duty_id in before]
    )
    gone: dict[int | None, list[ResponsibilityItem]] = {}
    last: int | None = None
    for item in old:
        if item.duty_id in now:
            last = item.duty_id
        else:
            gone.setdefault(last, []).append(item)
    found = [Change(REMOVED, item, None, {}) for item in gone.get(None, [])]
    for item in new:
        was = before.get(item.duty_id)
        if was is None:
            found.append(Change(ADDED, None, item, {}))
        else:
            fields = differences(values_of(was), values_of(item))
            kind = CHANGED if fields else MOVED if item.duty_id in moved else SAME
            found.append(Change(kind, was, item, fields))
        found += [Change(REMOVED, one, None, {}) for one in gone.get(item.duty_id, [])]
    return found


def _moved(old: list[int], new: list[int]) -> set[int]:
    """The fewest that have to be moved to get from one order to the other: all but a longest common run."""
    place = {key: number for number, key in enumerate(old)}
    order = [place[key] for key in new]
    best: list[list[int]] = []  # best[n]: the run of length n + 1 with the smallest end
    for number in order:
        length = next((n for n, run in enumerate(best) if run[-1] >= number), len(best))
        run = [*best[length - 1], number] if length else [number]
        best[length : length + 1] = [run]
    stay = {old[number] for number in best[-1]} if best else set()
    return set(old) - stay


def diff_cell(name: str, change: Change) -> SafeString:
    """A field with what was struck through and what is marked, for the page."""
    if change.kind in (ADDED, REMOVED):
        text = shown(name, values_of(change.item)[name])
        tag = "ins" if change.kind == ADDED else "del"
        return format_html(f"<{tag}>{{}}</{tag}>", text) if text else SafeString("")
    difference = change.fields.get(name)
    if difference is None:
        return format_html("{}", shown(name, values_of(change.item)[name]))
    if name == "legal_bases":
        return _bases_cell(difference["from"], difference["to"])
    old, new = str(difference["from"]) or _("(empty)"), str(difference["to"]) or _("(empty)")
    return format_html("<del>{}</del><ins>{}</ins>", old, new)


def _bases_cell(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> SafeString:
    was, now = [basis_text(basis) for basis in old], [basis_text(basis) for basis in new]
    parts = [format_html("<del>{}</del>", text) for text in was if text not in now]
    parts += [format_html("{}" if text in was else "<ins>{}</ins>", text) for text in now]
    return format_html_join(" ", "{}", ((part,) for part in parts))


def counted(changes: Sequence[Change]) -> dict[str, int]:
    """How many are added, removed, changed, moved, the same."""
    return {kind: sum(one.kind == kind for one in changes) for kind in (ADDED, CHANGED, MOVED, REMOVED, SAME)}


__all__ = ["ADDED", "CHANGED", "FIELDS", "MOVED", "REMOVED", "SAME", "Change", "compare", "counted", "diff_cell"]
