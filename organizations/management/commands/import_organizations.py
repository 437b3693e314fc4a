"""`manage.py import_organizations FILE`: the city's units, their names and superiors."""

from __future__ import annotations

from typing import Any

from lib import clock
from lib.sheets.read import Sheet
from organizations.actions.imports import ImportResult, import_units

from ._file_command import FileCommand


class Command(FileCommand):
    """Brings the units in and makes the usual collective units. Repeating it changes nothing."""

    help = "Imports the city's units from a workbook (layout: samples/organizations.xlsx)."

    def bring_in(self, sheets: list[Sheet], **options: Any) -> ImportResult:
        """Writes as the system: nobody is logged in at the server's console."""
        return import_units(sheets=sheets, by=None, at=clock.now(), dry_run=options["dry_run"])
