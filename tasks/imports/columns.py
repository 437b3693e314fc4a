"""Which column is what: the words above it, and what stands below.

A label decides where it is clear. What stands below decides between the meanings of a doubtful label, names
columns without a known label, and outvotes a label in one case: a column that repeats the work points is one.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from lib.sheets.read import Cell

from .cells import squeezed, text
from .headers import NO_FIELD, UNIT_FIELDS, Guess, Vocabulary

SAMPLE = 200
LONGEST = 200  # characters of a cell that are looked at
SURE = 0.7  # below this a person should look
_DAY = re.compile(
    r"\d{4}[-./年]\d{1,2}|[\d一二三四五六七八九十]{1,3}月|季度|半年|年底|年内|年末|全年|长期|常态|持续|每月|每季|每半年|即日"
)
_ORGANIZATION = re.compile(
    r"(?:局|委|办|厅|部|院|会|处|所|队|站|中心|公司|集团|政府|单位|部门|街道|镇|大学|支队|总队|企业|银行|管委会)"
    r"(?:[（(].{1,6}[)）])?(?:等|等部门|等单位)?(?:$|[、，,；;/\s|｜])"
)
_AMOUNT = re.compile(r"^(?:不少于|不低于|至少|≥|>=|达到|完成)?\s*[+-]?\d[\d,，.]*\s*(?:%|％|万|亿)?\D{0,8}$")
_MEASURE = re.compile(r"^[^\d\s]{1,5}$|^%$")
_NUMERAL = re.compile(r"^[（(]?[一二三四五六七八九十]{1,3}[)）]?[、.．,，：:\s]\S|^[一二三四五六七八九十]{1,2}$")
_COUNT = re.compile(r"^[（(\[]?(?:\d{1,4}(?:[.\-—]\d{1,3})*|[一二三四五六七八九十]{1,3}|[\u2460-\u2473])[)）\].、]?$")


class Column(NamedTuple):
    """What a column was taken for. `field` "" is left out; `reason` is exact, doubtful, sounds, content,
    other, hidden, twice, unknown or chosen; the page says it in words."""

    column: int
    label: str
    field: str
    sure: float
    reason: str


class Profile(NamedTuple):
    """What stands below a header, as shares of the cells that are not blank."""

    filled: float
    days: float
    organizations: float
    known: float  # units that the city has; where nobody knows, what sounds like one
    amounts: float
    measures: float
    points: float  # work points by name or numeral
    official: float  # work points by their official name
    numbers: float
    length: float
    distinct: float

    def fits(self, field: str) -> float | None:
        """How well the cells fit a field, 0 to 1; None where cells tell nothing."""
        short = 1.0 if self.length <= 6 else 0.3
        return {
            "number": self.numbers * self.distinct,
            "work_point": self.points,
            "title": min(self.length / 10, 1.0) * self.distinct * (1 - self.organizations) * (1 - self.amounts),
            "amount": self.amounts,
            "unit": self.measures * short * (1 - self.organizations),
            "lead": self.organizations,
            "responsible": self.organizations,
            "cooperating": self.organizations,
            "start": self.days,
            "deadline": self.days,
        }.get(field)


def profile(cells: Iterable[Cell], points: Mapping[str, int], is_unit: Callable[[str], bool] | None) -> Profile:
    """The profile of a column's cells; `points` are the squeezed names of the work points."""
    filled = [cell for cell in cells if cell not in (None, "")]
    words = [text(cell)[:LONGEST] for cell in filled]
    number = max(len(words), 1)

    def share(of: Callable[[str], object]) -> float:
        return sum(bool(of(word)) for word in words) / number

    def sounds(word: str) -> bool:
        return len(word) < 80 and bool(_ORGANIZATION.search(word))

    def is_known(word: str) -> bool:
        return is_unit is not None and any(is_unit(part) for part in re.split(r"[、，,；;/\s（(]+", word) if part)

    def point(word: str) -> bool:
        return squeezed(re.sub(r"^[（(]?[一二三四五六七八九十\d]{1,3}[)）]?[、.．,，：:\s]*", "", word)) in points

    dates = sum(isinstance(cell, datetime.date) for cell in filled) / number
    known, sounding = share(is_known), share(sounds)
    numerals, official = share(_NUMERAL.match), share(point)
    few = len(set(words)) <= max(12, len(words) / 3)
    return Profile(
        filled=1.0 if filled else 0.0,
        days=max(dates, share(lambda word: len(word) < 40 and _DAY.search(word))),
        organizations=max(known, sounding),
        known=known if is_unit else sounding,
        amounts=share(lambda word: _AMOUNT.match(word) and not _DAY.search(word)),
        measures=share(_MEASURE.match),
        points=max(official, numerals * 0.8 if few else 0.0),
        official=official,
        numbers=share(_COUNT.match),
        length=sum(map(len, words)) / number,
        distinct=len(set(words)) / number,
    )


class Taken(NamedTuple):
    """The columns of a header, and field → column."""

    columns: list[Column]

    @property
    def places(self) -> dict[str, int]:
        return {column.field: column.column for column in self.columns if column.field}

    @property
    def labels(self) -> dict[str, str]:
        return {column.field: column.label for column in self.columns if column.field}

    @property
    def fields(self) -> set[str]:
        return {column.field for column in self.columns if column.field}

    @property
    def sure(self) -> float:
        """As sure as the least sure of the columns that are read."""
        return min((column.sure for column in self.columns if column.field), default=0.0)


def by_label(labels: Sequence[str], hidden: Collection[int], words: Vocabulary) -> set[str]:
    """The fields that the labels alone name; a quick look whether a row may be a header."""
    found: set[str] = set()
    for index, label in enumerate(labels):
        if label and index not in hidden:
            found.update(field for field in words.guess(label).fields[:1] if field)
    return found


def take(
    labels: Sequence[str],
    hidden: Collection[int],
    profiles: Sequence[Profile],
    words: Vocabulary,
    chosen: Mapping[int, str] | None = None,
) -> Taken:
    """Gives each column at most one field and each field at most one column. `chosen` (column → field, "" for
    none) is what a person said of this layout before, and beats every guess."""
    chosen = chosen or {}
    offers: list[tuple[float, int, str, str]] = []  # (how sure, column, field, reason)
    guesses: list[Guess] = [words.guess(label) for label in labels]
    for index, guess in enumerate(guesses):
        if index in hidden or index in chosen:
            continue
        below = profiles[index]
        if below.official >= 0.6 and "work_point" in words.fields:
            offers.append((2.0, index, "work_point", "content"))
            continue
        offers += _offers(index, guess, below, words)
    fields: dict[int, tuple[str, float, str]] = {
        index: (field, 1.0, "chosen") for index, field in chosen.items() if index < len(labels)
    }
    taken = {field for field, _sure, _reason in fields.values() if field}
    for sure, index, field, reason in sorted(offers, key=lambda offer: (-offer[0], offer[1])):
        if index not in fields and field not in taken:
            fields[index] = field, min(sure, 1.0), reason
            taken.add(field)
    clear = {field for field, _sure, reason in fields.values() if reason in {"exact", "chosen"}}
    columns = []
    for index, label in enumerate(labels):
        known = fields.get(index) or _left_out(index, label, guesses[index], hidden)
        columns.append(Column(index, label, *_settled(known, guesses[index], profiles[index], clear)))
    return Taken(columns)


def _settled(
    known: tuple[str, float, str], guess: Guess, below: Profile, clear: Collection[str]
) -> tuple[str, float, str]:
    """A word of several meanings is no longer doubtful where other columns clearly have all but one of them, unless
    what stands below speaks against that one."""
    field, sure, reason = known
    if reason != "doubtful" or any(other not in clear for other in guess.fields if other != field):
        return known
    fit = below.fits(field)
    return known if fit is not None and fit < 0.3 else (field, max(sure, 0.85), reason)


def _offers(index: int, guess: Guess, below: Profile, words: Vocabulary) -> list[tuple[float, int, str, str]]:
    if guess.reason == "other":
        return []
    found = []
    for rank, field in enumerate(guess.fields):
        fit = below.fits(field)
        sure = guess.sure
        if guess.reason == "doubtful":
            sure = 0.45 + 0.5 * (0.8 if fit is None else fit) - 0.05 * rank
        elif fit is not None and below.filled and fit < 0.2 and field not in {"number", "unit", "work_point"}:
            sure -= 0.3  # the label says so, what stands below does not
        elif field == "title":
            sure -= 0.001 * max(0.0, 20 - below.length) + 0.2 * (1 - below.distinct)
        found.append((sure, index, field, guess.reason))
    if not guess.fields and below.filled:
        for field in words.fields:
            if field in {"note", "start"} or (field == "number" and below.length > 6):
                continue
            fit = (below.known if field in UNIT_FIELDS else below.fits(field)) or 0.0
            if fit >= 0.5:
                better = 0.02 if field in {"responsible", "number"} else 0.0
                found.append((min(0.6, 0.6 * fit) + better, index, field, "content"))
    return found


def _left_out(index: int, label: str, guess: Guess, hidden: Collection[int]) -> tuple[str, float, str]:
    if index in hidden:
        return NO_FIELD, 1.0, "hidden"
    if guess.reason == "other":
        return NO_FIELD, guess.sure, "other"
    if guess.fields:
        return NO_FIELD, 0.5, "twice"
    return NO_FIELD, 0.5 if label else 0.9, "unknown"


def is_list(fields: Collection[str]) -> bool:
    """True for the fields of a task list: the task, somebody who does it, and something more."""
    return "title" in fields and any(field in fields for field in UNIT_FIELDS) and len(fields) >= 3
