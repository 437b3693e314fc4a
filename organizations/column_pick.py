"""The columns of a sheet with a drop-down each: what it was taken for, and what else it may be."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from lib.sheets.cells import letter


class Pick(NamedTuple):
    """One column of the sheet with its drop-down, for partials/_column_pick.html; `doubt` says why a person should
    look, or nothing."""

    name: str
    letter: str
    label: str
    options: list[tuple[str, str, bool]]
    doubt: str = ""
    is_guess: bool = False  # its words are not known: taken by their sound or by what stands below, or not read


class Header(NamedTuple):
    """One header of a workbook, for partials/_columns_panel.html: the sheets that have it (or where it stands), its
    drop-downs, and what is missing; words are left out where it is the only one."""

    sheets: str
    picks: list[Pick]
    missing: str = ""

    @property
    def wants_a_look(self) -> bool:
        """True where a column is unsure or guessed, or one is missing; otherwise the drop-downs may stay folded."""
        return bool(self.missing) or any(pick.doubt or pick.is_guess for pick in self.picks)


def beside_note(starts: Iterable[int]) -> str:
    """What to know where lists stand side by side, by the columns in which those on the right begin; "" for none."""
    letters = _(", ").join(letter(start) for start in starts if start)
    if not letters:
        return ""
    text = _(
        "Beside the first list another begins in column %(letters)s. It is read as well; its rows carry that letter."
    )
    return text % {"letters": letters}


def picks_of(
    layout: Mapping[str, Any], labels: Mapping[str, str], doubt: Callable[[Mapping[str, Any]], str] = lambda _column: ""
) -> list[Pick]:
    """The drop-downs of one header of several; their names tell which."""
    prefix = f"c{layout['fingerprint']}-"
    return [pick_of(column, labels, prefix, doubt(column)) for column in layout["columns"]]


def chosen(
    posted: Mapping[str, Any], layouts: Iterable[Mapping[str, Any]], fields: Container[str]
) -> dict[str, dict[int, str]]:
    """What the drop-downs of `picks_of` say: header → column → field; unknown ones are let go."""
    found: dict[str, dict[int, str]] = {}
    for layout in layouts:
        for column in layout["columns"]:
            field = posted.get(f"c{layout['fingerprint']}-{column['column']}")
            if field is not None and (field == "" or field in fields):
                found.setdefault(layout["fingerprint"], {})[column["column"]] = str(field)
    return found


def pick_of(column: Mapping[str, Any], labels: Mapping[str, str], prefix: str = "c", doubt: str = "") -> Pick:
    """The drop-down of one column; its name is the prefix and the column's place. `labels`: field → its word."""
    options = [("", _("— left out —"), column["field"] == "")]
    options += [(field, label, field == column["field"]) for field, label in labels.items()]
    place = column["column"]
    reason = column.get("reason", "")
    unread = column["field"] == "" and bool(column["label"]) and reason not in {"other", "hidden", "chosen"}
    guess = unread or reason in {"sounds", "content"}
    return Pick(f"{prefix}{place}", letter(place), column["label"] or _("(no words)"), options, doubt, guess)
