"""seed_plan YEAR: a plan that comes with the site, with its work points, tasks and assignments."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from lib import clock
from lib.sheets.read import read_workbook
from organizations.actions.imports import import_units
from organizations.models import Organization
from tasks.seed.load import load_plan
from tasks.seed.reader import PlanSeed, SeedError, read_plan

UNITS = Path(settings.BASE_DIR) / "samples" / "organizations.xlsx"


class Command(BaseCommand):
    """Brings in the units first where the commission is unknown; leaves a plan that has tasks as it is."""

    help = (
        "Add the yearly plan that comes with the site (2017: ten work points). Where the commission is unknown, "
        "its units are brought in from samples/organizations.xlsx. A plan that already has tasks stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The year, and what to do with a plan that has tasks."""
        parser.add_argument("year", type=int)
        parser.add_argument(
            "--add-missing",
            action="store_true",
            help="add the tasks whose work point and number the plan does not have; changes no other",
        )

    def handle(self, *, year: int, add_missing: bool, **options: Any) -> None:
        """All or nothing; says what was added."""
        try:
            seed = read_plan(year)
            with transaction.atomic():
                result = load_plan(
                    seed=seed, commission=self._commission(seed), at=_moment(seed), today=clock.today(),
                    add_missing=add_missing,
                )  # fmt: skip
        except SeedError as error:
            raise CommandError(str(error)) from error
        if result.added:
            self.stdout.write(
                f"Plan {year}: {result.points_added} work points and {len(result.added)} tasks added, "
                f"{result.fanned.created} assignments; {result.kept} tasks were there."
            )
        else:
            self.stdout.write(f"Plan {year} has its {result.kept} tasks already; nothing was changed.")

    def _commission(self, seed: PlanSeed) -> Organization:
        """The issuer; brought in with all its units where the register does not know it."""
        issuers = Organization.objects.filter(name=seed.issuer)
        if not issuers.exists():
            self.stdout.write(f"No {seed.issuer} yet: bringing in the units of {UNITS.name}.")
            result = import_units(sheets=read_workbook(UNITS), by=None, at=_moment(seed))
            if result.faults:
                raise CommandError(f"{UNITS.name}: " + "; ".join(map(str, result.faults)))
        return issuers.get()


def _moment(seed: PlanSeed) -> datetime.datetime:
    """When it counts as entered: now; on a pinned day (demo) the morning the plan was issued."""
    if clock.pinned() is None:
        return clock.now()
    return timezone.make_aware(datetime.datetime.combine(seed.issued_on, datetime.time(9)))
