"""Brings units and enterprises in from a workbook. Right rows are taken, wrong ones named; all in one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from lib.sheets.read import Sheet
from organizations.groups_default import create_default_groups
from organizations.imports.enterprises import read_enterprises
from organizations.imports.table import Fault, Table
from organizations.imports.units import KINDS, WORDS, read_units
from organizations.imports.write import Tree, Wanted, Written, circular, write
from organizations.models import Organization, User
from organizations.names import NameIndex, key_of

ENTERPRISES_FROM = 10_000  # official units stand before enterprises wherever units are listed


class ImportResult(NamedTuple):
    """What was read, what was wrong, and what was written (or would be, in a dry run)."""

    table: Table
    rows: list[dict[str, Any]]
    faults: list[Fault]
    written: Written


@transaction.atomic
def import_units(
    *, sheets: Sequence[Sheet], by: User | None, at: datetime.datetime, dry_run: bool = False
) -> ImportResult:
    """The city's tree and its collective units; raises UnreadableFileError where the file has no such table."""
    table, rows, faults = read_units(sheets)
    tree = Tree()
    rows, unknown = _with_superiors(table, rows, tree)
    wanted, refused = _free([_unit(row, place) for place, row in enumerate(rows, 1)], tree, table)
    faults = sorted([*faults, *unknown, *refused])
    rows = _without(rows, refused)
    written = write(wanted, tree, by=by, at=at)
    for unit in [tree.by_name[row["name"]] for row in rows if row["parent"] is None]:
        create_default_groups(city=unit)
    if dry_run:
        transaction.set_rollback(True)
    return ImportResult(table, rows, faults, written)


@transaction.atomic
def import_enterprises(
    *, sheets: Sequence[Sheet], city: Organization, by: User | None, at: datetime.datetime, dry_run: bool = False
) -> ImportResult:
    """Enterprises below the towns and districts of a city; raises UnreadableFileError as above."""
    table, rows, faults, units = read_enterprises(sheets, NameIndex.for_city(city))
    tree = Tree()
    wanted, refused = _free([_enterprise(row, place, units) for place, row in enumerate(rows, 1)], tree, table)
    rows = _without(rows, refused)
    written = write(wanted, tree, by=by, at=at)
    if dry_run:
        transaction.set_rollback(True)
    return ImportResult(table, rows, sorted([*faults, *refused]), written)


def _with_superiors(table: Table, rows: list[dict[str, Any]], tree: Tree) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The rows with their superiors' full names; those whose superior nobody knows as faults."""
    names: dict[str, str] = {}
    stored = [(unit.name, [unit.short_name, unit.name]) for unit in tree.by_name.values()]
    stored += [(unit.name, [alias]) for alias, unit in tree.by_alias.items()]
    in_file = [(row["name"], [*row["aliases"], row["short_name"], row["name"]]) for row in rows]
    for full, spellings in [*stored, *in_file]:
        names |= {key_of(spelling): full for spelling in spellings if spelling}
    for full, _spellings in [*stored, *in_file]:
        names[key_of(full)] = full
    good, faults = [], []
    header = table.headers.get("parent", WORDS["parent"][0])
    for row in rows:
        written = row["parent"]
        full = names.get(key_of(written)) if written else None
        if written and full in (None, row["name"]):
            words = _("no unit is called “%(value)s”. Write the superior's full or short name.") % {"value": written}
            faults.append(Fault(row["row"], header, "parent_unknown", written, words))
        elif not written and KINDS[row["kind"]] != Organization.Kind.COMMISSION:
            words = _("the superior unit is missing. Only a commission stands at the top.")
            faults.append(Fault(row["row"], header, "parent_missing", "", words))
        else:
            good.append(row | {"parent": full})
    lost = {one.row for one in circular([_unit(row, 0) for row in good], tree)}
    words = _("the superior's own row is refused, or the superiors lead in a circle. Correct that first.")
    faults += [Fault(row["row"], header, "parent_refused", row["parent"], words) for row in good if row["row"] in lost]
    return [row for row in good if row["row"] not in lost], faults


def _unit(row: dict[str, Any], place: int) -> Wanted:
    fields = {
        "name": row["name"],
        "short_name": row["short_name"],
        "kind": KINDS[row["kind"]].value,
        "category": row["kind"],
        "credit_code": row["uscc"],
        "is_member": row["member"],
        "note": row["note"] or "",
        "position": place,
    }
    return Wanted(row["row"], fields, row["parent"], row["aliases"])


def _enterprise(row: dict[str, Any], place: int, units: dict[str, Organization]) -> Wanted:
    fields = {
        "name": row["name"],
        "kind": Organization.Kind.ENTERPRISE.value,
        "credit_code": row["uscc"],
        "sector_regulator": units.get(row["regulator"] or ""),
        "lng": _degrees(row["lng"]),
        "lat": _degrees(row["lat"]),
        "note": row["note"] or "",
        "position": ENTERPRISES_FROM + place,
    }
    profile = {name: row[name] for name in ("industry", "legal_post", "hazard", "staff", "standardization")}
    profile["major_hazard"] = row["major_hazard"]
    return Wanted(row["row"], fields, row["town"] or row["district"], None, profile)


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.000001"))


def _free(wanted: list[Wanted], tree: Tree, table: Table) -> tuple[list[Wanted], list[Fault]]:
    """Those that take nobody else's code or name, and the faults of the others."""
    good, faults = [], []
    for one in wanted:
        refusal = tree.refusal(one)
        if refusal is None:
            good.append(one)
        else:
            field, *rest = refusal
            faults.append(Fault(one.row, table.headers.get(field, field), *rest))
    return good, faults


def _without(rows: list[dict[str, Any]], faults: list[Fault]) -> list[dict[str, Any]]:
    wrong = {fault.row for fault in faults}
    return [row for row in rows if row["row"] not in wrong]
