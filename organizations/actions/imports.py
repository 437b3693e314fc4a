"""Brings units and enterprises in from a workbook. Right rows are taken, wrong ones named; all in one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from lib.sheets.read import Sheet
from organizations.groups_default import create_default_groups
from organizations.imports.classes import CLASSES
from organizations.imports.enterprises import read_enterprises
from organizations.imports.table import Choices, Fault, Table, Tell, silent
from organizations.imports.tree import Refusal, Tree, Wanted
from organizations.imports.units import WORDS, kind_of, read_units
from organizations.imports.write import Written, write
from organizations.models import Organization, User
from organizations.names import NameIndex, key_of

PROFILE = ("industry", "legal_post", "hazard", "staff", "standardization", "major_hazard")
ENTERPRISES_FROM = 10_000  # official units stand before enterprises wherever units are listed


class ImportResult(NamedTuple):
    """What was read, what was wrong, and what was written (or would be, in a dry run)."""

    table: Table
    rows: list[dict[str, Any]]
    faults: list[Fault]
    written: Written


@transaction.atomic
def import_units(
    *,
    sheets: Sequence[Sheet],
    by: User | None,
    at: datetime.datetime,
    dry_run: bool = False,
    city: Organization | None = None,
    revive: Collection[int] = (),
    choices: Choices | None = None,
    tell: Tell = silent,
) -> ImportResult:
    """The city's tree and its collective units; raises UnreadableFileError where the file has no such table.

    Without `city` the file may hold cities of its own, as at the first set-up; with it rows that mean another city
    or a new one are refused. `revive`: dissolved units that the file brings back; `choices`: what
    people said about columns.
    """
    table, rows, faults = read_units(sheets, choices, tell)
    tree = Tree(city)
    rows, unknown = _with_superiors(table, rows, tree)
    wanted = [_revived(_unit(row, place, table), tree, revive) for place, row in enumerate(rows, 1)]
    wanted, refused = _acceptable(wanted, tree, table)
    rows = _without(rows, refused)
    tell(len(rows), len(rows), "write")
    written = write(wanted, tree, by=by, at=at)
    tell(len(rows), len(rows), "write")  # the last moment at which it can be cancelled
    for unit in [tree.by_name[row["name"]] for row in rows if row["parent"] is None]:
        create_default_groups(city=unit)
    if dry_run:
        transaction.set_rollback(True)
    return ImportResult(table, rows, sorted([*faults, *unknown, *refused], key=_place), written)


@transaction.atomic
def import_enterprises(
    *,
    sheets: Sequence[Sheet],
    city: Organization,
    by: User | None,
    at: datetime.datetime,
    dry_run: bool = False,
    revive: Collection[int] = (),
    choices: Choices | None = None,
    tell: Tell = silent,
) -> ImportResult:
    """Enterprises below the towns and districts of a city; raises UnreadableFileError as above."""
    table, rows, faults, units = read_enterprises(sheets, NameIndex.for_city(city), choices, tell)
    tree = Tree(city)
    wanted = [_enterprise(row, place, units, table) for place, row in enumerate(rows, 1)]
    wanted = [_revived(_kept_in_town(one, tree), tree, revive) for one in wanted]
    wanted, refused = _acceptable(wanted, tree, table)
    rows = _without(rows, refused)
    tell(len(rows), len(rows), "write")
    written = write(wanted, tree, by=by, at=at)
    tell(len(rows), len(rows), "write")  # the last moment at which it can be cancelled
    if dry_run:
        transaction.set_rollback(True)
    return ImportResult(table, rows, sorted([*faults, *refused], key=_place), written)


def _with_superiors(table: Table, rows: list[dict[str, Any]], tree: Tree) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The rows with their superiors' full names, and the faults of those that cannot stand where they say."""
    names = _full_names(rows, tree)
    tops = {unit.name for unit in tree.by_name.values() if unit.parent is None}
    tops |= {row["name"] for row in rows if not row["parent"]}
    good, faults = [], []
    for row in rows:
        full = names.get(key_of(row["parent"])) if row["parent"] else None
        fault = _fault_of_superior(row, full, tops)
        if fault is None:
            good.append(row | {"parent": full})
        else:
            header = table.headers_of(row["row"]).get(fault.field, WORDS[fault.field][0])
            faults.append(Fault(row["row"], header, fault.code, fault.value, fault.details))
    return good, faults


def _full_names(rows: list[dict[str, Any]], tree: Tree) -> dict[str, str]:
    """Every name of every unit, stored or in the file → its full name; the file has the last word."""
    stored = [(unit.name, [unit.short_name, unit.name]) for unit in tree.by_name.values() if tree.is_ours(unit)]
    stored += [(unit.name, [alias]) for alias, unit in tree.by_alias.items() if tree.is_ours(unit)]
    in_file = [(row["name"], [*row["aliases"], row["short_name"]]) for row in rows]
    names: dict[str, str] = {}
    for full, spellings in [*stored, *in_file]:
        names |= {key_of(spelling): full for spelling in spellings if spelling}
    return names | {key_of(full): full for full, _spellings in [*stored, *in_file]}


def _fault_of_superior(row: dict[str, Any], full: str | None, tops: set[str]) -> Refusal | None:
    written = row["parent"] or ""
    is_commission = kind_of(row["kind"]) == Organization.Kind.COMMISSION
    if written and full is None:
        return Refusal("parent", "parent_unknown", written, {})
    if full == row["name"]:
        return Refusal("parent", "parent_itself", written, {})
    if not written and not is_commission:
        return Refusal("parent", "parent_missing", "", {})
    if full and is_commission and full not in tops:
        return Refusal("kind", "commission_below", row["kind"], {})
    return None


def _unit(row: dict[str, Any], place: int, table: Table) -> Wanted:
    """A row's values; a column that the table lacks, and an empty code, say nothing."""
    said = {
        "short_name": ("short_name", row["short_name"]),
        "uscc": ("credit_code", row["uscc"]),
        "member": ("is_member", row["member"]),
        "note": ("note", row["note"] or ""),
    }
    heads = table.headers_of(row["row"])
    fields: dict[str, Any] = {"name": row["name"], "kind": str(kind_of(row["kind"])), "position": place}
    if "category" in row or row["kind"] in CLASSES:
        fields["category"] = row.get("category", row["kind"])
    fields |= {name: value for column, (name, value) in said.items() if column in heads and value is not None}
    return Wanted(row["row"], fields, row["parent"], row["aliases"] if "aliases" in heads else None)


def _enterprise(row: dict[str, Any], place: int, units: dict[str, Organization], table: Table) -> Wanted:
    """The same for an enterprise."""
    said = {
        "regulator": ("sector_regulator", units.get(row["regulator"] or "")),
        "lng": ("lng", _degrees(row["lng"])),
        "lat": ("lat", _degrees(row["lat"])),
        "note": ("note", row["note"] or ""),
    }
    heads = table.headers_of(row["row"])
    fields = {
        "name": row["name"],
        "kind": Organization.Kind.ENTERPRISE.value,
        "position": ENTERPRISES_FROM + place,
    }
    fields |= {"credit_code": row["uscc"]} if row["uscc"] else {}
    fields |= {name: value for column, (name, value) in said.items() if column in heads}
    profile = {name: row[name] for name in PROFILE if name in heads}
    return Wanted(row["row"], fields, row["town"] or row["district"], None, profile)


def _kept_in_town(one: Wanted, tree: Tree) -> Wanted:
    """A file that names the district only does not take an enterprise out of its town there."""
    unit, named = tree.present(one), tree.by_name.get(one.parent or "")
    known = unit.parent if unit is not None else None
    if known is None or named is None or known == named or not known.path.startswith(named.path):
        return one
    return one._replace(parent=known.name)


def _revived(one: Wanted, tree: Tree, revive: Collection[int]) -> Wanted:
    """A row that means a unit which an undo has dissolved brings it back."""
    unit = tree.present(one) if revive else None
    if unit is None or unit.is_active or unit.pk not in revive:
        return one
    return one._replace(fields=one.fields | {"is_active": True})


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.000001"))


def _acceptable(wanted: list[Wanted], tree: Tree, table: Table) -> tuple[list[Wanted], list[Fault]]:
    """Those that the tree can take, and the faults of the others."""
    good: list[Wanted] = []
    refusals: list[tuple[int, Refusal]] = []
    meant: dict[int, int] = {}
    for one in wanted:
        unit = tree.present(one)
        refusal = tree.refusal(one)
        if refusal is None and unit is not None and meant.setdefault(unit.pk, one.row) != one.row:
            refusal = Refusal("name", "name_duplicate", one.name, {"row": meant[unit.pk], "unit": unit.name})
        if refusal is None:
            good.append(one)
        else:
            refusals.append((one.row, refusal))
    lost = {one.row: Refusal("parent", "parent_refused", one.parent or "", {}) for one in tree.lost(good)}
    refusals += lost.items()
    faults = []
    for row, refusal in refusals:
        header = table.headers_of(row).get(refusal.field, refusal.field)
        faults.append(Fault(row, header, refusal.code, refusal.value, refusal.details))
    return [one for one in good if one.row not in lost], faults


def _place(fault: Fault) -> tuple[int, str]:
    return fault.row, fault.column


def _without(rows: list[dict[str, Any]], faults: list[Fault]) -> list[dict[str, Any]]:
    wrong = {fault.row for fault in faults}
    return [row for row in rows if row["row"] not in wrong]
