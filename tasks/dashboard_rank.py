"""The ranking of units: who keeps deadlines, or who has finished most.

A unit with few assignments jumps between 0 and 100 by one of them; below LEAST it is listed without a rank.
Units with the same share (compared exactly, not as rounded percents) hold the same rank; the next one's rank
counts all before it: 1, 1, 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from lib import formats

from .dashboard import Figures, Scope
from .dashboard_matrix import CLOSED, Links, Row, percent_words

LEAST = 5  # so many assignments are needed for a rank
ENDS = 5  # ranks shown at each end before the rest is unfolded
FOLDED = 100  # so many folded lines a page carries along; more of them are a step away
KEPT = "kept"  # handed in by the deadline, of those whose deadline has passed
DONE = "done"  # signed off, of all
MEASURES = (KEPT, DONE)


class Place(NamedTuple):
    """A unit with its rank (0 = too few to rank)."""

    rank: int
    row: Row
    part: int
    whole: int


def parts(figures: Figures, measure: str) -> tuple[int, int]:
    """Numerator and denominator of a measure."""
    return (figures.kept, figures.due) if measure == KEPT else (figures.closed, figures.total)


def ranking(rows: Sequence[Row], measure: str) -> list[Place]:
    """Ranked units, best first and ties in official order, then those with too few; none without any."""
    counted = [(row, *parts(row.figures, measure)) for row in rows]
    enough = [entry for entry in counted if entry[2] >= LEAST]
    enough.sort(key=lambda entry: Fraction(entry[1], entry[2]), reverse=True)
    places: list[Place] = []
    for index, (row, part, whole) in enumerate(enough, 1):
        before = places[-1] if places else None
        tied = before is not None and part * before.whole == before.part * whole
        places.append(Place(before.rank if before and tied else index, row, part, whole))
    return places + [Place(0, row, part, whole) for row, part, whole in counted if 0 < whole < LEAST]


class ShownPlace(NamedTuple):
    """One line of the ranking, ready to print."""

    rank: str
    label: str
    name: str
    href: str
    percent: int
    share: str
    part: str
    part_href: str
    whole: str
    whole_href: str


class Ranking(NamedTuple):
    """The lines: the best, those between (unfolded on demand), the last, and those with too few.

    `left_out` counts the lines between and with too few that the page does not carry.
    """

    first: list[ShownPlace]
    between: list[ShownPlace]
    last: list[ShownPlace]
    few: list[ShownPlace]
    left_out: int = 0

    @property
    def ranked(self) -> list[ShownPlace]:
        """All with a rank."""
        return [*self.first, *self.between, *self.last]


def shown_ranking(
    places: Sequence[Place], measure: str, links: Links, scope: Scope, passed: str, whole: bool = True
) -> Ranking:
    """The ranking for the page. `passed` is the last day whose deadlines have passed.

    Unless the `whole` is asked for, a long one shows its two ends only and counts the rest.
    """

    def shown(some: Sequence[Place]) -> list[ShownPlace]:
        return [_shown(place, measure, links, scope, passed) for place in some]

    ranked, few = [place for place in places if place.rank], [place for place in places if not place.rank]
    if len(ranked) <= 2 * ENDS + 2:
        first, between, last = ranked, ranked[:0], ranked[:0]
    else:
        first, between, last = ranked[:ENDS], ranked[ENDS:-ENDS], ranked[-ENDS:]
    folded = len(between) + len(few)
    if folded > FOLDED and not whole:
        return Ranking(shown(first), [], shown(last), [], folded)
    return Ranking(shown(first), shown(between), shown(last), shown(few))


def _shown(place: Place, measure: str, links: Links, scope: Scope, passed: str) -> ShownPlace:
    unit, query = place.row.unit, place.row.query
    if measure == KEPT:
        part_href = links.ledger(query, signal="ok,done", due_to=passed)
        whole_href = links.ledger(query, due_to=passed)
    else:
        part_href, whole_href = links.ledger(query, signal=CLOSED), links.ledger(query)
    percent = 100 * place.part // place.whole
    return ShownPlace(
        rank=str(place.rank) if place.rank else "–",
        label=unit.label,
        name=unit.name,
        href=links.board(under=unit.pk) if unit.pk != scope.root.pk else "",
        percent=percent,
        share=percent_words(percent),
        part=formats.number(place.part),
        part_href=part_href,
        whole=formats.number(place.whole),
        whole_href=whole_href,
    )
