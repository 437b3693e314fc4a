"""The head of the preview: what each column of the sheet was taken for, and a drop-down to say it better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from lib.formats import is_chinese
from organizations.column_pick import Pick, pick_of

from .import_page import COLUMNS
from .import_page import heads as page_heads
from .imports.columns import SURE
from .imports.headers import FIELDS
from .imports.resource import LABELS
from .models import ImportBatch


class Head(NamedTuple):
    """A column of the page with the columns of the sheet that go into it."""

    label: str
    picks: list[Pick]


def field_words() -> dict[str, str]:
    """What the fields are called."""
    if is_chinese():
        return dict(LABELS)
    return {
        "number": _("Number"), "work_point": _("Work point"), "title": _("Task"), "amount": _("Target"),
        "unit": _("Unit of measure"), "lead": _("Lead unit"), "responsible": _("Responsible unit"),
        "cooperating": _("Cooperating unit"), "start": _("Starts on"), "deadline": _("Deadline"), "note": _("Note"),
    }  # fmt: skip


def _columns(batch: ImportBatch) -> Iterator[tuple[int, dict[str, Any]]]:
    """(number of the header, what was kept of a column), those without words left out unless they are read."""
    for number, part in enumerate(batch.layout.get("parts", [])):
        for column in part["columns"]:
            if column["label"] or column["field"]:
                yield number, column


def heads(batch: ImportBatch) -> list[Head]:
    """The heads, each with its columns of the sheet."""
    by_field: dict[str, list[Pick]] = {}
    for number, column in _columns(batch):
        if column["field"]:
            by_field.setdefault(column["field"], []).append(_pick(number, column))
    return [
        Head(label, [pick for field in raw for pick in by_field.get(field, [])])
        for label, (_fields, raw) in zip(page_heads(), COLUMNS.values(), strict=True)
    ]


def plain_heads() -> list[Head]:
    """The same for a decided import."""
    return [Head(label, []) for label in page_heads()]


def left_out(batch: ImportBatch) -> list[Pick]:
    """The columns that are not read."""
    return [_pick(number, column) for number, column in _columns(batch) if not column["field"]]


def _pick(number: int, column: dict[str, Any]) -> Pick:
    words = field_words()
    return pick_of(column, {field: words[field] for field in FIELDS}, f"c{number}-", doubt(column))


def doubt(column: Mapping[str, Any]) -> str:
    """Why a person should look at what the column was taken for, or nothing."""
    if not column["field"] or column["sure"] >= SURE or column["reason"] == "chosen":
        return ""
    texts = {
        "doubtful": _("The word has several meanings; decided by what stands below."),
        "sounds": _("The word is not known; it sounds like this."),
        "content": _("Guessed by what stands below."),
    }
    return texts.get(column["reason"], _("What stands below does not look like it."))


def doubts(batch: ImportBatch) -> list[str]:
    """The labels of the columns that a person should look at."""
    return [pick.label for head in heads(batch) for pick in head.picks if pick.doubt]


def chosen(posted: Mapping[str, Any], batch: ImportBatch) -> dict[tuple[str, int], str]:
    """What the drop-downs say: (fingerprint, column) → field."""
    found: dict[tuple[str, int], str] = {}
    parts = batch.layout.get("parts", [])
    for number, column in _columns(batch):
        name = f"c{number}-{column['column']}"
        if name in posted:
            found[parts[number]["fingerprint"], column["column"]] = str(posted[name])
    return {key: field for key, field in found.items() if field != _now(parts, key)}


def _now(parts: list[dict[str, Any]], key: tuple[str, int]) -> str:
    fields = [
        column["field"]
        for part in parts
        if part["fingerprint"] == key[0]
        for column in part["columns"]
        if column["column"] == key[1]
    ]
    return str(fields[0]) if fields else ""
