"""What each column of a workbook of lists was taken for, and a drop-down to say it better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from lib.formats import is_chinese
from lib.sheets.cells import letter
from organizations import column_pick
from organizations.column_pick import Header, beside_note, picks_of

from .imports.words import SUPPORT, WORDS
from .models import ListImport


def _labels() -> dict[str, str]:
    """What the fields are called: in Chinese by the offices' own words."""
    chinese = {field: words[0] for field, words in WORDS.items()}
    if is_chinese():
        return chinese
    english = {
        "number": _("Number"), "title": _("Item"), "category": _("Category of the item"),
        "legal_bases": _("Legal bases"), "office": _("Responsible office"), "post": _("Responsible post"),
        "method": _("Means"), "frequency": _("Frequency"), "accountability": _("Grounds for accountability"),
        "list": _("Kind of list"), "unit": _("Unit"),
    }  # fmt: skip
    return {field: english[field] for field in chinese}


def beside(batch: ListImport) -> str:
    """What to know where a sheet has lists side by side; otherwise nothing."""
    return beside_note(sorted({layout.get("start", 0) for layout in batch.layout}))


def headers_of(batch: ListImport) -> list[Header]:
    """Every header of the workbook."""
    labels = _labels()
    return [_header(layout, labels) for layout in batch.layout]


def _header(layout: Mapping[str, Any], labels: dict[str, str]) -> Header:
    where = "、".join(layout["sheets"])
    if start := layout.get("start"):  # of lists side by side
        where = f"{where} · {letter(start)}"
    return Header(where, picks_of(layout, labels), _missing(layout["missing"], labels))


def _missing(fields: list[str], labels: dict[str, str]) -> str:
    if "support" in fields:
        return _("two of %(names)s") % {"names": "、".join(labels[field] for field in SUPPORT)}
    return "、".join(labels[field] for field in fields)


def chosen(posted: Mapping[str, Any], batch: ListImport) -> dict[str, dict[int, str]]:
    """What the drop-downs say: header → column → field; unknown ones are let go."""
    return column_pick.chosen(posted, batch.layout, WORDS)
