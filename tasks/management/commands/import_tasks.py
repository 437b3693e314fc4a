"""manage.py import_tasks FILE --year 2017 [--dry-run] [--all-or-nothing] [--json] [--diff]

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
from lib.sheets.parsers.common import reference
from lib.sheets.read import UnreadableFileError
from tasks.actions.import_errors import PlanChangedError, RefusedRowsError
from tasks.actions.import_whole import bring_in
from tasks.imports import faults
from tasks.imports.output import diff_json, rows_json
from tasks.imports.resource import TaskListFormat, TaskResource, judge
from tasks.models import Plan


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Imports a list of tasks from Excel into the plan of a year."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--commission", default="", help="Full or short name, where several have a plan.")
        parser.add_argument("--dry-run", action="store_true", help="Read and compare; write nothing.")
        parser.add_argument("--all-or-nothing", action="store_true", help="Write nothing if a row is refused.")
        parser.add_argument("--json", action="store_true", help="Print the rows as read.")
        parser.add_argument("--diff", action="store_true", help="Print the difference to the plan instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = self._plan(options["year"], options["commission"])
        path: Path = options["file"]
        try:
            dataset = TaskListFormat(plan).create_dataset(path)
        except UnreadableFileError as error:
            raise CommandError(f"{path.name}: {error}", returncode=2) from error
        resource = judge(plan, dataset)
        if options["json"] or options["diff"]:
            found = (diff_json if options["diff"] else rows_json)(path.name, resource)
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        for part in resource.context.table.parts:
            if part.beside is not None:
                place = reference(part.header_rows[0] - 1, part.beside)
                self.stderr.write(f"{path.name}: a second list stands beside the first, from {place} on; not read.")
        self._say_refused(resource)
        refused = sum(bool(staged.errors) for staged in resource.staged)
        if options["dry_run"]:
            self.stderr.write(f"{path.name}: read {len(resource.staged)} rows, refused {refused}; nothing written.")
        else:
            self._write(plan, path, whole=options["all_or_nothing"])
        if refused:
            sys.exit(1)

    def _write(self, plan: Plan, path: Path, *, whole: bool) -> None:
        now, today = clock.now(), clock.today()
        try:
            batch, done = bring_in(plan=plan, path=path, name=path.name, by=None, at=now, today=today, whole=whole)
        except RefusedRowsError as error:
            self.stderr.write(f"{path.name}: {error.number} rows were refused, so nothing was written.")
            return
        except PlanChangedError as error:
            raise CommandError(f"{path.name}: the plan changes all the time; nothing was written.") from error
        if done is None:
            self.stderr.write(f"{path.name}: was imported by somebody else just now; nothing was written twice.")
            return
        withdrawn = f", {done.withdrawn} withdrawn" if done.withdrawn else ""
        self.stderr.write(
            f"{path.name}: {done.created} tasks created, {done.changed} changed{withdrawn}, "
            f"{batch.unchanged} unchanged, {batch.refused} rows refused; "
            f"{done.fanned.created} assignments created, "
            f"{done.fanned.adjusted} adjusted, {done.fanned.cancelled} cancelled."
        )

    def _plan(self, year: int, commission: str) -> Plan:
        plans = Plan.objects.filter(year=year).select_related("issuer")
        if commission:
            plans = plans.filter(issuer__name=commission) | plans.filter(issuer__short_name=commission)
        found = list(plans)
        if not found:
            raise CommandError(f"There is no plan for {year}. Run: manage.py seed_plan {year}", returncode=2)
        if len(found) > 1:
            names = "、".join(plan.issuer.name for plan in found)
            raise CommandError(f"Several commissions have a plan for {year}: {names}. Add --commission.", returncode=2)
        return found[0]

    def _say_refused(self, resource: TaskResource) -> None:
        for staged in resource.staged:
            for error in staged.errors:
                details = {key: value for key, value in error["_"].items() if key != "field"}
                said = faults.message(error["code"], error["value"], details)
                self.stderr.write(f"row {places.shown(staged.row)}, {error['column']}: {said}")
