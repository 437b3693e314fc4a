"""An item as plain values: what two versions are compared by, what is frozen, what is copied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_noop

from .models import ResponsibilityItem, ResponsibilityList

# field → what it is called; the order is that of the offices' layout
FIELDS: dict[str, str] = {
    "number": gettext_noop("Number"),
    "title": gettext_noop("Item"),
    "category": gettext_noop("Category of the item"),
    "legal_bases": gettext_noop("Legal bases"),
    "office": gettext_noop("Responsible office"),
    "post": gettext_noop("Responsible post"),
    "means": gettext_noop("Means"),
    "frequency": gettext_noop("Frequency"),
    "liability": gettext_noop("Grounds for accountability"),
}
PLAIN = tuple(name for name in FIELDS if name != "legal_bases")


def bases_of(item: ResponsibilityItem) -> list[dict[str, Any]]:
    """The legal bases in order; the item comes with them."""
    return [
        {"law": basis.law, "version": basis.version or None, "articles": list(basis.articles)}
        for basis in item.bases.all()
    ]


def values_of(item: ResponsibilityItem) -> dict[str, Any]:
    """The fields of an item, texts and a list of legal bases."""
    return {name: bases_of(item) if name == "legal_bases" else getattr(item, name) for name in FIELDS}


def values_of_row(row: dict[str, Any]) -> dict[str, Any]:
    """The same from a row as read from a sheet (format of samples/README.md)."""
    return {
        "number": row["number"] or "",
        "title": row["title"],
        "category": row["category"] or "",
        "legal_bases": row["legal_bases"],
        "office": row["office"] or "",
        "post": row["post"] or "",
        "means": row["method"] or "",
        "frequency": row["frequency"] or "",
        "liability": row["accountability"] or "",
    }


def differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """field → from, to; only those that differ."""
    return {name: {"from": old[name], "to": new[name]} for name in FIELDS if old[name] != new[name]}


def basis_text(basis: dict[str, Any]) -> str:
    """As the offices write it: 《中华人民共和国安全生产法》（2014年修正）第五十九条."""
    version = f"（{basis['version']}年修正）" if basis["version"] else ""
    return f"《{basis['law']}》{version}{'、'.join(basis['articles'])}"


def bases_text(bases: Iterable[dict[str, Any]]) -> str:
    """All of them in one cell, joined by ；."""
    return "；".join(basis_text(basis) for basis in bases)


def shown(name: str, value: Any) -> str:
    """A field's value as text."""
    return bases_text(value) if name == "legal_bases" else str(value)


def fingerprint(one: ResponsibilityList, items: Iterable[ResponsibilityItem]) -> str:
    """SHA-256 over unit, kind, year, version and every field of every item, in order."""
    content = [one.organization_id, one.kind, one.year, one.version, [values_of(item) for item in items]]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
