"""What each column of a sheet of units was taken for, and a drop-down to say it better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from lib.formats import is_chinese

from .column_pick import Header, beside_note, pick_of
from .imports import enterprises, units
from .models import UnitImport


def words_of(kind: str) -> dict[str, tuple[str, ...]]:
    """Field → the headers that mean it, of this kind of list."""
    return enterprises.WORDS if kind == UnitImport.Kind.ENTERPRISES else units.WORDS


def _labels(kind: str) -> dict[str, str]:
    """What the fields are called: in Chinese by the offices' own words."""
    chinese = {field: words[0] for field, words in words_of(kind).items()}
    if is_chinese():
        return chinese
    english = {
        "number": _("Number"), "name": _("Full name"), "short_name": _("Short name"), "aliases": _("Other names"),
        "kind": _("Kind"), "category": _("Category"), "parent": _("Superior unit"),
        "uscc": _("Unified social credit code"), "member": _("Member of the commission"), "note": _("Note"),
        "district": _("District"), "town": _("Town"), "industry": _("Industry"), "regulator": _("Sector regulator"),
        "legal_post": _("Post of the legal representative"), "hazard": _("Occupational hazard class"),
        "staff": _("Staff"), "standardization": _("Standardization level"), "major_hazard": _("Major hazard source"),
        "lng": _("Longitude"), "lat": _("Latitude"),
    }  # fmt: skip
    return {field: english[field] for field in chinese}


def layouts_of(batch: UnitImport) -> list[Mapping[str, Any]]:
    """Of the list, and of those that stand to its right."""
    return [batch.layout, *batch.layout.get("further", [])]


def headers(batch: UnitImport) -> list[Header]:
    """Every column of the sheet, below its header; of lists that stand side by side all of them."""
    labels = _labels(batch.kind)
    picks = [pick_of(column, labels) for layout in layouts_of(batch) for column in layout.get("columns", [])]
    return [Header("", picks)] if picks else []


def beside(batch: UnitImport) -> str:
    """What to know where the sheet has lists side by side; otherwise nothing."""
    return beside_note(layout.get("start", 0) for layout in layouts_of(batch))


def missing(batch: UnitImport) -> list[str]:
    """The needed fields that no column has."""
    labels = _labels(batch.kind)
    missed = dict.fromkeys(field for layout in layouts_of(batch) for field in layout.get("missing", []))
    return [labels[field] for field in missed]


def chosen(posted: Mapping[str, Any], batch: UnitImport) -> dict[int, str]:
    """What the drop-downs say: column → field; unknown ones are let go."""
    known = {"", *words_of(batch.kind)}
    places = [column["column"] for layout in layouts_of(batch) for column in layout.get("columns", [])]
    said = {place: str(posted[f"c{place}"]) for place in places if f"c{place}" in posted}
    return {place: field for place, field in said.items() if field in known}
