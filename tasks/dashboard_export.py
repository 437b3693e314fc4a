"""The dashboard as a workbook: the figures as shown, one sheet for each part, all pages of the matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lib import formats
from lib.sheets.write import Column, Sheet

from .dashboard_matrix import cell_text, percent_words
from .dashboard_page import Dashboard

Cells = tuple[Any, ...]


def sheets_of(board: Dashboard) -> list[Sheet]:
    """Totals, matrix, curve, ranking and changes."""
    note = board.conditions()
    points = [Column(f"{formats.ordinal(p.number)} {p.short_title or p.title}", 12) for p in board.points]
    matrix = [Column(_("Unit"), 26), *points, Column(_("Signed off"), 10), Column(_("All"), 8), Column("%", 8)]
    curve = [Column(_("Day"), 14), Column(_("Deadline passed"), 16), Column(pgettext("pace", "Plan"), 10)]
    curve += [Column(_("Signed off"), 12), Column(_("Done"), 10)]
    kept = board.measure == "kept"
    share = Column(_("On time") if kept else _("Done"), 12)
    parts = [Column(_("Handed in by the deadline"), 24), Column(_("Deadline passed"), 16)]
    ranking = [Column(_("Rank"), 8), Column(_("Unit"), 26), share]
    ranking += parts if kept else [Column(_("Signed off"), 12), Column(_("All"), 10)]
    changes = [Column(_("Change"), 32), Column(_("Number"), 10), Column(_("Units"), 60)]
    return [
        Sheet(_("Totals"), [Column(_("Total"), 28), Column(_("Number"), 12)], _totals(board), note),
        Sheet(_("Units and work points"), matrix, _matrix(board), note),
        Sheet(_("Completion curve"), curve, _curve(board), note),
        Sheet(_("Ranking"), ranking, _ranking(board), note),
        Sheet(_("This week"), changes, _changes(board), f"{note} ({board.week()})"),
    ]


def _totals(board: Dashboard) -> Iterator[Cells]:
    figures = board.total
    yield _("All assignments"), figures.total
    for tile in board.tiles()[1:]:
        yield tile.label, getattr(figures, tile.signal)
    yield _("Deadline passed"), figures.due
    yield _("Handed in by the deadline"), figures.kept
    yield _("Kept deadlines"), percent_words(figures.kept_percent)


def _matrix(board: Dashboard) -> Iterator[Cells]:
    lines = [(row.unit.label, row.cells, row.figures) for row in board.rows]
    if board.adds_up:
        lines.append((_("All units"), board.by_point, board.total))
    for label, cells, figures in lines:
        texts = [cell_text(cell) for cell in cells]
        yield label, *texts, figures.closed, figures.total, percent_words(figures.percent)


def _curve(board: Dashboard) -> Iterator[Cells]:
    for point, row in zip(board.curve, board.curve_rows(), strict=True):
        yield point.day, point.due, row.plan, point.done, row.real


def _ranking(board: Dashboard) -> Iterator[Cells]:
    whole = board.whole_ranking
    for place in [*whole.ranked, *whole.few]:
        share = place.share if place.rank != "–" else _("Too few to rank")
        yield place.rank, place.label, share, place.part, place.whole


def _changes(board: Dashboard) -> Iterator[Cells]:
    for line in board.changes:
        units = _(", ").join(f"{part.label} {part.number}" for part in line.parts)
        yield line.label, line.total, units + (_(" and others") if line.more else "")
