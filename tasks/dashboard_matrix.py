"""The matrix units × work points: which rows it has, how they are ordered, what each cell says.

A row is the scope's own unit, one directly below it (with all that is under that), or an enterprise regulated
from elsewhere: every assignment of the scope is in exactly one row, so the rows add up to the totals. With a
kind chosen, a row is any unit of that kind. "Alone" leaves out what is under a unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lib import formats
from lib.templatetags.ui import icon
from organizations.models import Organization

from .dashboard import Count, Figures, Scope, Unit, add
from .models import Plan, WorkPoint
from .states import Signal

KINDS = Organization.Kind
IDLE = "idle"  # units that owe nothing, instead of a kind
SORTS = ("order", "trouble", "done", "least")
CLOSED = "done,late"


class Row(NamedTuple):
    """A unit and its figures by work point (in the order of the points)."""

    unit: Unit
    query: dict[str, str]
    cells: list[Figures]
    figures: Figures


class Links:
    """Addresses of the ledger and the dashboard of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.ledger_at = reverse("ledger", kwargs={"year": plan.year})
        self.board_at = reverse("dashboard", kwargs={"year": plan.year})

    def ledger(self, *parts: Mapping[str, object], **also: object) -> str:
        """The rows that all these conditions select."""
        query: dict[str, object] = {}
        for part in (*parts, also):
            query |= part
        return f"{self.ledger_at}?{urlencode(query, safe=',')}" if query else self.ledger_at

    def board(self, **query: object) -> str:
        """The dashboard with these parameters."""
        return f"{self.board_at}?{urlencode(query)}" if query else self.board_at


# ------------------------------------------------------------------ rows
def _chosen(scope: Scope, units: Sequence[Unit], kind: str) -> list[Unit]:
    if kind:
        return [unit for unit in units if unit.kind == kind]
    root = scope.root
    depth = root.path.count("/") + 1
    return [
        unit
        for unit in units
        if unit.path == root.path or not unit.path.startswith(root.path) or unit.path.count("/") == depth
    ]


def _query(unit: Unit, alone: bool) -> dict[str, str]:
    """What the ledger is asked for a row: the unit with all below it, or the unit itself."""
    return {"unit" if alone else "under": str(unit.pk)}


def matrix_rows(
    scope: Scope, units: Sequence[Unit], points: Sequence[WorkPoint], counts: Iterable[Count], kind: str, alone: bool
) -> list[Row]:
    """All rows in official order, also those without assignments. `kind` is a Kind or empty."""
    chosen = _chosen(scope, units, kind)
    by_pk = {unit.pk: unit for unit in chosen}
    single = {unit.pk for unit in chosen if _stands_alone(scope, unit, kind, alone)}
    homes = {unit.pk: _homes(unit, by_pk, single) for unit in units}
    column = {point.pk: index for index, point in enumerate(points)}
    heaps: dict[tuple[int, int], list[Figures]] = defaultdict(list)
    for count in counts:
        for home in homes.get(count.organization, ()):
            heaps[home, column[count.point]].append(count.figures)
    found = []
    for unit in chosen:
        cells = [add(heaps.get((unit.pk, index), ())) for index in range(len(points))]
        found.append(Row(unit, _query(unit, unit.pk in single), cells, add(cells)))
    return found


def _stands_alone(scope: Scope, unit: Unit, kind: str, alone: bool) -> bool:
    """True for a row that counts the unit without what is under it."""
    regulated_elsewhere = not unit.path.startswith(scope.root.path)
    return alone or regulated_elsewhere or (not kind and unit.pk == scope.root.pk)


def _homes(unit: Unit, rows: dict[int, Unit], single: set[int]) -> list[int]:
    """The rows that count a unit's assignments."""
    above = (int(part) for part in unit.path.split("/") if part)
    return [pk for pk in above if pk in rows and (pk == unit.pk or pk not in single)]


def sort_rows(rows: Sequence[Row], by: str) -> list[Row]:
    """In official order, by trouble, or by what was signed off; the official order decides ties."""
    if by == "trouble":
        return sorted(rows, key=lambda row: (-row.figures.over, -row.figures.soon))
    if by in ("done", "least"):
        sign = -1 if by == "done" else 1
        return sorted(rows, key=lambda row: (not row.figures.total, sign * _share(row.figures)))
    return list(rows)


def _share(figures: Figures) -> float:
    return figures.closed / figures.total if figures.total else 0.0


# ------------------------------------------------------------------ words
class ShownRow(NamedTuple):
    """One row, ready to print."""

    label: str
    name: str
    href: str
    cells: list[SafeString]
    closed: SafeString
    percent: str


def cell_text(figures: Figures) -> str:
    """What a cell says, without its colour: overdue 2, due soon 1, 3/5, a dash."""
    worst = figures.worst
    if not worst:
        return "–"
    if worst in ("over", "soon"):
        return f"{Signal(worst).label} {formats.number(getattr(figures, worst))}"
    return f"{formats.number(figures.closed)}/{formats.number(figures.total)}"


class Words:
    """Words of a matrix, translated once for all its cells."""

    def __init__(self) -> None:
        self.sentence = _("%(unit)s · point %(point)s: %(state)s, %(closed)s of %(total)s signed off")
        self.unit_word = _("items") if formats.is_chinese() else ""  # a narrow cell has no room for English words
        self.labels = {signal.value: str(signal.label) for signal in Signal}
        self.icons = {name: icon(f"s-{name}") for name in ("ok", "soon", "over", "done", "late")}

    def title(self, unit: str, point: str, figures: Figures) -> str:
        """The full sentence of a cell."""
        named = ("over", "soon") if figures.worst in ("over", "soon") else (figures.worst,)
        states = [(self.labels[key], getattr(figures, key)) for key in named if getattr(figures, key)]
        state = _(", ").join(f"{label} {formats.number(number)}" for label, number in states)
        return self.sentence % {
            "unit": unit, "point": point, "state": state,
            "closed": formats.number(figures.closed), "total": formats.number(figures.total),
        }  # fmt: skip


def shown_rows(rows: Sequence[Row], points: Sequence[WorkPoint], links: Links, scope: Scope) -> list[ShownRow]:
    """Rows as they are printed; a unit's name leads to its own dashboard."""
    words = Words()
    names = [(str(point.number), formats.ordinal(point.number)) for point in points]
    found = []
    for row in rows:
        cells = [
            _cell(figures, row.query | {"point": number}, (row.unit.label, name), words, links)
            for figures, (number, name) in zip(row.cells, names, strict=True)
        ]
        found.append(
            ShownRow(
                row.unit.label,
                row.unit.name,
                links.board(under=row.unit.pk) if row.unit.pk != scope.root.pk else "",
                cells,
                fraction(row.figures, row.query, links),
                percent_words(row.figures.percent),
            )
        )
    return found


def total_row(cells: Sequence[Figures], points: Sequence[WorkPoint], links: Links, scope: Scope) -> ShownRow:
    """The whole scope by work point."""
    words, label = Words(), _("All units")
    shown = [
        _cell(figures, scope.query | {"point": str(point.number)}, (label, name), words, links)
        for figures, point in zip(cells, points, strict=True)
        for name in [formats.ordinal(point.number)]
    ]
    figures = add(cells)
    return ShownRow(label, "", "", shown, fraction(figures, scope.query, links), percent_words(figures.percent))


def percent_words(percent: int | None) -> str:
    """68%, or a dash where nothing was to be done."""
    return "–" if percent is None else f"{percent}%"


def fraction(figures: Figures, query: dict[str, str], links: Links) -> SafeString:
    """23/34: both numbers lead to their rows."""
    if not figures.total:
        return SafeString("–")
    all_rows = format_html('<a href="{}">{}</a>', links.ledger(query), formats.number(figures.total))
    return format_html("{}/{}", _closed(figures, query, links), all_rows)


def _closed(figures: Figures, query: dict[str, str], links: Links) -> SafeString:
    """The number signed off; a link unless it is nought."""
    if not figures.closed:
        return SafeString("0")
    href = links.ledger(query, signal=CLOSED)
    return format_html('<a class="n" href="{}">{}</a>', href, formats.number(figures.closed))


def _cell(figures: Figures, query: dict[str, str], place: tuple[str, str], words: Words, links: Links) -> SafeString:
    """One cell. Its shape and ground are a link as a whole; `n` is a number of its own on top of it."""
    worst = figures.worst
    if not worst:
        return SafeString('<td class="na">–</td>')
    mark, title = words.icons[worst], words.title(*place, figures)
    if worst in ("over", "soon"):
        number = formats.number(getattr(figures, worst))
        return format_html(
            '<td class="sig-{}"><a class="all" href="{}" title="{}">{}{}<span class="full"> {}</span></a></td>',
            worst, links.ledger(query, signal=worst), title, mark, number, words.unit_word,
        )  # fmt: skip
    closed = _closed(figures, query, links)
    return format_html(
        '<td class="sig-{}" title="{}"><div>{}<span class="full">{}/</span>'
        '<a class="all" href="{}" aria-label="{}"><span class="full">{}</span></a></div></td>',
        worst, title, mark, closed, links.ledger(query), title, formats.number(figures.total),
    )  # fmt: skip
