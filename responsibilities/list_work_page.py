"""What is said of imports of lists that are worked on in the background."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from background.act_pages import ActPages

from .actions.list_work import ACTS
from .imports.read import why_unread


def _steps() -> dict[str, str]:
    return {
        "read": _("Reading the file"), "judge": _("Comparing with the lists"), "write": _("Writing the lists"),
        "undo": _("Undoing the import"),
    }  # fmt: skip


def changed() -> str:
    """The preview no longer holds."""
    return _("Nothing was imported: the lists have changed since the preview. It was judged anew; check it once more.")


def _back(_on: Any) -> tuple[str, str]:
    return reverse("duty_imports"), _("Import lists")


PAGES = ActPages(
    ACTS, "duty_import_preview", "duty_import_stop", "duty_reading", _steps, why_unread, changed, _back
)  # fmt: skip
