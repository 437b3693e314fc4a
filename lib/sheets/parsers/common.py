"""What all parsers share: limits, refusals, frames, cell references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

FRAME_ROWS = 2000
MAX_CHARACTERS = 20_000_000  # of all texts of a sheet: the parent holds them as well
Frame = tuple[Any, ...]


class Limits(NamedTuple):
    """The largest sheet that is read."""

    rows: int
    columns: int
    cells: int


class Refused(Exception):
    """The file is not read; `code` and `details` become a sentence in the parent."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def facts(**known: Any) -> dict[str, Any]:
    """What is known of a sheet besides its values; cells are (row, column), 0-based.

    merges: [((top, left), (bottom, right))], hidden_rows and hidden_columns: numbers, percents: cells,
    broken: {cell: what stands there instead of a value}.
    """
    return {"merges": [], "hidden_rows": [], "hidden_columns": [], "percents": [], "broken": {}} | known


def in_frames(rows: Iterable[list[Any]]) -> Iterator[Frame]:
    """Rows in portions; equal texts of a portion become one object, which the pickle then writes once."""
    part: list[list[Any]] = []
    known: dict[str, str] = {}
    length = 0
    for row in rows:
        part.append([known.setdefault(cell, cell) if type(cell) is str and cell else cell for cell in row])
        if len(part) == FRAME_ROWS:
            length += sum(map(len, known))
            if length > MAX_CHARACTERS:
                raise Refused("memory")
            yield "rows", part
            part, known = [], {}
    if length + sum(map(len, known)) > MAX_CHARACTERS:
        raise Refused("memory")
    if part:
        yield "rows", part


def check_size(sheet: str, height: int, width: int, limits: Limits, cell: str = "") -> None:
    """Raises Refused for a sheet beyond the limits; `cell` is what stands out there, where it is known."""
    if height > limits.rows or width > limits.columns or height * width > limits.cells:
        raise Refused("too_large", sheet=sheet, rows=height, columns=width, cell=cell)


def place(reference: str) -> tuple[int, int]:
    """B5 → (4, 1)."""
    column = 0
    for position, char in enumerate(reference):
        if char.isdigit():
            return int(reference[position:]) - 1, column - 1
        column = column * 26 + ord(char) - 64
    return 0, column - 1


def reference(row: int, column: int) -> str:
    """(4, 1) → B5."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
