"""What a sheet is found to be: its tables, their columns and rows; and what one may know and look for beforehand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from lib.sheets import places
from lib.sheets.read import Cell, UnreadableFileError

from .cells import squeezed
from .columns import Column, is_list
from .headers import TASKS, Vocabulary

Choices = Mapping[str, Mapping[int, str]]  # fingerprint of a header → column → field


class Row(NamedTuple):
    """One row with a task: its place in the sheet (`number`, see places.py), its part of the table, and the run of
    numbers within which its own must be unique. A list of a hundred thousand is held as the sheet's own lines; a
    row's cells by field are put together when somebody asks. `point` is the section's work point, where the line
    itself has none."""

    number: int
    line: Sequence[Cell]
    places: Mapping[str, int]
    point: Cell
    part: int
    run: int

    @property
    def cells(self) -> dict[str, Cell]:
        """The cells by field."""
        found = {field: self.line[column] for field, column in self.places.items()}
        if self.point is not None:
            found["work_point"] = self.point
        return found

    @property
    def line_number(self) -> int:
        """The line of the sheet, from 1."""
        return places.line_of(self.number)


class Part(NamedTuple):
    """What stands below one header, repeated headers of the same words included. `start`: the column (0-based) where
    its list begins, if another one stands left of it. From column `beside` on another list stands beside it, which is
    not read; None where there is none."""

    header_rows: list[int]
    columns: list[Column]
    fingerprint: str
    sure: float
    beside: int | None = None
    start: int = 0

    @property
    def place(self) -> int:
        """Where its rows begin: the number of its first header (places.py)."""
        return places.place(self.header_rows[0], self.start)

    @property
    def labels(self) -> dict[str, str]:
        """Field → the sheet's own word for its column."""
        return {column.field: column.label for column in self.columns if column.field}


class Table(NamedTuple):
    """The tables of one sheet. `labels` are the words of all parts for their columns; `others` names further
    sheets with a list, which are not read; `hidden` counts rows that were read though the sheet hides them."""

    sheet: str
    title: str
    header_rows: list[int]
    labels: dict[str, str]
    rows: list[Row]
    skipped: list[int]
    parts: list[Part]
    others: list[str]
    hidden: int

    @property
    def sure(self) -> float:
        """As sure as the least sure column of any part."""
        return min((part.sure for part in self.parts), default=0.0)


class Rules(NamedTuple):
    """What one kind of sheet looks like."""

    words: Vocabulary
    is_list: Callable[[Collection[str]], bool]
    needed: str  # the headers that are missed, for the message
    named: tuple[str, ...]  # one of these makes a row without a title a row all the same
    sections: bool


class Known(NamedTuple):
    """What the finder may know beforehand; all of it may be left out."""

    points: Mapping[str, int] = {}  # squeezed name of a work point → its number
    is_unit: Callable[[str], bool] | None = None
    choices: Choices = {}


class UnknownLayoutError(UnreadableFileError):
    """The workbook is in order, but holds no list of this kind."""


TASK_LIST = Rules(
    TASKS,
    is_list,
    "序号、工作要点、重点任务、牵头单位、责任单位、完成时限",
    ("lead", "responsible", "cooperating", "deadline"),
    True,
)


def fingerprint(labels: Iterable[str]) -> str:
    """What two sheets of the same layout have in common: the words of the header in their order."""
    return hashlib.sha256("|".join(map(squeezed, labels)).encode()).hexdigest()[:16]
