"""Two versions of a report side by side, as strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from . import figure_words
from .compare import Piece, changes, pieces
from .models import QuarterlyReport
from .report_page import sections, title_of

if TYPE_CHECKING:
    from organizations.models import User


AROUND = 40  # characters of unchanged text beside a change


class TextChange(NamedTuple):
    """A text that differs."""

    heading: str
    pieces: list[Piece]


class ComparePage:
    """What a version changed against the one before it."""

    def __init__(self, report: QuarterlyReport, user: User) -> None:
        assert report.previous is not None
        self.report, self.old = report, report.previous
        self.title = title_of(report)

    @cached_property
    def texts(self) -> list[TextChange]:
        """The texts that differ, in their order."""
        before = {one.key: one for one in sections(self.old)}
        after = {one.key: one for one in sections(self.report)}
        order = [*after, *(key for key in before if key not in after)]
        found = []
        if self.old.document_number != self.report.document_number:
            number = pieces(self.old.document_number, self.report.document_number)
            found.append(TextChange(_("Document number"), number))
        for key in order:
            old = before[key].text if key in before else ""
            new = after[key].text if key in after else ""
            if old != new:
                heading = after[key].heading if key in after else before[key].heading
                found.append(TextChange(heading, folded(pieces(old, new))))
        return found

    @cached_property
    def figures(self) -> list[figure_words.Change]:
        """The numbers that differ."""
        return figure_words.change_lines(changes(self.old.figures, self.report.figures))


def folded(found: list[Piece]) -> list[Piece]:
    """The same with long unchanged stretches cut to what stands next to a change."""
    shown = []
    for place, piece in enumerate(found):
        text = piece.text
        if piece.kind == "same" and len(text) > 3 * AROUND:
            before = text[:AROUND] if place else ""
            after = text[-AROUND:] if place < len(found) - 1 else ""
            text = f"{before} …… {after}"
        shown.append(piece._replace(text=text))
    return shown
