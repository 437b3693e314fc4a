"""What a workbook would change: each row beside the item that it means, for each unit and kind of list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lib.sheets import places
from organizations.models import Organization
from organizations.names import key_of
from responsibilities.content import differences, values_of, values_of_row
from responsibilities.models import ResponsibilityItem, ResponsibilityList
from responsibilities.states import PENDING, ListKind, ListState

from .words import KIND_OF_NAME, WORDS


class Verdict(models.TextChoices):
    """What a row comes to."""

    NEW = "new", _("New")
    CHANGED = "changed", pgettext_lazy("import", "Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")


class Placed(NamedTuple):
    """A row as read, and the sheet it stands on."""

    sheet: str
    row: dict[str, Any]


class Judged(NamedTuple):
    """A row and what it comes to; `error` as in the format of samples/README.md, with `_` for our pages."""

    sheet: str
    row: int
    verdict: Verdict
    values: dict[str, Any]
    changes: dict[str, dict[str, Any]]
    item: ResponsibilityItem | None
    error: dict[str, Any] | None


class Group(NamedTuple):
    """The rows of one unit and kind. `base` is the version they are compared with, `draft` the one they go into."""

    unit: Organization | None
    department: str
    kind: ListKind | None
    base: ResponsibilityList | None
    draft: ResponsibilityList | None
    rows: list[Judged]
    absent: list[ResponsibilityItem]

    @property
    def writes(self) -> bool:
        """True where something would be written (without taking out what the file lacks)."""
        return any(row.verdict in (Verdict.NEW, Verdict.CHANGED) for row in self.rows)

    def number(self, verdict: str) -> int:
        """How many rows have that verdict."""
        return sum(row.verdict == verdict for row in self.rows)


def judge(content: dict[str, Any], *, city: Organization, year: int, only: int | None = None) -> list[Group]:
    """Compares what was read with the lists of the city. `only`: the unit whose lists alone may be taken.

    A constant number of queries. Rows that the reader refused stand in a group without kind.
    """
    sheets = content["sheets"]
    keys = {sheet["unit"] for sheet in sheets if sheet["unit"]}
    units = Organization.objects.under(city).in_bulk(sorted(keys))
    lists = _lists(units, year)
    items = _items(lists)
    rows_of: dict[tuple[int, ListKind], list[Placed]] = {}
    groups: list[Group] = []
    for sheet in sheets:
        for row in sheet["rows"]:
            rows_of.setdefault((sheet["unit"], KIND_OF_NAME[row["list"]]), []).append(Placed(sheet["sheet"], row))
    for (key, kind), rows in rows_of.items():
        versions = lists.get((key, kind), [])
        groups.append(_group(units[key], kind, rows, versions, items, year, only))
    for sheet in sheets:
        if sheet["errors"]:
            refused = [_refused(sheet, error) for error in sheet["errors"]]
            groups.append(Group(units.get(sheet["unit"] or 0), sheet["department"], None, None, None, refused, []))
    return groups


def _lists(units: dict[int, Organization], year: int) -> dict[tuple[int, str], list[ResponsibilityList]]:
    """(unit, kind) → its versions up to that year, latest first."""
    found: dict[tuple[int, str], list[ResponsibilityList]] = {}
    rows = ResponsibilityList.objects.filter(organization__in=units, year__lte=year).order_by("-year", "-version")
    for one in rows:
        found.setdefault((one.organization_id, one.kind), []).append(one)
    return found


def _base(versions: list[ResponsibilityList], year: int) -> tuple[ResponsibilityList | None, ResponsibilityList | None]:
    """The version to compare with and the draft to write into (None: a new version is made)."""
    draft = next((one for one in versions if one.year == year and one.state != ListState.PUBLISHED), None)
    return draft or next((one for one in versions if one.state == ListState.PUBLISHED), None), draft


def _items(lists: dict[tuple[int, str], list[ResponsibilityList]]) -> dict[int, list[ResponsibilityItem]]:
    keys = [one.pk for versions in lists.values() for one in versions]
    found: dict[int, list[ResponsibilityItem]] = {}
    rows = ResponsibilityItem.objects.filter(list__in=keys).select_related("duty").prefetch_related("bases")
    for item in rows.order_by("list", "position", "id"):
        found.setdefault(item.list_id, []).append(item)
    return found


def _group(
    unit: Organization,
    kind: ListKind,
    rows: list[Placed],
    versions: list[ResponsibilityList],
    items: dict[int, list[ResponsibilityItem]],
    year: int,
    only: int | None,
) -> Group:
    base, draft = _base(versions, year)
    why = ""
    if only is not None and unit.pk != only:
        why = "unit_foreign"
    elif draft is not None and draft.state in PENDING:
        why = "list_locked"
    if why:
        return Group(unit, unit.name, kind, base, draft, [_barred(one, "unit", why, unit.label) for one in rows], [])
    rows, judged = _once(rows)
    present = items.get(base.pk, []) if base else []
    matched = match(present, [values_of_row(one.row) for one in rows])
    for one, item in zip(rows, matched, strict=True):
        values = values_of_row(one.row)
        changes = differences(values_of(item), values) if item else {}
        verdict = Verdict.NEW if item is None else Verdict.CHANGED if changes else Verdict.UNCHANGED
        judged.append(Judged(one.sheet, one.row["row"], verdict, values, changes, item, None))
    met = {item.pk for item in matched if item}
    return Group(unit, unit.name, kind, base, draft, judged, [item for item in present if item.pk not in met])


def _once(rows: list[Placed]) -> tuple[list[Placed], list[Judged]]:
    """The rows without those that an earlier sheet of the same list has already, and these, refused."""
    taken: dict[str, Placed] = {}
    good, refused = [], []
    for one in rows:
        earlier = taken.setdefault(key_of(one.row["title"]), one)
        if earlier is one:
            good.append(one)
        else:
            details = {"row": f"{places.shown(earlier.row['row'])} ({earlier.sheet})"}
            refused.append(_barred(one, "title", "title_duplicate", one.row["title"], details))
    return good, refused


def match(present: list[ResponsibilityItem], rows: list[dict[str, Any]]) -> list[ResponsibilityItem | None]:
    """The item that each row means: the one of the same words, otherwise the one of the same number."""
    left = {item.pk: item for item in present}
    found: list[ResponsibilityItem | None] = [None] * len(rows)
    by_words = {key_of(item.title): item for item in reversed(present)}
    for place, row in enumerate(rows):
        item = by_words.get(key_of(row["title"]))
        if item is not None and item.pk in left:
            found[place] = left.pop(item.pk)
    by_number = {item.number: item for item in left.values() if item.number}
    for place, row in enumerate(rows):
        item = by_number.get(row["number"]) if row["number"] and found[place] is None else None
        if item is not None and item.pk in left:
            found[place] = left.pop(item.pk)
    return found


def _refused(sheet: dict[str, Any], error: dict[str, Any]) -> Judged:
    return Judged(sheet["sheet"], error["row"], Verdict.REFUSED, {}, {}, None, error)


def _barred(one: Placed, field: str, code: str, value: str, details: dict[str, Any] | None = None) -> Judged:
    cells = {name: one.row[name] or "" for name in ("number", "title", "category", "office", "post")}
    hidden = {"field": field, "details": details or {}, "cells": cells}
    error = {"row": one.row["row"], "column": WORDS[field][0], "code": code, "value": value, "_": hidden}
    return Judged(one.sheet, one.row["row"], Verdict.REFUSED, {}, {}, None, error)


def numbers(groups: Iterable[Group]) -> dict[str, int]:
    """How many rows are new, changed, unchanged, refused; how many items the file lacks."""
    groups = list(groups)
    found = {verdict: sum(group.number(verdict) for group in groups) for verdict in Verdict.values}
    return found | {"absent": sum(len(group.absent) for group in groups)}


def digest(groups: Iterable[Group]) -> str:
    """What the reader of a preview agreed to: every verdict, every change, the version it goes into."""
    said = [
        [group.unit.pk if group.unit else 0, group.kind, group.base.pk if group.base else 0,
         group.base.edition if group.base else 0,
         [[row.row, row.verdict, row.item.pk if row.item else 0, sorted(row.changes)] for row in group.rows],
         [item.pk for item in group.absent]]
        for group in groups
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
