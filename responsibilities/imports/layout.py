"""Finds the table of duties on a sheet: header, columns, spread merges, section rows, footers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from lib.sheets import places
from lib.sheets.cells import text
from lib.sheets.merges import spread
from lib.sheets.read import Sheet
from lib.sheets.sides import beside, left_of, right_of
from organizations.imports.table import Choices, Column, fingerprint, with_choices

from .words import FOOTER, NEEDED, SECTION, SUPPORT, WORDS, kind_of

SEARCHED_ROWS = 40
FIELDS = {re.sub(r"\s", "", word): field for field, spellings in WORDS.items() for word in spellings}
Merge = tuple[tuple[int, int], tuple[int, int]]


class Line(NamedTuple):
    """A row that carries an item: its place in the sheet (lib/sheets/places.py), its cells by field, and the section
    above it."""

    row: int
    cells: dict[str, str]
    section: str


class Found(NamedTuple):
    """A sheet that holds a list. `above` is what stands over the header; a list that stands right of another begins
    in column `start`, and from column `beside` on there is a further one.

    Where `missing` names needed fields that no column has, there are no lines: a person has to say it first.
    """

    sheet: str
    above: list[str]
    header_rows: list[int]
    headers: dict[str, str]
    lines: list[Line]
    skipped: list[int]
    columns: list[Column]
    missing: list[str]
    fingerprint: str
    start: int = 0
    beside: int | None = None


def columns_of(cells: Sequence[Any]) -> dict[str, int]:
    """Field → column of a header row; a word in brackets behind the head does not matter."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if field := _field(cell):
            found.setdefault(field, index)
    return found


def _field(cell: Any) -> str:
    """What a head means; "" for nothing."""
    head = re.sub(r"\s", "", text(cell))
    return FIELDS.get(head) or FIELDS.get(re.sub(r"[（(].*[)）]$", "", head), "")


def is_header(columns: Collection[str]) -> bool:
    """True where the heads are those of a list of duties: an item, and two of what belongs to one."""
    return all(field in columns for field in NEEDED) and sum(field in columns for field in SUPPORT) >= 2


def find_all(sheet: Sheet, choices: Choices | None = None, start: int = 0) -> list[Found]:
    """The lists on a sheet: the one on the left, and those that stand beside it (权力清单 | 责任清单)."""
    found = find(sheet, choices, start)
    if found is None or found.beside is None:
        return [found] if found else []
    left = find(left_of(sheet, found.beside), choices, start)
    rest = right_of(sheet, found.header_rows[0] - 1, [found.beside] * len(sheet.rows))
    further = find_all(rest, choices, found.beside)
    if left is None:
        return further
    if left.lines and further and list(further[0].headers.values()) == list(left.headers.values()):
        further[0] = _going_on(further[0], left.lines[-1].section)  # a long list, set in two columns
    return [left, *further]


def _going_on(found: Found, section: str) -> Found:
    """The list as the rest of another that ended in a section."""
    return found._replace(lines=[line._replace(section=line.section or section) for line in found.lines])


def find(sheet: Sheet, choices: Choices | None = None, start: int = 0) -> Found | None:
    """The list on a sheet; None where it has none. A header may be of two rows, and may be repeated below.

    `choices` is what people said about columns, which beats the words. With them a header that says at least two
    things of a list is taken all the same, without its rows, so that a person can name what is missing.
    """
    best: tuple[int, int, dict[str, int], str] | None = None
    for index in range(min(len(sheet.rows), SEARCHED_ROWS)):
        columns = columns_of(sheet.rows[index])
        below = _second_row(sheet, index + 1, columns)
        last = index + bool(below)
        print_ = fingerprint(_labels(sheet, index, last), start)
        said = (choices or {}).get(print_, {})
        columns = with_choices(columns | below, said)
        if _is_known(columns, said):
            read = _read(sheet, index, last, columns, choices or {}, start)
            edge = beside([_field(label) for label in _labels(sheet, index, last)], is_header)
            return read._replace(beside=edge)
        if best is None or _telling(columns) > _telling(best[2]):
            best = index, last, columns, print_
    if choices is None or best is None or _telling(best[2]) < 2:
        return None
    index, last, columns, print_ = best
    missing = [field for field in NEEDED if field not in columns] or ["support"]
    return Found(
        sheet.name, [], list(range(index + 1, last + 2)), {}, [], [], _named(sheet, index, last, columns), missing,
        print_,
    )  # fmt: skip


def _is_known(columns: dict[str, int], said: Mapping[int, str]) -> bool:
    """True where the words make it a list, or a person spoke about this header and named the item."""
    return is_header(columns) or bool(said and all(field in columns for field in NEEDED))


def _telling(columns: dict[str, int]) -> int:
    """How many columns are such as lists of duties have and hardly another list."""
    return sum(field in columns for field in (*NEEDED, *SUPPORT))


def _labels(sheet: Sheet, first: int, last: int) -> list[str]:
    """The words over each column: of the second row of a header where it has one, otherwise of the first."""
    above, below = sheet.rows[first], sheet.rows[last]
    width = max(len(above), len(below))
    return [_at(below, place) or _at(above, place) for place in range(width)]


def _at(cells: Sequence[Any], place: int) -> str:
    return text(cells[place]) if place < len(cells) else ""


def _named(sheet: Sheet, first: int, last: int, columns: dict[str, int]) -> list[Column]:
    """What each column that has words, or was named by a person, was taken for."""
    taken = {place: field for field, place in columns.items()}
    labels = enumerate(_labels(sheet, first, last))
    return [Column(place, label, taken.get(place, "")) for place, label in labels if label or place in taken]


def _second_row(sheet: Sheet, index: int, columns: dict[str, int]) -> dict[str, int]:
    """The heads that a second row adds below grouped ones (责任主体 → 责任处室); none where it is no header."""
    if index >= len(sheet.rows) or "title" not in columns:
        return {}
    row = sheet.rows[index]
    if any(text(row[columns[name]]) for name in ("title", "number") if columns.get(name, len(row)) < len(row)):
        return {}
    return {name: at for name, at in columns_of(row).items() if name not in columns}


def _read(sheet: Sheet, first: int, last: int, columns: dict[str, int], choices: Choices, start: int) -> Found:
    above = [value for row in sheet.rows[:first] if (value := "".join(dict.fromkeys(filter(None, map(text, row)))))]
    labels = _labels(sheet, first, last)
    print_ = fingerprint(labels, start)
    headers = {field: labels[at] for field, at in columns.items() if at < len(labels)}
    shown = _named(sheet, first, last, columns)
    found = Found(sheet.name, above, list(range(first + 1, last + 2)), headers, [], [], shown, [], print_, start)
    section = ""
    wide = _wide(sheet.merges, last + 1)
    filled = spread(sheet, last + 1)
    for number, (cells, own) in enumerate(zip(filled, sheet.rows[last + 1 :], strict=True), last + 2):
        said = choices.get(fingerprint(own, start), {})
        repeated = with_choices(columns_of(own), said)
        if _is_known(repeated, said):
            found.header_rows.append(number)
            columns = repeated
            continue
        words = [value for value in map(text, own) if value]
        if not words:
            continue
        named = _section(words, number - 1 in wide)
        if named is not None:
            section = named or section
            found.skipped.append(number)
            continue
        values = {field: text(cells[at]) if at < len(cells) else "" for field, at in columns.items()}
        if FOOTER.match(words[0]) or not _is_item(values):
            found.skipped.append(number)
        else:
            found.lines.append(Line(places.place(number, start), values, section))
    return found


def _section(filled: list[str], is_wide: bool) -> str | None:
    """The words of a section row (一、权力清单); an empty string for another row that stands alone; None otherwise."""
    if len(set(filled)) != 1:
        return None
    if SECTION.match(filled[0]) and kind_of(filled[0]):
        return filled[0]
    return "" if is_wide else None


def _is_item(values: dict[str, str]) -> bool:
    """True where the row says what is done, or is numbered and says something of it."""
    if values["title"]:
        return not FOOTER.match(values["title"])
    others = [name for name in values if name not in {"category", "number", "unit", "list"} and values[name]]
    return bool(values.get("number", "")[:1].isdigit() and others) or len(others) >= 2


def _wide(merges: Sequence[Merge], first: int) -> set[int]:
    """0-based rows whose first cell is merged over at least three columns."""
    return {top for (top, left), (bottom, right) in merges if top >= first and top == bottom and right - left >= 2}
