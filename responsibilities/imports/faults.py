"""What can be wrong with a row of a list, and how it is said: what, and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class RowFault(Exception):
    """A cell that cannot be taken; `field` names its column."""

    def __init__(self, field: str, code: str, value: str = "", **details: Any) -> None:
        super().__init__(code)
        self.field, self.code, self.value, self.details = field, code, value, details


def message(code: str, value: str | None, details: dict[str, Any] | None = None) -> str:
    """One sentence on what is wrong and one on the remedy, in the reader's language."""
    texts = {
        "unknown_unit": _(
            "No unit is called “%(value)s”. Write the full or short name, or add this name to the unit first."
        ),
        "unit_inactive": _("“%(value)s” was dissolved. Name the unit that took over its duties."),
        "unit_foreign": _("This is the list of another unit, %(value)s. Ask the commission office to import it."),
        "list_unknown": _(
            "It is not said whether this belongs to the list of powers or of duties. "
            "Write 权力清单 or 责任清单 above it."
        ),
        "list_locked": _(
            "The list of this unit waits for approval or publication. Let it be returned first, then import again."
        ),
        "title_missing": _("The item has no text. Write what the unit answers for, or delete the row."),
        "text_too_long": _("The text has %(length)s characters, at most %(limit)s fit. Shorten it."),
        "basis_unreadable": _(
            "“%(value)s” names no law. Write for example 《安全生产法》（2014年修正）第三十八条, several joined by ；."
        ),
        "number_duplicate": _("Number %(value)s stands on row %(row)s already. Give this row a number of its own."),
        "title_duplicate": _("The same item stands on row %(row)s already. Delete one of the two rows."),
    }
    return texts.get(code, code) % ({"value": value or ""} | (details or {}))
