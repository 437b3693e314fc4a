"""Reads a list of units (单位信息): one unit a row, its superior by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.utils import translation

from lib import creditcode
from lib.sheets.read import Sheet
from organizations.models import Organization
from organizations.names import key_of

from .checks import yes_or_no
from .classes import CLASSES
from .table import Choices, Fault, Line, RowRefused, Table, Tell, find_table, silent, told

Kind = Organization.Kind
WORDS = {
    "number": ("序号", "编号"),
    "name": ("单位全称", "单位名称", "全称", "名称"),
    "short_name": ("简称", "单位简称"),
    "aliases": ("其他称谓", "其他名称", "别名", "曾用名"),
    "kind": ("类型", "单位类型", "类别", "单位类别"),
    "category": ("单位性质", "性质"),
    "parent": ("上级单位", "主管单位", "上级"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码"),
    "member": ("是否安委会成员单位", "安委会成员单位", "成员单位"),
    "note": ("备注", "说明"),
}
NEEDED = ("name", "kind", "parent")
SHORT_NAME, ALIAS, NOTE, CATEGORY = 60, 120, 500, 20  # characters at most


@cache
def _labels() -> dict[str, Kind]:
    """The kinds as our own lists write them."""
    with translation.override("zh-hans"):
        return {str(kind.label): kind for kind in Kind}


def kind_of(written: str) -> Kind | None:
    """The kind that a class of the offices, or a word of our own exports, stands for."""
    return CLASSES.get(written) or _labels().get(written)


_SEPARATORS = re.compile("[、，,；;]")


def read_units(
    sheets: Sequence[Sheet], choices: Choices | None = None, tell: Tell = silent
) -> tuple[Table, list[dict[str, Any]], list[Fault]]:
    """The table, its good rows in the format of samples/expected, and what is wrong with the others.

    Superiors are given as written; `write` resolves them. Raises UnreadableFileError where there is no such table.
    """
    table = find_table(sheets, WORDS, NEEDED, choices)
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    taken: dict[str, int] = {}
    for line in told(table.lines, tell):
        try:
            row = _row(line)
            _claim(row, taken)
        except RowRefused as why:
            header = table.headers_of(line.row).get(why.field, WORDS[why.field][0])
            faults.append(Fault(line.row, header, why.code, why.value, why.details))
        else:
            rows.append(row)
    return table, rows, faults


def _row(line: Line) -> dict[str, Any]:
    cells = line.cells
    name = full_name(cells)
    if kind_of(cells["kind"]) is None:
        raise RowRefused("kind", "kind_unknown", cells["kind"])
    return {
        "row": line.row,
        "number": cells.get("number") or None,
        "name": name,
        "short_name": short(cells, "short_name", SHORT_NAME),
        "aliases": _aliases(cells, name),
        "kind": cells["kind"],
        "parent": cells.get("parent") or None,
        "uscc": credit_code(cells),
        "member": yes_or_no(cells.get("member", ""), "member"),
        "note": short(cells, "note", NOTE) or None,
    } | ({"category": short(cells, "category", CATEGORY)} if "category" in cells else {})


def short(cells: dict[str, str], field: str, limit: int) -> str:
    """The text of a cell; raises RowRefused where it has too many characters, rather than cut it in silence."""
    value = cells.get(field, "")
    if len(value) > limit:
        raise RowRefused(field, f"{field}_too_long", value, limit=limit)
    return value


def _aliases(cells: dict[str, str], name: str) -> list[str]:
    """The other names, each once; the full name is none of them."""
    parts = (part.strip() for part in _SEPARATORS.split(cells.get("aliases", "")))
    found = list(dict.fromkeys(part for part in parts if part and part != name))
    for alias in found:
        short({"aliases": alias}, "aliases", ALIAS)
    return found


def full_name(cells: dict[str, str]) -> str:
    """The name; raises RowRefused where it is missing or too long."""
    name = cells["name"]
    if not name:
        raise RowRefused("name", "name_missing")
    if len(name) > 120:
        raise RowRefused("name", "name_too_long", name)
    return name


def credit_code(cells: dict[str, str]) -> str | None:
    """The normalized code, None where the cell is blank; raises RowRefused for a wrong check character."""
    code = creditcode.normalize(cells.get("uscc", ""))
    if code and not creditcode.is_valid(code):
        raise RowRefused("uscc", "uscc_invalid", code)
    return code or None


def _claim(row: dict[str, Any], taken: dict[str, int]) -> None:
    """Refuses a full, short or other name or a code that an earlier row has."""
    claims = [("name", row["name"]), *(("aliases", alias) for alias in row["aliases"])]
    claims += [(field, row[field]) for field in ("short_name", "uscc") if row[field]]
    for field, value in claims:
        earlier = taken.get(key_of(value))
        if earlier is not None and earlier != row["row"]:
            raise RowRefused(field, f"{field}_duplicate", value, row=earlier)
    for _field, value in claims:
        taken[key_of(value)] = row["row"]
