"""Looking for headers of one to three rows on one sheet, and reading what stands below them.

Nothing here asks the database: the work points' names and the known units come as plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lib.sheets.merges import spread
from lib.sheets.places import place
from lib.sheets.read import Cell, Sheet
from lib.sheets.sides import beside

from . import sections
from .cells import squeezed, text
from .columns import SAMPLE, Taken, by_label, profile, take
from .headers import squeeze
from .table import Known, Part, Row, Rules, Table, fingerprint

SCANNED = 60  # a header is looked for in any case among so many first rows; further down only known words count
DEEPEST = 3
LOOKS = 40
LOOKED_AT = 3000  # cells


class Header(NamedTuple):
    top: int
    depth: int
    labels: list[str]
    taken: Taken
    beside: int | None = None  # where another list begins beside this one

    @property
    def own_words(self) -> list[str]:
        """The words of this list alone."""
        return [label for label in self.labels[: self.beside] if label]


class Finder:
    """Looks for headers on one sheet and reads what stands below them."""

    def __init__(self, sheet: Sheet, known: Known, rules: Rules, starts: Sequence[int] = ()) -> None:
        """`starts`: for each row the column where the list begins, if another one stands left of it (sides.py)."""
        self.sheet, self.known, self.rules, self.starts = sheet, known, rules, starts
        self.cells = spread(sheet)
        self.reader = self._reader()
        self.words: list[str] = []  # of the first header that was read
        self.nearest: list[str] = []  # the words of what came closest to a header
        self._looks = 0
        self._wide: dict[int, list[tuple[int, int]]] = {}  # row → (column, last column) of a merged word
        for (top, left), (_bottom, right) in sheet.merges:
            if right > left:
                self._wide.setdefault(top, []).append((left, right))

    def _reader(self, run: int = 0) -> sections.Reader:
        return sections.Reader(self.rules.named, self.known.points if self.rules.sections else None, run)

    # ------------------------------------------------------------ headers
    def first(self, certain: bool) -> Header | None:
        """The topmost header; with `certain` one whose words say all that is needed."""
        rows = self.sheet.rows
        best: Header | None = None
        for top in range(len(rows)):
            if top >= SCANNED and (not certain or self.rules.words.labels.isdisjoint(rows[top])):
                continue
            if not certain and sum(map(_filled, rows[top])) < 3:
                continue
            header = self.header(top, certain)
            if header is None:
                continue
            if certain:
                return header
            if best is None or header.taken.sure * len(header.taken.fields) > best.taken.sure * len(best.taken.fields):
                best = header
        return best

    def header(self, top: int, certain: bool = True) -> Header | None:
        """The header that begins on this row, of as few rows as say the most; None where none does."""
        if not _may_head(self.sheet.rows[top]):
            return None
        best: Header | None = None
        for depth in range(1, min(DEEPEST, len(self.sheet.rows) - top) + 1):
            labels = self._labels(top, depth)
            if labels is None:
                break
            named = by_label(labels, self.sheet.hidden_columns, self.rules.words)
            if len(named) >= 2 and len(named) > len(self.nearest):
                self.nearest = [label for label in labels if label]
            print_ = fingerprint(labels)
            if certain and not self.rules.is_list(named) and len(named) < 2 and print_ not in self.known.choices:
                continue
            beside = self._beside(labels) if len(named) > 2 else None
            taken = self._take(top + depth, labels, print_, beside)
            clear = {c.field for c in taken.columns if c.field and (c.reason != "content" or c.sure > 0.9)}
            enough = clear if certain else taken.fields
            if not certain and "deadline" not in enough:
                continue  # guessed from the contents, much is a list
            if self.rules.is_list(enough) and (best is None or len(taken.fields) > len(best.taken.fields)):
                best = Header(top, depth, labels, taken, beside)
        return best

    def _labels(self, top: int, depth: int) -> list[str] | None:
        """The words above each column; None where the rows are no header of this depth."""
        labels = self._words(top)
        if depth > 1 and len(set(filter(None, labels))) < 2:
            return None
        above = set(range(len(labels)))  # columns whose word stands in the first row
        groups: set[int] = set()
        for level in range(top + 1, top + depth):
            if not _may_head(self.sheet.rows[level]):
                return None
            below = self._words(level)
            groups = self._groups(level - 1, below, groups)
            if not any(below):
                return None
            for column, word in enumerate(below):
                if word and labels[column] and column not in groups:
                    return None  # two words one below the other, neither of a group: the second is a value
                if word:
                    above.discard(column)
                    whole = labels[column] + word
                    alone, joined = self.rules.words.guess(word), self.rules.words.guess(whole)
                    labels[column] = whole if not alone.fields and joined.fields else word
        if depth > 1 and not any(labels[column] for column in above):
            return None  # the first row says nothing of its own: it is a line above the header
        return labels

    def _words(self, level: int) -> list[str]:
        """The words of a row, each in all columns over which it is merged."""
        row = self.sheet.rows[level]
        words = [squeeze(text(cell)) for cell in row]
        for column, right in self._wide.get(level, ()):
            for further in range(column + 1, min(right + 1, len(words))):
                words[further] = words[further] or words[column]
        return words

    def _groups(self, level: int, below: list[str], outer: set[int]) -> set[int]:
        """Columns under a word that stands over several: merged, or followed by blanks that have words below."""
        row = [squeeze(text(cell)) for cell in self.sheet.rows[level]]
        found: set[int] = set()
        for column, right in self._wide.get(level, ()):
            if column < len(row) and row[column]:
                found.update(range(column, right + 1))
        for column, word in enumerate(row):
            right = column
            while word and column not in found and right + 1 < len(row) and not row[right + 1] and below[right + 1]:
                right += 1
            if right > column and all(below[column : right + 1]):
                found.update(range(column, right + 1))
        return found | {column for column in outer if column < len(row) and not row[column]}

    def _beside(self, labels: list[str]) -> int | None:
        """The column where a second list begins: its words say once more all that a list needs."""
        fields = [next(iter(self.rules.words.guess(label).fields), "") if label else "" for label in labels]
        return beside(fields, self.rules.is_list)

    def _take(self, first: int, labels: list[str], print_: str, beside: int | None) -> Taken:
        """What the columns are; those from `beside` on are nothing. A sheet that keeps looking like a header gets
        no more than so many thorough looks."""
        self._looks += 1
        rows = max(20, LOOKED_AT // max(len(labels), 1)) if self._looks <= LOOKS else 0
        sample = [row for row in self.cells[first : first + min(rows, SAMPLE)] if sum(map(_filled, row)) > 1]
        profiles = [
            profile((row[column] for row in sample), self.known.points, self.known.is_unit)
            for column in range(len(labels))
        ]
        hidden = self.sheet.hidden_columns
        if beside is not None:
            hidden = hidden | set(range(beside, len(labels)))
        return take(labels, hidden, profiles, self.rules.words, self.known.choices.get(print_))

    # ------------------------------------------------------------ rows
    def table(self, header: Header, left: Finder | None = None) -> Table:
        """Everything from a header to the end of the sheet. `left` has read the list to the left, which this one
        may go on: below the same words sections and numbers run on, below others both begin anew."""
        self.words = header.own_words
        goes_on = left is not None and left.words == self.words
        if left is not None:
            self.reader = left.reader if goes_on else self._reader(left.reader.run + 1)
        reader = self.reader
        if self.rules.sections and not goes_on:
            for row in self.sheet.rows[: header.top]:
                reader.title_above(row)
        parts: list[Part] = []
        rows: list[Row] = []
        skipped: list[int] = []
        current: Header | None = header
        places = header.taken.places
        index = header.top
        while index < len(self.cells):
            found = header if index == header.top else self._again(index, current)
            if found is not None:
                current = self._begin(parts, found, reader, goes_on)
                places = current.taken.places
                index += found.depth
                continue
            line = self.cells[index]
            index += 1
            if current is not None and current.beside is not None:
                line = [*line[: current.beside], *[None] * (len(line) - current.beside)]
            if not any(map(_filled, self.sheet.rows[index - 1])):
                continue
            if current is None or self._foreign(index - 1):
                current = None
                skipped.append(index)
                continue
            cells = reader.row(line, places)
            if cells is None:
                skipped.append(index)
            else:
                point = cells.get("work_point") if self.rules.sections else None
                number = place(index, self.starts[index - 1]) if self.starts else index
                rows.append(Row(number, line, places, point, len(parts) - 1, reader.run))
        labels = {field: word for part in reversed(parts) for field, word in part.labels.items()}
        hidden = sum(row.line_number - 1 in self.sheet.hidden_rows for row in rows)
        heads = sorted(number for part in parts for number in part.header_rows)
        return Table(self.sheet.name, self._title(header.top), heads, labels, rows, skipped, parts, [], hidden)

    def _begin(self, parts: list[Part], header: Header, reader: sections.Reader, goes_on: bool) -> Header:
        numbers = list(range(header.top + 1, header.top + header.depth + 1))
        print_ = fingerprint(header.labels)
        if parts and parts[-1].fingerprint == print_:
            parts[-1].header_rows.extend(numbers)
            reader.repeated()
        else:
            start = self.starts[header.top] if self.starts else 0
            parts.append(Part(numbers, header.taken.columns, print_, header.taken.sure, header.beside, start))
            if goes_on and len(parts) == 1:
                reader.repeated()
            else:
                reader.begin(first=len(parts) == 1)
        return header

    def _again(self, index: int, current: Header | None) -> Header | None:
        """A further header: the same words once more, or another one that says all that is needed."""
        row = self.sheet.rows[index]
        if self.rules.words.labels.isdisjoint(row):
            place = current.taken.places.get("title", 0) if current is not None else 0
            if current is None or row[place] != self.sheet.rows[current.top][place]:
                return None
        if current is not None and self._labels(index, current.depth) == current.labels:
            return Header(index, current.depth, current.labels, current.taken, current.beside)
        found = self.header(index)
        return found if found is not None and len(found.taken.fields) >= 3 else None

    def _foreign(self, index: int) -> bool:
        """The header of a table of another kind: what follows is none of ours."""
        row = self.sheet.rows[index]
        if self.rules.words.labels.isdisjoint(row) or not _may_head(row) or sum(map(_filled, row)) < 3:
            return False
        guesses = [self.rules.words.guess(squeeze(cell)) for cell in row if isinstance(cell, str) and cell]
        return sum(guess.reason in {"exact", "other", "doubtful"} for guess in guesses) >= 3

    def _title(self, top: int) -> str:
        """The table's title: the longest line above the header that is no form line (填报单位 …)."""
        lines = [text(next((cell for cell in row if text(cell)), None)) for row in self.sheet.rows[:top]]
        plain = [line for line in lines if not sections.is_form_line(line)]
        return max(plain, key=lambda line: len(squeezed(line)), default="")


def _filled(cell: Cell) -> bool:
    return cell is not None and cell != "" and not (isinstance(cell, str) and not cell.strip())


def _may_head(row: Iterable[Cell]) -> bool:
    """Words only, none of them long."""
    return all(not _filled(cell) or (type(cell) is str and len(cell) <= 40) for cell in row)
