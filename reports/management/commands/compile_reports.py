"""compile_reports 2017Q2: drafts of that quarter for every unit and the city."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import translation

from lib import clock
from reports.actions.compile import compile_quarter
from reports.quarters import Quarter
from tasks.models import Plan


class Command(BaseCommand):
    """The same as the button and the scheduled job, at once; it can be repeated."""

    help = (
        "Drafts the quarterly reports of every unit with assignments and of the city. Repeated, it refreshes the "
        "figures of drafts and keeps their words; signed reports stay as they are. A quarter that has not ended is "
        "refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The quarter, and which commission where there are several."""
        parser.add_argument("quarter", help="such as 2017Q2")
        parser.add_argument(
            "--commission", metavar="NAME", help="only this commission's plan (default: all of the year)"
        )

    def handle(self, *args: Any, quarter: str, commission: str | None, **options: Any) -> None:
        """Compiles; exit 2 for a quarter that is none, 1 for one that cannot be reported."""
        try:
            asked = Quarter.parse(quarter)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        plans = _plans(asked.year, commission)
        if not plans:
            whose = f" of {commission}" if commission else ""
            raise CommandError(f"There is no plan{whose} of {asked.year}.")
        for plan in plans:
            self._compile(plan, asked)

    def _compile(self, plan: Plan, quarter: Quarter) -> None:
        try:
            with translation.override("en"):
                found = compile_quarter(plan=plan, quarter=quarter, by=None, at=clock.now(), today=clock.today())
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        numbers = f"{found.created} drafted, {found.refreshed} refreshed, {found.kept} as they were"
        self.stdout.write(f"{plan.issuer} {quarter.key}: {numbers}.")


def _plans(year: int, commission: str | None) -> QuerySet[Plan]:
    plans = Plan.objects.filter(year=year).select_related("issuer").order_by("issuer_id")
    return plans.filter(issuer__name=commission) if commission else plans
