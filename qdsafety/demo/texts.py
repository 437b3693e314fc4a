"""The words of the demo: a sentence that fits the task, the unit, the stage and the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import NamedTuple

from lib.formats import number

from .phrases import (
    APPROVED,
    COUNT,
    EVENT,
    FIXED,
    NEXT,
    OPEN,
    PAPER,
    PLANT,
    PLANT_NEXT,
    PLANT_PROBLEMS,
    PROBLEMS,
    SENT_BACK,
    SHARE,
    WHAT,
)

_PAPER_UNITS = frozenset("份项套件部支")
_EVENT_UNITS = frozenset("次场期轮条篇批卷")
FIRST, MIDDLE, LAST_STAGE, AGAIN = "first", "middle", "last", "again"


def family(target: Decimal | None, unit: str) -> str:
    """What the task's number counts, which decides how an office talks about it."""
    if target is None:
        return OPEN
    if unit == "%":
        return SHARE
    if unit in _EVENT_UNITS or unit in {"家次"}:
        return EVENT
    return PAPER if unit in _PAPER_UNITS or target <= 2 else COUNT


class Scene(NamedTuple):
    """Whose words: the task's title, family and unit of measure, and the places the unit speaks of."""

    work: str
    family: str
    unit: str
    places: Sequence[str]


class Writer:
    """Writes for one assignment and does not repeat a sentence in it while there are others."""

    def __init__(self, rng: Random, scene: Scene) -> None:
        self._rng = rng
        self._scene = scene
        self._used: set[str] = set()

    def _pick(self, sentences: Sequence[str]) -> str:
        fresh = [sentence for sentence in sentences if sentence not in self._used] or list(sentences)
        chosen = self._rng.choice(fresh)
        self._used.add(chosen)
        return chosen

    def _fill(self, sentence: str, **values: object) -> str:
        rng = self._rng
        return sentence.format(
            work=self._scene.work,
            unit=self._scene.unit,
            where=rng.choice(self._scene.places),
            n=rng.randint(2, 9),
            m=rng.randint(12, 68),
            **values,
        )

    def what(self, stage: str, quantity: Decimal, total: Decimal, percent: int) -> str:
        """What was done. Without an amount in it, a sentence of the middle stage falls back to the plain ones."""
        kind = self._scene.family
        if stage == AGAIN:
            return self._fill(self._pick(FIXED))
        sentences = WHAT[kind][stage]
        if not quantity and kind in (COUNT, EVENT, SHARE) and stage != FIRST:
            sentences = WHAT[OPEN][MIDDLE]
        elif not quantity and kind in (COUNT, SHARE):
            sentences = WHAT[OPEN][FIRST]
        return self._fill(self._pick(sentences), q=number(quantity), total=number(total), percent=percent)

    def problems(self) -> str:
        """What stands in the way; most entries name nothing."""
        found = PLANT_PROBLEMS if self._scene.family == PLANT else PROBLEMS
        return self._fill(self._pick(found)) if self._rng.random() < 0.3 else ""

    def next_steps(self, month: int) -> str:
        """What comes next, with `month` as the month to be ready by."""
        found = PLANT_NEXT if self._scene.family == PLANT else NEXT
        return self._fill(self._pick(found), month=month) if self._rng.random() < 0.55 else ""

    def approval(self) -> str:
        """A reviewer's short agreement."""
        return self._rng.choice(APPROVED)

    def refusal(self) -> str:
        """Why a submission was sent back."""
        return self._fill(self._pick(SENT_BACK))
