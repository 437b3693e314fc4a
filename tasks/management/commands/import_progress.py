"""manage.py import_progress FILE --organization NAME --quarter 2017Q2 [--dry-run] [--json] [--by USERNAME]

Exit 0: imported, or importable; 1: rows were refused (the others are imported); 2: the file cannot be read.
The columns are read as the page reads them to the unit's own people: by what they and the commission office said of
columns in returns with the same header. So a file comes to the same by either way.

Messages stand on standard error; standard output holds the JSON and nothing else.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib import clock
from lib.sheets import places
from lib.sheets.read import UnreadableFileError
from organizations.models import Organization, User
from organizations.names import NameIndex
from tasks.actions import return_batches as returns
from tasks.models import Plan, ProgressReturn, ReturnRow
from tasks.returns import faults
from tasks.returns.printed import as_json


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Logs what a unit reports in its quarterly return as progress of its assignments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="full, short or other name of the unit")
        parser.add_argument("--quarter", required=True, help="such as 2017Q2")
        parser.add_argument("--by", default="", help="account of the person who brings the return in")
        parser.add_argument("--dry-run", action="store_true", help="read and compare; write nothing")
        parser.add_argument("--json", action="store_true", help="print the rows as read")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        plan, organization = self._whose(options["organization"], self._year(options["quarter"]))
        by = self._person(options["by"])
        quarter = options["quarter"].upper()
        batch = self._read(path, plan, organization, quarter, by)
        rows = list(batch.rows.all())
        if options["json"]:
            self.stdout.write(json.dumps(as_json(batch, rows), ensure_ascii=False, indent=1))
        self._tell(batch, rows)
        if options["dry_run"]:
            returns.discard(batch=batch, by=by, at=clock.now())
            self.stderr.write(f"{path.name}: read {len(rows)} rows, refused {batch.refused}; nothing written.")
        else:
            done = returns.settle(batch=batch, by=by, at=clock.now(), today=clock.today())
            self.stderr.write(
                f"{path.name}: {done.added} entries logged, {done.known} known already, {done.blank} rows without "
                f"progress, {done.refused} rows refused."
            )
        if any(row.errors for row in rows):
            sys.exit(1)

    @staticmethod
    def _read(
        path: Path, plan: Plan, organization: Organization, quarter: str, by: User | None
    ) -> ProgressReturn:  # fmt: skip
        try:
            return returns.preview(
                plan=plan, path=path, name=path.name, by=by, at=clock.now(), today=clock.today(),
                about=returns.About(quarter=quarter), only=organization,
            )  # fmt: skip
        except UnreadableFileError as error:
            raise CommandError(f"{path.name}: {error}", returncode=2) from error

    def _tell(self, batch: ProgressReturn, rows: list[ReturnRow]) -> None:
        labels = batch.layout["labels"]
        for row in rows:
            for error in row.errors:
                text = faults.message(error["code"], error["value"], error["details"])
                self.stderr.write(f"row {places.shown(row.row)}, {labels.get(error['field'], error['field'])}: {text}")
        said = batch.layout["quarter"]
        if said and said != batch.quarter:
            self.stderr.write(f"{batch.name}: the title speaks of {said}, not of {batch.quarter}.")

    @staticmethod
    def _year(quarter: str) -> int:
        found = re.fullmatch(r"(20\d\d)[Qq]([1-4])", quarter)
        if found is None:
            raise CommandError(f"“{quarter}” is no quarter. Write for example 2017Q2.", returncode=2)
        year, number = int(found[1]), int(found[2])
        if datetime.date(year, 3 * number - 2, 1) > clock.today():
            raise CommandError(f"{quarter} has not begun yet.", returncode=2)
        return year

    @staticmethod
    def _whose(name: str, year: int) -> tuple[Plan, Organization]:
        found = []
        for plan in Plan.objects.filter(year=year).select_related("issuer"):
            organization = NameIndex.for_city(plan.issuer).organization(name)
            if organization is not None:
                found.append((plan, organization))
        if len(found) == 1:
            return found[0]
        if not Plan.objects.filter(year=year).exists():
            raise CommandError(f"There is no plan for {year}. Run: manage.py seed_plan {year}", returncode=2)
        why = "Several cities have a unit" if found else "No unit is"
        raise CommandError(f"{why} called “{name}”. Write its full name.", returncode=2)

    @staticmethod
    def _person(username: str) -> User | None:
        if not username:
            return None
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no account “{username}”.", returncode=2)
        return person
