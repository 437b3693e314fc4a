"""manage.py import_progress FILE --organization NAME --quarter 2017Q2 [--dry-run] [--json] [--by USERNAME]

Exit 0: imported, or importable; 1: rows were refused (the others are imported); 2: the file cannot be read.
Messages stand on standard error; standard output holds the JSON and nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib import clock
from lib.sheets.read import UnreadableFileError
from organizations.models import Organization, User
from organizations.names import NameIndex
from tasks.actions import returns
from tasks.imports import faults
from tasks.imports.returns import Return, quarter_days, read_return
from tasks.models import Plan


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
        today = clock.today()
        quarter = options["quarter"].upper()
        try:
            returned = read_return(
                path, name=path.name, plan=plan, organization=organization, quarter=quarter, today=today
            )
        except UnreadableFileError as error:
            raise CommandError(f"{path.name}: {error}", returncode=2) from error
        self._check_paper(returned)
        if options["json"]:
            self.stdout.write(json.dumps(returned.as_json(), ensure_ascii=False, indent=1))
        for line, fault in returned.errors:
            label = returned.table.labels.get(fault.field or "", fault.field)
            self.stderr.write(f"row {line.row}, {label}: {faults.message(fault.code, fault.value, fault.details)}")
        refused = sum(bool(line.errors) for line in returned.lines)
        if options["dry_run"]:
            self.stderr.write(f"{path.name}: read {len(returned.lines)} rows, refused {refused}; nothing written.")
        else:
            self._write(returned, by)
        if refused:
            sys.exit(1)

    def _write(self, returned: Return, by: User | None) -> None:
        try:
            done = returns.bring_in(returned=returned, by=by, at=clock.now(), today=clock.today())
        except ValidationError as error:
            text = "；".join(error.messages)
            raise CommandError(f"{returned.name}: {text} Nothing was written; try again.", returncode=2) from error
        self.stderr.write(
            f"{returned.name}: {done.logged} entries logged, {done.repeated} known already, {done.blank} rows without "
            f"progress, {done.refused} rows refused."
        )

    @staticmethod
    def _year(quarter: str) -> int:
        try:
            first, _last = quarter_days(quarter)
        except ValueError as error:
            raise CommandError(f"“{quarter}” is no quarter. Write for example 2017Q2.", returncode=2) from error
        if first > clock.today():
            raise CommandError(f"{quarter} has not begun yet.", returncode=2)
        return first.year

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

    def _check_paper(self, returned: Return) -> None:
        """Another unit's return is not taken; another quarter in the title is only said."""
        paper = returned.paper
        named = NameIndex.for_city(returned.plan.issuer).organization(paper.unit) if paper.unit else None
        if named is not None and named != returned.organization:
            raise CommandError(
                f"{returned.name}: the sheet is a return of {named.name}, not of {returned.organization.name}. "
                "Choose the right unit.", returncode=2,
            )  # fmt: skip
        if paper.quarter and not returned.quarter.endswith(str(paper.quarter)):
            self.stderr.write(
                f"{returned.name}: the title speaks of quarter {paper.quarter}, not of {returned.quarter}."
            )
