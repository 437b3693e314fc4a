"""What each column of a return was taken for, and a drop-down to say it better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.formats import is_chinese
from lib.sheets import places
from organizations import column_pick
from organizations.column_pick import Header, picks_of

from .import_columns_page import doubt
from .models import ProgressReturn
from .returns.layout import LABELS


def _words() -> dict[str, str]:
    """What the fields are called: in Chinese as the workbook that is handed out writes them."""
    if is_chinese():
        return dict(LABELS)
    english = {
        "number": _("Number"), "title": _("Task"), "period": _("Period"), "target": _("Target"),
        "progress": _("Progress"), "completed": _("Quantity done"), "rate": _("Percent"), "problems": _("Problems"),
        "next_steps": _("Next steps"), "done": _("Finished"), "note": _("Note"),
    }  # fmt: skip
    return {field: english[field] for field in LABELS}


def _layouts(batch: ProgressReturn) -> list[dict[str, Any]]:
    """Each header once, with its columns that have words or are read."""
    found: dict[str, dict[str, Any]] = {}
    for part in batch.layout.get("parts", []):
        columns = [column for column in part["columns"] if column["label"] or column["field"]]
        found.setdefault(part["fingerprint"], part | {"columns": columns})
    return list(found.values())


def headers_of(batch: ProgressReturn) -> list[Header]:
    """Every header of the sheet; where it is the only one it needs no words."""
    layouts, words = _layouts(batch), _words()
    place = _("Header on row %(row)s") if len(layouts) > 1 else ""
    return [
        Header(place and place % {"row": places.shown(one["from"])}, picks_of(one, words, doubt)) for one in layouts
    ]


def doubts(batch: ProgressReturn) -> list[str]:
    """What to look at before the rows are logged."""
    names = [pick.label for header in headers_of(batch) for pick in header.picks if pick.doubt]
    if not names:
        return []
    text = ngettext(
        "It is not sure what the column %(names)s is. Look at it under “Columns of the sheet” and correct it there.",
        "It is not sure what the columns %(names)s are. Look at them under “Columns of the sheet” and correct them "
        "there.",
        len(names),
    )
    return [text % {"names": _(", ").join(f"“{name}”" for name in names)}]


def chosen(posted: Mapping[str, Any], batch: ProgressReturn) -> dict[str, dict[int, str]]:
    """What the drop-downs say: header → column → field; unknown ones are let go."""
    return column_pick.chosen(posted, _layouts(batch), LABELS)
