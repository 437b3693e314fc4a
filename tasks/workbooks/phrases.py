"""A task in the words of a list, such that the import reads them as what they were."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal

from organizations.models import Organization
from organizations.names import NameIndex
from tasks.models import Task, TaskUnit
from tasks.states import Cadence

_MONTHS = {1: "首", 2: "第二个", 3: "末"}


def day(value: datetime.date) -> str:
    """2017年6月30日."""
    return f"{value.year}年{value.month}月{value.day}日"


def period(key: str) -> str:
    """2017年, 2017年第三季度, 2017年9月 for the keys 2017, 2017Q3, 2017-09."""
    if "Q" in key:
        return f"{key[:4]}年第{'一二三四'[int(key[-1]) - 1]}季度"
    return f"{key[:4]}年{int(key[5:])}月" if "-" in key else f"{key}年"


def deadline(task: Task) -> datetime.date | str | None:
    """完成时限: a real day where it is one, otherwise 每月25日前, 每季度末, 全年, 长期坚持, or the milestones
    with the last day behind them. Needs the milestones."""
    match task.cadence:
        case Cadence.MONTHLY:
            return f"每月{task.due_day}日前" if task.due_day else "每月底前"
        case Cadence.QUARTERLY:
            return _quarterly(task.due_month, task.due_day)
        case Cadence.ONGOING:
            return "长期坚持"
        case Cadence.YEARLONG:
            last = task.due_on
            return "全年" if last is None or last == task.plan.ends_on else f"全年（至{day(last)}）"
    if task.due_on is None:
        return None
    early = [milestone.due_on for milestone in task.milestones.all() if milestone.due_on < task.due_on]
    return "、".join(map(day, [*sorted(early), task.due_on])) if early else task.due_on


def _quarterly(month: int | None, due_day: int | None) -> str:
    if due_day:
        return f"每季度{_MONTHS[month or 3]}月{due_day}日前"
    return f"每季度{_MONTHS[month]}月底前" if month and month != 3 else "每季度末"


def target(task: Task) -> tuple[Decimal | str | None, str]:
    """(目标数量, 计量单位). Without a unit, a number up to 1 stands as text: a reader takes such a number for a
    percentage."""
    value = task.target
    if value is None:
        return None, ""
    if not task.unit and 0 < value <= 1:
        return f"{value.normalize():f}", ""
    return value, task.unit


class Names:
    """Units as lists call them: by the short name, or by the full one where the short one is not theirs alone."""

    def __init__(self, commission: Organization) -> None:
        self._index = NameIndex.for_city(commission)

    def of(self, unit: TaskUnit) -> str:
        """One unit or collective unit."""
        if unit.organization is None:
            return str(unit.group)
        label = unit.organization.label
        return label if self._index.find(label) == unit.organization else unit.organization.name

    def joined(self, units: Iterable[TaskUnit]) -> str:
        """A cell of them."""
        return "、".join(self.of(unit) for unit in units)
