"""`manage.py import_enterprises FILE`: the register of enterprises below the city's towns and districts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from lib import clock
from lib.sheets.read import Sheet
from organizations.actions.imports import ImportResult, import_enterprises
from organizations.models import Organization

from ._file_command import FileCommand


class Command(FileCommand):
    """Brings the enterprises in. Repeating it changes nothing."""

    help = "Imports enterprises from a workbook (layout: samples/enterprises-450.xlsx)."

    def add_arguments(self, parser: CommandParser) -> None:
        """--city is needed only where several cities share one installation."""
        super().add_arguments(parser)
        parser.add_argument("--city", default="", help="the commission's name, where there are several")

    def bring_in(self, sheets: list[Sheet], **options: Any) -> ImportResult:
        """Writes as the system: nobody is logged in at the server's console."""
        city = self._city(options["city"])
        return import_enterprises(sheets=sheets, city=city, by=None, at=clock.now(), dry_run=options["dry_run"])

    def _city(self, name: str) -> Organization:
        found = Organization.objects.filter(kind=Organization.Kind.COMMISSION, parent=None)
        chosen = list(found.named(name) if name else found)
        if len(chosen) == 1:
            return chosen[0]
        if not found:
            raise CommandError(_("There is no commission yet. Run import_organizations or seed_plan first."))
        names = "、".join(found.values_list("name", flat=True))
        raise CommandError(_("Name the commission with --city. There are: %(names)s") % {"names": names})
