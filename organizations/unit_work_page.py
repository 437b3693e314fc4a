"""What is said of imports of units that are worked on in the background."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from background.act_pages import ActPages
from background.models import Work

from .actions.unit_work import ACTS
from .imports.table import why_unread
from .models import UnitImport


def _steps() -> dict[str, str]:
    return {
        "read": _("Reading the file"), "judge": _("Comparing with the units"), "write": _("Writing the units"),
        "undo": _("Undoing the import"),
    }  # fmt: skip


def changed() -> str:
    """The preview no longer holds."""
    return _("Nothing was imported: the units have changed since the preview. It was made anew; check once more.")


def _back(on: UnitImport | Work) -> tuple[str, str]:
    register = on.payload["register"] if isinstance(on, Work) else on.kind
    return reverse(f"{register}_import_list"), str(UnitImport.Kind(register).label)


PAGES = ActPages(ACTS, "unit_import", "unit_import_stop", "unit_reading", _steps, why_unread, changed, _back)
