"""The first draft of a report's text: the quarter's progress entries as dated sentences, task by task.

Written in Chinese whatever language the page is read in: it is the wording of an office document.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from tasks.models import ProgressEntry

from .asof import Snapshot, midnight

SENTENCES = 2  # of a task, the latest: a report is read, not searched
NAMED = 3  # tasks named beside a problem that several have in common
LENGTH = 160  # characters of a sentence
STOPS = "。！？；.!?;"


class Entry(NamedTuple):
    """What a text is made of."""

    task: int
    organization: int
    happened_on: datetime.date
    what: str
    problems: str
    next_steps: str


class Text(NamedTuple):
    """The prefilled text of one report; `narrative` by number of the work point."""

    narrative: dict[str, str]
    problems: str
    next_steps: str


def entries_of(snapshot: Snapshot, organizations: Iterable[int]) -> dict[int, list[Entry]]:
    """The entries logged in the quarter by unit, earliest first. One query."""
    days = snapshot.days
    after = midnight(days.last + datetime.timedelta(days=1))
    rows = ProgressEntry.objects.filter(
        plan=snapshot.plan, assignment__organization__in=list(organizations), created_at__gte=midnight(days.first),
        created_at__lt=after,
    ).order_by("created_at", "id")  # fmt: skip
    columns = ("assignment__task_id", "assignment__organization_id", "happened_on", "what", "problems", "next_steps")
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in rows.values_list(*columns):
        found[row[1]].append(Entry(*row))
    return found


def draft(snapshot: Snapshot, entries: Iterable[Entry]) -> Text:
    """The text of one unit's report."""
    by_task: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_task[entry.task].append(entry)
    narrative: dict[str, list[str]] = defaultdict(list)
    problems: dict[str, list[str]] = defaultdict(list)
    next_steps: dict[str, list[str]] = defaultdict(list)
    for pk, task in snapshot.tasks.items():
        if pk not in by_task:
            continue
        told = by_task[pk]
        sentences = [f"{_day(entry.happened_on)}，{_sentence(entry.what)}" for entry in _latest(told)]
        narrative[str(task.point)].append(f"{task.title}：{''.join(sentences)}")
        for text in _once(entry.problems for entry in told):
            problems[text].append(task.title)
        for text in _once(entry.next_steps for entry in told)[-1:]:
            next_steps[text].append(task.title)
    return Text(
        {number: _lines(parts) for number, parts in narrative.items()},
        _lines([_shared(text, titles) for text, titles in problems.items()]),
        _lines([_shared(text, titles) for text, titles in next_steps.items()]),
    )


def _shared(text: str, titles: list[str]) -> str:
    """What several tasks have in common, said once: 经费拨付较晚（建立台账、组织检查等 5 项任务）。"""
    names = "、".join(titles[:NAMED])
    more = f"等 {len(titles)} 项任务" if len(titles) > NAMED else ""
    return f"{text.rstrip(STOPS)}（{names}{more}）。"


def _latest(entries: list[Entry]) -> list[Entry]:
    """The last few, without repeating the same words."""
    seen: dict[str, Entry] = {}
    for entry in entries:
        seen.pop(entry.what, None)
        seen[entry.what] = entry
    return sorted(list(seen.values())[-SENTENCES:], key=lambda entry: entry.happened_on)


def _once(texts: Iterable[str]) -> list[str]:
    return [_sentence(text) for text in dict.fromkeys(texts) if text.strip()]


def _sentence(text: str) -> str:
    """One line that ends with a stop, cut where it would be a page."""
    line = " ".join(text.split())
    if len(line) > LENGTH:
        line = line[: LENGTH - 1].rstrip(STOPS + "，, ") + "……"
    return line if line.endswith((*STOPS, "…")) else f"{line}。"


def _lines(parts: list[str]) -> str:
    """Numbered where there is more than one: 1. …"""
    if len(parts) < 2:
        return "".join(parts)
    return "\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1))


def _day(day: datetime.date) -> str:
    return f"{day.month}月{day.day}日"
