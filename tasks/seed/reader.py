"""Reading a plan's data files into plain values, and refusing what is wrong by file and task number."""

from __future__ import annotations

import datetime
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tasks.states import Cadence

HOME = Path(__file__).resolve().parent
TITLE_LIMIT = 40
GATES = frozenset({"proof", "own_head"})


class SeedError(Exception):
    """The data files are missing or wrong; the message says which file, which task, what."""


@dataclass(frozen=True)
class TaskSeed:
    """One task as its file has it; units are names, in the file's order."""

    point: int
    number: str
    title: str
    requirement: str
    lead: list[str]
    cooperating: list[str]
    cadence: str
    starts_on: datetime.date | None
    due_on: datetime.date | None
    due_day: int | None
    target: Decimal | None
    unit: str
    note: str
    from_policy: frozenset[str]
    milestones: list[tuple[datetime.date, str]]
    gates: frozenset[str] = frozenset()

    @property
    def is_proposed(self) -> bool:
        """True where units, date or number are our choice: everywhere but where the policy names them all."""
        return not {"units", "due_on", "target"} <= self.from_policy


@dataclass(frozen=True)
class PointSeed:
    """One work point."""

    number: int
    title: str
    short_title: str
    summary: str


@dataclass(frozen=True)
class PlanSeed:
    """A year's plan: its head, its points, its tasks in the order of the plan."""

    issuer: str
    year: int
    title: str
    document_number: str
    issued_on: datetime.date
    points: list[PointSeed] = field(default_factory=list)
    tasks: list[TaskSeed] = field(default_factory=list)

    @property
    def unit_names(self) -> list[str]:
        """Every unit name that a task uses, once, the issuer first."""
        names = [self.issuer, *(name for task in self.tasks for name in task.lead + task.cooperating)]
        return list(dict.fromkeys(names))


def years() -> list[int]:
    """The years for which there are data files, ascending."""
    return sorted(int(folder.name.removeprefix("plan_")) for folder in HOME.glob("plan_[0-9]*") if folder.is_dir())


def folder_of(year: int) -> Path:
    """Where a year's files are; raises SeedError where there are none."""
    folder = HOME / f"plan_{year}"
    if not (folder / "plan.toml").is_file():
        there = ", ".join(map(str, years())) or "none"
        raise SeedError(
            f"No plan for {year} comes with the site (there: {there}). Create the plan in the browser and import its "
            f"tasks, or write data files of the form described in tasks/seed/plan_2017/plan.toml into plan_{year}/."
        )
    return folder


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SeedError(f"{path.name}: {error}") from error


def _task(point: int, data: dict[str, Any], where: str) -> TaskSeed:
    for key in ("number", "title", "requirement", "lead"):
        if not data.get(key):
            raise SeedError(f"{where}: {key} is missing.")
    target = data.get("target", {})
    return TaskSeed(
        point=point,
        number=data["number"],
        title=data["title"],
        requirement=data["requirement"],
        lead=data["lead"],
        cooperating=data.get("cooperating", []),
        cadence=data.get("cadence", Cadence.ONCE.value),
        starts_on=data.get("starts_on"),
        due_on=data.get("due_on"),
        due_day=data.get("due_day"),
        target=Decimal(str(target["value"])) if target else None,
        unit=target.get("unit", ""),
        note=data.get("note", ""),
        from_policy=frozenset(data.get("from_policy", [])),
        milestones=[(item["on"], item["title"]) for item in data.get("milestones", [])],
        gates=frozenset(data.get("gates", [])),
    )


def _check(task: TaskSeed, plan: PlanSeed, where: str) -> None:
    """Raises SeedError for what a person would have to correct in the file."""
    days = [day for day in (task.starts_on, task.due_on, *(day for day, _ in task.milestones)) if day]
    repeated = [name for name, times in Counter(task.lead + task.cooperating).items() if times > 1]
    faults = {
        f"the title has more than {TITLE_LIMIT} characters": len(task.title) > TITLE_LIMIT,
        f"unknown cadence {task.cadence}": task.cadence not in Cadence.values,
        "a single task needs due_on": task.cadence == Cadence.ONCE and task.due_on is None,
        f"a day lies outside {plan.year}": any(day.year != plan.year for day in days),
        "the deadline lies before the plan's date": bool(task.due_on and task.due_on < plan.issued_on),
        "the target is negative": task.target is not None and task.target < 0,
        "a gate is neither proof nor own_head": not task.gates <= GATES,
        f"named twice: {'、'.join(repeated)}": bool(repeated),
    }
    for fault, is_true in faults.items():
        if is_true:
            raise SeedError(f"{where}: {fault}.")


def read_plan(year: int) -> PlanSeed:
    """The plan of a year from tasks/seed/plan_<year>/; raises SeedError."""
    folder = folder_of(year)
    head = _parse(folder / "plan.toml")
    plan = PlanSeed(head["issuer"], head["year"], head["title"], head["document_number"], head["issued_on"])
    for path in sorted(folder.glob("point_*.toml")):
        data = _parse(path)
        point = data["point"]
        if "title" in point:
            plan.points.append(PointSeed(point["number"], point["title"], point["short_title"], point["summary"]))
        for item in data.get("task", []):
            where = f"{path.name}, task {item.get('number', '?')}"
            task = _task(point["number"], item, where)
            _check(task, plan, where)
            plan.tasks.append(task)
    doubled = [number for number, times in Counter(task.number for task in plan.tasks).items() if times > 1]
    if doubled:
        raise SeedError(f"plan_{year}: these numbers stand twice: {', '.join(doubled)}.")
    return plan
