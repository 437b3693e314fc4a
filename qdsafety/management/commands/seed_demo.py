"""seed_demo: a believable September 2017, for trying the site and for showing it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from audit.models import AuditEntry, Verification
from audit.record import record
from audit.seals import seal_all
from audit.verify import verify
from lib import bulk, clock
from lib.sheets.read import read_workbook
from organizations.actions.imports import import_enterprises
from organizations.models import EnterpriseProfile, Organization, User
from qdsafety.demo import DAY, reminders
from qdsafety.demo.cast import hire
from qdsafety.demo.chronicle import write
from qdsafety.demo.duties import write_lists
from qdsafety.demo.quarter import hand_in_reports
from qdsafety.demo.signoff import season
from tasks.actions.fanout import fan_out
from tasks.models import Assignment, Plan, ProgressEntry, Review, Task, Transition

ENTERPRISES = Path(settings.BASE_DIR) / "samples" / "enterprises-450.xlsx"
HEADER_ROWS = 3
ISSUER, YEAR, VERB = "青岛市安全生产委员会", 2017, "demo.seed"


def _morning(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(8, 30)))


class Command(BaseCommand):
    """All in one transaction, once: a second run finds its mark in the record and does nothing."""

    help = (
        "Fill the demo: units, enterprises, accounts and half a year of progress on the plan of 2017. Refuses where "
        "DEBUG and DEMO are off. The same code and samples give the same data; a second run does nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How many of the sample's enterprises to keep, for a small demo."""
        parser.add_argument("--enterprises", type=int, default=450, help="of the 450 of the sample, the first so many")

    def handle(self, *, enterprises: int, **options: Any) -> None:
        """Plan, enterprises, people, stories; what is there already is left alone."""
        if not (settings.DEBUG or settings.DEMO):
            raise CommandError("This is no demo: DEBUG and DEMO are off. Invented people and work do not belong here.")
        plan = Plan.objects.filter(issuer__name=ISSUER, year=YEAR).select_related("issuer").first()
        if plan and AuditEntry.objects.filter(scope=plan.issuer, verb=VERB).exists():
            self.stdout.write("The demo is there already; nothing was changed.")
            return
        if clock.today() != DAY:
            self.stderr.write(f"Set BUSINESS_DATE={DAY} when you start the site; the demo is made for that day.")
        with transaction.atomic():
            self._fill(enterprises)
        seal_all(at=timezone.now())
        Verification.keep(verify(), timezone.now())

    def _fill(self, enterprises: int) -> None:
        if not Task.objects.filter(plan__issuer__name=ISSUER, plan__year=YEAR).exists():
            call_command("seed_plan", str(YEAR), stdout=self.stdout, stderr=self.stderr)
        plan = Plan.objects.select_related("issuer").get(issuer__name=ISSUER, year=YEAR)
        if not EnterpriseProfile.objects.filter(organization__path__startswith=plan.issuer.path).exists():
            _import_enterprises(plan, enterprises)
        # Collective units have more members now: key enterprises, and the departments that regulate them.
        fanned = fan_out(tasks=plan.tasks.current(), by=None, at=_morning(plan.issued_on), today=plan.issued_on)
        hire(_in_order(plan.issuer), _morning(datetime.date(YEAR, 3, 1)))
        people = User.objects.active().filter(organization__path__startswith=plan.issuer.path).order_by("id")
        deeds = write(plan=plan, people=people.select_related("organization"))
        bulk.take_stock(Assignment, ProgressEntry, Transition, Review, AuditEntry)
        told = hand_in_reports(plan=plan, people=people.select_related("organization"))
        self.stdout.write(f"{write_lists(plan)} lists of powers and duties.")
        season(plan=plan, people=people.select_related("organization"))
        reminded = reminders.write(plan=plan)
        record(VERB, plan, by=None, at=_morning(DAY), scope_id=plan.issuer_id, after=deeds._asdict())
        self.stdout.write(
            f"Demo of {DAY}: {people.count()} people, {fanned.created} more assignments, {deeds.touched} begun, "
            f"{deeds.entries} entries, {deeds.reviews} decisions, {deeds.files} files, {told.reports} reports, "
            f"{reminded} reminders."
        )


def _in_order(commission: Organization) -> list[Organization]:
    """The units of the city; among enterprises those with duties first, so that enterprise-1 has work to show."""
    units = Organization.objects.active().under(commission).order_by("position", "id")
    minor = set(EnterpriseProfile.objects.filter(major_hazard=False).values_list("pk", flat=True))
    return sorted(units, key=lambda unit: unit.pk in minor)


def _import_enterprises(plan: Plan, number: int) -> None:
    """Brings in the sample's first enterprises, as on the day the plan was issued."""
    end = HEADER_ROWS + number
    sheets = [
        sheet._replace(rows=sheet.rows[:end], merges=[merge for merge in sheet.merges if merge[1][0] < end])
        for sheet in read_workbook(ENTERPRISES)
    ]
    result = import_enterprises(sheets=sheets, city=plan.issuer, by=None, at=_morning(plan.issued_on))
    if result.faults:
        raise CommandError(f"{ENTERPRISES.name}: " + "; ".join(map(str, result.faults)))
