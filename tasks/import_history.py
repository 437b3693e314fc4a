"""The list of imports: what its address asks for, and its rows as strings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lib import formats
from lib.sheets.write import Column

from .import_head import STATE_SIGNAL
from .models import ImportBatch
from .models.imports import ImportBatchQuerySet

State = ImportBatch.State


class HistoryRow(NamedTuple):
    """An import as the list shows it."""

    batch: ImportBatch
    signal: str
    state: str
    result: str
    uploaded: str
    uploaded_by: str
    has_page: bool


class Chip(NamedTuple):
    """A condition that can be taken off."""

    label: str
    href: str


class HistoryFilter:
    """Words, state, and only one's own."""

    def __init__(self, request: HttpRequest, rows: ImportBatchQuerySet) -> None:
        self._rows = rows
        self._user = request.user
        self.q = request.GET.get("q", "").strip()[:100]
        self.state = request.GET.get("state", "")
        self.state = self.state if self.state in State.values else ""
        self.mine = request.GET.get("mine") == "1"

    def rows(self) -> ImportBatchQuerySet:
        """Newest first."""
        rows = self._rows.matching(self.q)
        if self.state:
            rows = rows.filter(state=self.state)
        if self.mine:
            rows = rows.filter(by=self._user)  # type: ignore[misc]  # logged in
        return rows

    def _values(self) -> dict[str, str]:
        found = {"q": self.q, "state": self.state, "mine": "1" if self.mine else ""}
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """As part of an address."""
        values = self._values()
        return f"?{urlencode(values)}" if values else ""

    def states(self) -> list[tuple[str, str, bool]]:
        """Value, label, chosen."""
        return [(value, str(label), value == self.state) for value, label in State.choices]

    def chips(self) -> list[Chip]:
        """What is set."""
        labels = {"q": f"“{self.q}”", "mine": _("Uploaded by me")}
        if self.state:
            labels["state"] = str(State(self.state).label)
        values = self._values()
        return [
            Chip(labels[name], "?" + urlencode({key: value for key, value in values.items() if key != name}))
            for name in values
        ]


def row_of(batch: ImportBatch) -> HistoryRow:
    """One row."""
    by = batch.by.post_and_unit if batch.by else _("Server")
    state, signal = batch.get_state_display(), STATE_SIGNAL[batch.state]
    if batch.work is not None and batch.is_busy and batch.state != State.READING:
        state, signal = batch.work.get_state_display(), "sent"
    has_page = batch.state != State.DISCARDED
    return HistoryRow(batch, signal, state, result_of(batch), formats.moment(localtime(batch.at)), by, has_page)


def result_of(batch: ImportBatch) -> str:
    """What came of it, in a few words."""
    n = formats.number
    if batch.state == State.COMMITTED:
        found = _("%(created)s created, %(changed)s changed") % {
            "created": n(batch.outcome.get("created", 0)),
            "changed": n(batch.outcome.get("changed", 0)),
        }
        if batch.outcome.get("withdrawn"):
            found += _(", ") + _("%(number)s withdrawn") % {"number": n(batch.outcome["withdrawn"])}
        return found
    if batch.state == State.UNDONE:
        kept = len(batch.undo.get("kept", []))
        found = _("%(removed)s removed, %(restored)s restored") % {
            "removed": n(batch.undo.get("removed", 0)),
            "restored": n(batch.undo.get("restored", 0) + batch.undo.get("revived", 0)),
        }
        return found + (_(", ") + ngettext("%(n)s kept", "%(n)s kept", kept) % {"n": n(kept)} if kept else "")
    if batch.state == State.PREVIEWED:
        return _("%(number)s to be written") % {"number": n(batch.writes)}
    return ""


def sheet_columns() -> list[Column]:
    """Heads of the exported list."""
    return [
        Column(_("File"), 40), Column(_("State"), 12), Column(_("New")), Column(pgettext("import", "Changed")),
        Column(_("Unchanged")), Column(_("Refused")), Column(_("Result"), 30), Column(_("Uploaded"), 22),
        Column(_("Uploaded by"), 28), Column(_("Decided"), 22), Column("SHA-256", 66),
    ]  # fmt: skip


def sheet_rows(batches: Iterable[ImportBatch]) -> Iterable[list[Any]]:
    """The rows of the exported list."""
    for batch in batches:
        row = row_of(batch)
        decided = formats.moment(localtime(batch.decided_at)) if batch.decided_at else ""
        yield [
            batch.name, row.state, batch.new, batch.changed, batch.unchanged, batch.refused, row.result, row.uploaded,
            row.uploaded_by, decided, batch.sha256,
        ]  # fmt: skip
