"""`generate_load --assignments N`: a made-up city of that size, for benchmarks."""

from __future__ import annotations

import random
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from lib import clock
from organizations.models import Organization
from tasks.load import city, work

SEED = 20170407


class Command(BaseCommand):
    """A city of its own, so that a database may hold several, beside the real one. The same call, the same city."""

    help = "Fills the database with a made-up city for benchmarks. Refuses where DEBUG and DEMO are off."

    def add_arguments(self, parser: CommandParser) -> None:
        """Size, and where it goes."""
        parser.add_argument("--assignments", type=int, required=True, metavar="N", help="how many assignments")
        parser.add_argument("--city", default="基准市", help="the city's name; each can be made once")
        parser.add_argument("--year", type=int, help="the plan's year (default: that of the business date)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes the city in one transaction and says what is there."""
        size, name = options["assignments"], options["city"]
        if not (settings.DEBUG or settings.DEMO):
            raise CommandError("This is no place for a made-up city: DEBUG and DEMO are off.")
        if size < 1:
            raise CommandError("--assignments must be 1 or more.")
        if Organization.objects.filter(name__startswith=f"{name}安全生产委员会").exists():
            raise CommandError(f"{name} exists already; choose another name with --city.")
        started = time.monotonic()
        today = clock.today()
        dice = random.Random(f"{SEED} {size}")  # noqa: S311  (the same city each time is the point)
        with transaction.atomic():
            made_city = city.build(name, size, dice)
            _plan, made = work.build(made_city, options["year"] or today.year, size, today, dice)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # fresh tables have no statistics yet; their plans would be guesses
        self.stdout.write(
            f"{name}: {len(made_city.units)} units, {len(made_city.towns)} towns, "
            f"{len(made_city.enterprises)} enterprises, {made.tasks} tasks, {made.assignments} assignments, "
            f"{made.entries} entries, {made.reviews} reviews in {time.monotonic() - started:.1f} s"
        )
