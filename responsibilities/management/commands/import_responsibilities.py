"""manage.py import_responsibilities FILE [--year 2017] [--dry-run] [--json]

Exit 0: imported, or importable; 1: rows were refused (the others are imported); 2: the file cannot be read.
Messages stand on standard error; standard output holds the JSON and nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib import clock
from lib.sheets import places
from lib.sheets.read import UnreadableFileError, read_workbook
from organizations.models import Organization
from organizations.names import NameIndex
from responsibilities.actions import imports
from responsibilities.imports import faults
from responsibilities.imports.judge import Group, Verdict, judge, numbers
from responsibilities.imports.read import read_lists, tables_of, year_of


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Imports lists of powers and duties from Excel as draft versions (layout: samples/responsibility-list.xlsx)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, help="of the lists; without it the year above the table, or this year")
        parser.add_argument("--city", default="", help="the commission's name, where there are several")
        parser.add_argument("--dry-run", action="store_true", help="read and compare; write nothing")
        parser.add_argument("--json", action="store_true", help="print the rows as read")
        parser.add_argument("--drop-absent", action="store_true", help="take out of the draft what the file lacks")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        city = self._city(options["city"])
        try:
            tables = tables_of(read_workbook(path))
            lists = read_lists(tables, NameIndex.for_city(city))
        except UnreadableFileError as error:
            raise CommandError(f"{path.name}: {error}", returncode=2) from error
        year = options["year"] or year_of(tables) or clock.today().year
        if options["json"]:
            found = {"file": path.name, "sheets": [one.as_json() for one in lists]}
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        groups = judge(imports.content_of(lists), city=city, year=year)
        self._say_refused(groups)
        counted = numbers(groups)
        words = "{new} new, {changed} changed, {unchanged} unchanged, {refused} refused, {absent} not in the file"
        said = words.format(**counted)
        if options["dry_run"]:
            self.stderr.write(f"{path.name} ({year}): {said}; nothing written.")
        else:
            batch = imports.preview(city=city, path=path, name=path.name, year=year, unit=None, by=None, at=clock.now())
            done = imports.commit(batch=batch, by=None, at=clock.now(), drop_absent=options["drop_absent"])
            self.stderr.write(f"{path.name} ({year}): {said}; {done.lists} draft lists written.")
        if counted[Verdict.REFUSED]:
            sys.exit(1)

    def _city(self, name: str) -> Organization:
        found = Organization.objects.filter(kind=Organization.Kind.COMMISSION, parent=None)
        chosen = list(found.named(name) if name else found)
        if len(chosen) == 1:
            return chosen[0]
        if not found:
            text = "There is no commission yet. Run import_organizations or seed_plan first."
            raise CommandError(text, returncode=2)
        names = "、".join(found.values_list("name", flat=True))
        raise CommandError(f"Name the commission with --city. There are: {names}", returncode=2)

    def _say_refused(self, groups: list[Group]) -> None:
        for group in groups:
            for row in group.rows:
                if row.error:
                    said = faults.message(row.error["code"], row.error["value"], row.error["_"]["details"])
                    self.stderr.write(f"{row.sheet}, row {places.shown(row.row)}, {row.error['column']}: {said}")
