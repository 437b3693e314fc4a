"""Reads a register of enterprises (企业名录): district, town and regulator by any of their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lib.sheets.read import Sheet
from organizations.models import Organization
from organizations.names import NameIndex, key_of

from .checks import count_of, degrees, yes_or_no
from .table import Choices, Fault, Line, RowRefused, Table, Tell, find_table, silent, told
from .units import NOTE, credit_code, full_name, short

Kind = Organization.Kind
WORDS = {
    "number": ("序号", "编号"),
    "name": ("企业名称", "单位名称", "企业全称", "单位全称", "全称", "名称"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码"),
    "district": ("所属区市", "区市", "所在区市", "属地"),
    "town": ("所属镇街", "镇街", "所在镇街"),
    "industry": ("行业类别", "行业", "所属行业"),
    "regulator": ("行业监管部门", "监管部门", "行业主管部门"),
    "legal_post": ("法定代表人职务",),
    "hazard": ("职业病危害风险类别", "职业病危害风险分类", "职业病危害分类", "职业病危害"),
    "staff": ("从业人员数", "从业人数", "职工人数"),
    "standardization": ("标准化等级", "安全生产标准化等级"),
    "major_hazard": ("是否构成重大危险源", "重大危险源"),
    "lng": ("经度",),
    "lat": ("纬度",),
    "note": ("备注", "说明"),
}
NEEDED = ("name", "district")
TEXTS = {"industry": 40, "legal_post": 40, "hazard": 20, "standardization": 20}


def read_enterprises(
    sheets: Sequence[Sheet], index: NameIndex, choices: Choices | None = None, tell: Tell = silent
) -> tuple[Table, list[dict[str, Any]], list[Fault], dict[str, Organization]]:
    """The table, its good rows in the format of samples/expected, the faults, and the units that the rows name.

    Raises UnreadableFileError where there is no such table.
    """
    table = find_table(sheets, WORDS, NEEDED, choices)
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    units: dict[str, Organization] = {}
    taken: dict[str, int] = {}
    for line in told(table.lines, tell):
        try:
            row = _row(line, index, units)
            _claim(row, taken)
        except RowRefused as why:
            header = table.headers_of(line.row).get(why.field, WORDS[why.field][0])
            faults.append(Fault(line.row, header, why.code, why.value, why.details))
        else:
            rows.append(row)
    return table, rows, faults, units


def _row(line: Line, index: NameIndex, units: dict[str, Organization]) -> dict[str, Any]:
    cells = line.cells
    name = full_name(cells)
    district = _unit(cells, "district", index, {Kind.DISTRICT, Kind.ZONE})
    if district is None:
        raise RowRefused("district", "district_missing")
    town = _unit(cells, "town", index, {Kind.TOWN, Kind.COMMUNITY})
    if town is not None and not town.path.startswith(district.path):
        raise RowRefused("town", "town_elsewhere", cells["town"], town=town.name, district=district.name)
    regulator = _unit(cells, "regulator", index, {Kind.DEPARTMENT, Kind.COMMISSION})
    units |= {unit.name: unit for unit in (district, town, regulator) if unit is not None}
    return {
        "row": line.row,
        "number": cells.get("number") or None,
        "name": name,
        "uscc": credit_code(cells),
        "district": district.name,
        "town": town.name if town else None,
        "industry": short(cells, "industry", TEXTS["industry"]),
        "regulator": regulator.name if regulator else None,
        "legal_post": short(cells, "legal_post", TEXTS["legal_post"]),
        "hazard": short(cells, "hazard", TEXTS["hazard"]),
        "staff": count_of(cells.get("staff", ""), "staff"),
        "standardization": short(cells, "standardization", TEXTS["standardization"]),
        "major_hazard": yes_or_no(cells.get("major_hazard", ""), "major_hazard"),
        "lng": degrees(cells.get("lng", ""), "lng", 180),
        "lat": degrees(cells.get("lat", ""), "lat", 90),
        "note": short(cells, "note", NOTE) or None,
    }


def _unit(cells: dict[str, str], field: str, index: NameIndex, kinds: set[Kind]) -> Organization | None:
    """The active unit that a cell names, of one of the kinds; None for a blank; raises RowRefused."""
    written = cells.get(field, "")
    if not written:
        return None
    unit = index.organization(written)
    if unit is None or unit.kind not in kinds:
        raise RowRefused(field, f"{field}_unknown", written)
    if not unit.is_active:
        raise RowRefused(field, f"{field}_inactive", written, unit=unit.name)
    return unit


def _claim(row: dict[str, Any], taken: dict[str, int]) -> None:
    """Refuses a name or code that an earlier row has."""
    for field in ("name", "uscc"):
        value = row[field]
        if not value:
            continue
        earlier = taken.setdefault(key_of(value), row["row"])
        if earlier != row["row"]:
            raise RowRefused(field, f"{field}_duplicate", value, row=earlier)
