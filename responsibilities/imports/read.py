"""From the sheets of a workbook to the lists they hold, in the format of samples/README.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from lib.sheets import places
from lib.sheets.read import Sheet, UnreadableFileError, refusal
from organizations.imports.table import Choices
from organizations.models import Organization
from organizations.names import NameIndex, key_of
from responsibilities.states import ListKind

from .bases import ARTICLE, LAW, MANY, Basis, read_bases
from .faults import RowFault
from .layout import Found, Line, find_all
from .words import KIND_OF_NAME, LIMITS, NAME_OF_KIND, WORDS, kind_of

MOST_ROWS = 20_000
_TITLE = re.compile(
    r"^(?:附件\d*[:：]?)?(.{2,60}?)(?:20\d\d年(?:度)?)?(?:安全生产)?(?:权力|职权|责任|职责|权责)(?:清单|和责任清单)"
)


class Read(NamedTuple):
    """One unit's rows on one sheet. `rows` are right, `errors` wrong; an error's `_` is for our own pages only."""

    sheet: str
    department: str
    unit: Organization | None
    header_rows: list[int]
    rows: list[dict[str, Any]]
    skipped_rows: list[int]
    errors: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """In the format of samples/expected."""
        rows = [row | places.as_json(row["row"]) for row in self.rows]
        found = {name: getattr(self, name) for name in ("sheet", "department", "header_rows", "skipped_rows")}
        errors = [{k: v for k, v in error.items() if k != "_"} | places.as_json(error["row"]) for error in self.errors]
        return found | {"rows": rows, "errors": errors}


def tables_of(sheets: Sequence[Sheet], choices: Choices | None = None) -> list[Found]:
    """Every table of the workbook; raises UnreadableFileError where no sheet has one.

    With `choices` (what people said about columns) also those where a needed column is still to be named.
    """
    found = [table for sheet in sheets if sheet.visible for table in find_all(sheet, choices)]
    if not found:
        raise UnreadableFileError(why_unread("no_lists", {}), "no_lists")
    return found


def why_unread(code: str, details: Mapping[str, Any]) -> str:
    """Why a workbook of lists could not be read, in the reader's language."""
    texts = {
        "no_lists": _(
            "No sheet holds a list of powers or duties: a header with 职责事项 and at least two of 法律依据, "
            "责任处室, 责任人岗位, 履职频次, 追责情形 is needed. Add the column headers."
        ),
        "too_many": _("The workbook has %(number)s items, at most %(limit)s are read at once. Divide it."),
    }
    return texts[code] % details if code in texts else refusal(code, **details)


def layouts_of(tables: Sequence[Found]) -> list[dict[str, Any]]:
    """For each header of the workbook: what its columns were taken for, and the sheets that have it."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        columns = [column._asdict() for column in table.columns]
        fresh = {"fingerprint": table.fingerprint, "columns": columns, "missing": table.missing, "sheets": [],
                 "start": table.start}  # fmt: skip
        found.setdefault(table.fingerprint, fresh)["sheets"].append(table.sheet)
    return list(found.values())


def read_lists(tables: Sequence[Found], names: NameIndex) -> list[Read]:
    """The lists that the tables hold; raises UnreadableFileError where they are too long."""
    found = [one for table in tables if not table.missing for one in _units_of(table, names)]
    number = sum(len(one.rows) + len(one.errors) for one in found)
    if number > MOST_ROWS:
        details = {"number": number, "limit": MOST_ROWS}
        raise UnreadableFileError(why_unread("too_many", details), "too_many", **details)
    return found


def year_of(tables: Sequence[Found]) -> int | None:
    """The year that the words above the first list name (2017年9月公布); None where they name none."""
    for table in tables:
        for words in table.above:
            year = re.search(r"(20\d\d)\s*年", words)
            if year:
                return int(year[1])
    return None


class _Place(NamedTuple):
    """The unit that a sheet or a cell names."""

    name: str
    unit: Organization | None
    fault: str


def _units_of(table: Found, names: NameIndex) -> list[Read]:
    """One entry, or one for each unit where the table has a column of units."""
    place = _place_of_sheet(table, names)
    groups: dict[str, tuple[_Place, list[Line]]] = {place.name: (place, [])}
    for line in table.lines:
        written = line.cells.get("unit", "")
        here = _named(written, names) if written else place
        groups.setdefault(here.name, (here, []))[1].append(line)
    filled = [(where, lines) for where, lines in groups.values() if lines] or [(place, [])]
    return [_read(table, where, lines) for where, lines in filled]


def _named(written: str, names: NameIndex) -> _Place:
    unit = names.organization(written)
    if unit is None:
        return _Place(written, None, "unknown_unit")
    return _Place(unit.name, unit, "" if unit.is_active else "unit_inactive")


def _place_of_sheet(table: Found, names: NameIndex) -> _Place:
    """The unit named above the header, otherwise by the sheet's tab; the longest name that is found wins."""
    for words in [*table.above, table.sheet]:
        key = key_of(words)
        inside = [name for name in names if len(name) > 2 and name in key and names.organization(name)]
        if inside:
            return _named(max(inside, key=len), names)
    titles = [match[1] for words in table.above if (match := _TITLE.match(words))]
    return _Place(titles[0] if titles else table.sheet, None, "unknown_unit")


def _read(table: Found, place: _Place, lines: list[Line]) -> Read:
    around = next((kind for words in (*table.above, table.sheet) if (kind := kind_of(words))), None)
    rows, errors = [], []
    taken: dict[tuple[str, str, str], int] = {}
    for line in lines:
        try:
            if place.fault:
                raise RowFault("unit", place.fault, place.name)
            row = _row(line, around)
            _claim(row, taken)
        except RowFault as why:
            errors.append(_error(table, line, why))
        else:
            rows.append(row)
    return Read(table.sheet, place.name, place.unit, table.header_rows, rows, table.skipped, errors)


def _error(table: Found, line: Line, why: RowFault) -> dict[str, Any]:
    header = table.headers.get(why.field) or WORDS[why.field][0]
    hidden = {"field": why.field, "details": why.details, "cells": line.cells}
    return {"row": line.row, "column": header, "code": why.code, "value": why.value, "_": hidden}


def _row(line: Line, around: ListKind | None) -> dict[str, Any]:
    cells = line.cells
    kind = _kind(cells.get("list", ""), line.section, around)
    if not cells["title"]:
        raise RowFault("title", "title_missing")
    for field, limit in LIMITS.items():
        value = cells.get(field, "")
        if len(value) > limit:
            raise RowFault(field, "text_too_long", value, length=len(value), limit=limit)
    return {
        "row": line.row,
        "number": _number(cells.get("number", "")) or None,
        "list": NAME_OF_KIND[kind],
        "title": cells["title"],
        "category": cells.get("category") or None,
        "legal_bases": [basis.as_json() for basis in _bases(cells.get("legal_bases", ""))],
        "office": cells.get("office") or None,
        "post": cells.get("post") or None,
        "method": cells.get("method") or None,
        "frequency": cells.get("frequency") or None,
        "accountability": cells.get("accountability") or None,
    }


def _kind(written: str, section: str, around: ListKind | None) -> ListKind:
    found = KIND_OF_NAME.get(written) or kind_of(written) or kind_of(section) or around
    if found is None:
        raise RowFault("list", "list_unknown", written)
    return found


def _number(written: str) -> str:
    """Kept as written without brackets, 、 or a final dot."""
    found = written.strip("（）()[]【】、.．,， ")
    return str(ord(found) - 0x245F) if len(found) == 1 and "①" <= found <= "⑳" else found


def _bases(written: str) -> list[Basis]:
    try:
        found = read_bases(written)
    except ValueError as why:
        raise RowFault("legal_bases", "basis_unreadable", str(why)) from why
    for basis in found:
        if len(basis.law) > LAW:
            raise RowFault("legal_bases", "text_too_long", basis.law, length=len(basis.law), limit=LAW)
        if len(basis.articles) > MANY or any(len(article) > ARTICLE for article in basis.articles):
            raise RowFault(
                "legal_bases", "text_too_long", basis.text[:80], length=len(basis.text), limit=MANY * ARTICLE
            )
    return found


def _claim(row: dict[str, Any], taken: dict[tuple[str, str, str], int]) -> None:
    """Refuses a number or an item that an earlier row of the same list has."""
    keys = [("number", row["number"] or "", "number_duplicate"), ("title", key_of(row["title"]), "title_duplicate")]
    for field, value, code in keys:
        earlier = taken.get((row["list"], field, value)) if value else None
        if earlier is not None:
            raise RowFault(field, code, row[field], row=earlier)
    for field, value, _code in keys:
        taken[row["list"], field, value] = row["row"]
