"""`send_reminders`: what the daily job does, by hand."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from lib import clock
from notifications.calendar import calendar
from notifications.models import Reminder
from notifications.planner import Planned, plan_all
from notifications.texts import stage_words


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--on {text}: no such day; write it as 2017-09-20.") from error


class Command(BaseCommand):
    """Plans one day, with the days that were missed before it; delivery is the outbox's."""

    help = "Says what the ladder has due on a day and was not said yet. A second run says nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """--on and --dry-run."""
        parser.add_argument("--on", metavar="DATE", help="the business date, 2017-09-20 (default: today)")
        parser.add_argument("--dry-run", action="store_true", help="print who would be told what; write nothing")

    def handle(self, *args: Any, on: str | None, dry_run: bool, **options: Any) -> None:
        """Prints one line a commission; a dry run one more for each person and thing."""
        day = _day(on) if on else clock.today()
        with translation.override("en"):
            with transaction.atomic():
                done = plan_all(on=day, at=clock.now(), calendar=calendar())
                if dry_run:
                    self._list(done)
                    transaction.set_rollback(True)
            for city, planned in done.items():
                self.stdout.write(f"{day} {city}: {planned}{' (dry run, nothing was written)' if dry_run else ''}")
                if planned.missing:
                    self.stderr.write(f"No working days are known for {planned.missing}; enter them in the calendar.")

    def _list(self, done: dict[str, Planned]) -> None:
        for planned in done.values():
            rows = Reminder.objects.filter(notification__in=planned.messages)
            rows = rows.select_related("recipient__organization", "notification")
            for row in rows.order_by("recipient_id", "notification__urgent", "id").iterator():
                mark = "urgent  " if row.notification.urgent else "digest  "
                who = f"{row.recipient.real_name} ({row.recipient.organization.label})"
                self.stdout.write(f"{mark}{who}: {stage_words(row.subject, row.stage)} · {row.what} · {row.unit}")
