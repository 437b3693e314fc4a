"""`check_counts`: is the dashboard's summary what a full count finds?"""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tasks.actions import tidy
from tasks.models import Plan

SHOWN = 20


class Command(BaseCommand):
    """Exit 0: all right (or made right); 1: a difference was found and left."""

    help = "Compares the summary of every plan with a full count; --repair counts anew where they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        """--repair and --year."""
        parser.add_argument("--repair", action="store_true", help="count anew where the summary is wrong")
        parser.add_argument("--year", type=int, help="only the plans of this year")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each plan, and the differences."""
        plans = Plan.objects.select_related("issuer").order_by("year", "issuer")
        if options["year"]:
            plans = plans.filter(year=options["year"])
        left = False
        for plan in plans:
            checked = tidy.check_counts(plan=plan, repair=options["repair"])
            said = "right" if not checked.wrong else f"wrong in {len(checked.wrong)} rows"
            self.stdout.write(f"{plan.issuer} {plan.year}: {said}{', counted anew' if checked.repaired else ''}")
            for key, (kept, counted) in sorted(checked.wrong.items(), key=str)[:SHOWN]:
                self.stdout.write(f"  {key}: the summary says {kept}, there are {counted}")
            left |= bool(checked.wrong) and not checked.repaired
        if left:
            sys.exit(1)
