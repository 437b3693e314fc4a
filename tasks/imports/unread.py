"""Why a file holds no list that can be read: kept as code and values, said in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lib.sheets.read import refusal


def message(code: str, details: dict[str, Any]) -> str:
    """What is wrong with the file, and what to do about it."""
    texts = {
        "no_rows": _("Sheet “%(sheet)s” has a header on row %(row)s and no row below it. Fill in the rows first."),
        "header_lacks": _(
            "The header has no column for the task or none for the units: it reads “%(found)s”. Needed are %(needed)s."
        ),
        "no_header": _(
            "No sheet has a header with %(needed)s. Choose a list of this kind, or take the template of this page."
        ),
        "failed": _("Reading the file failed several times. Save it again in Excel, or divide the list, and try anew."),
    }
    return texts[code] % details if code in texts else refusal(code, **details)
