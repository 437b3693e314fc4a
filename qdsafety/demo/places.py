"""The places that a unit speaks of: its towns, its offices, its workshops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from organizations.models import Organization

Kind = Organization.Kind
OFFICES = ["机关处室", "直属单位", "各业务处", "基层站所", "执法大队"]
WORKSHOPS = ["一车间", "二车间", "原料库", "罐区", "配电室", "锅炉房", "装卸区", "成品仓库", "中控室", "检修班组"]
GRID = ["沿街商户", "老旧小区", "辖区企业", "农贸市场", "在建工地", "学校周边"]
PARKS = ["起步区", "化工集中区", "物流园", "在建项目", "孵化器", "港区"]


def places_of(units: Iterable[Organization]) -> dict[int, Sequence[str]]:
    """Unit → places. Districts speak of their towns, departments of districts and their own offices."""
    units = list(units)
    towns: dict[int | None, list[str]] = defaultdict(list)
    for unit in units:
        if unit.kind == Kind.TOWN:
            towns[unit.parent_id].append(unit.label)
    areas = [_plain(unit.label) for unit in units if unit.kind in (Kind.DISTRICT, Kind.ZONE)]

    def one(unit: Organization) -> Sequence[str]:
        match unit.kind:
            case Kind.DISTRICT:
                return towns[unit.pk] + PARKS[1:3] + GRID[2:5]
            case Kind.ZONE:
                return PARKS
            case Kind.TOWN:
                return GRID
            case Kind.ENTERPRISE:
                return WORKSHOPS
            case _:
                return areas + OFFICES

    return {unit.pk: one(unit) for unit in units}


def _plain(label: str) -> str:
    """市南区政府 → 市南区: as one says where, not who."""
    return label.removesuffix("政府").removesuffix("管委会")
