"""verify_audit: walks the whole record; exit 1 and the first broken entry if anything was changed or removed."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audit.findings import object_of
from audit.models import Verification
from audit.verify import Outcome, verify

SHOWN = 20


class Command(BaseCommand):
    """The outcome also stands on the page of the record."""

    help = (
        "Walk the audit record: every entry against its hash, the entry before it on its object, and the seals. "
        "Exit 0: intact. Exit 1: names the first entry that was changed, removed, inserted or moved."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The format."""
        parser.add_argument("--json", action="store_true", help="the outcome as one JSON object on standard output")

    def handle(self, *, json: bool, verbosity: int, **options: Any) -> None:
        """Walks, keeps the outcome for the page, tells it."""
        outcome = verify(progress=self._progress if verbosity > 1 else None)
        Verification.keep(outcome, timezone.now())
        if json:
            self.stdout.write(_as_json(outcome))
        else:
            self._tell(outcome)
        if not outcome.intact:
            sys.exit(1)

    def _progress(self, walked: int) -> None:
        self.stderr.write(f"{walked} entries", ending="\r")

    def _tell(self, outcome: Outcome) -> None:
        seal = f"last seal No. {outcome.seals} {outcome.last_seal}" if outcome.seals else "no seal yet"
        self.stdout.write(f"{outcome.entries} entries, {outcome.seals} seals, {seal}, {outcome.seconds:.1f} s")
        if outcome.intact:
            self.stdout.write("The record is intact.")
            return
        self.stdout.write(f"THE RECORD IS BROKEN in {outcome.number} places. The first:")
        for one in outcome.findings[:SHOWN]:
            about = " · ".join(part for part in (object_of(one), one.at) if part)
            self.stdout.write(f"- {one}" + (f" · {about}" if about else ""))
        if outcome.number > SHOWN:
            self.stdout.write(f"and {outcome.number - SHOWN} more")


def _as_json(outcome: Outcome) -> str:
    told = [one.as_json() | {"object": object_of(one), "text": str(one)} for one in outcome.findings]
    figures = outcome.figures() | {"seconds": round(outcome.seconds, 3)}
    return json.dumps(figures | {"first": told[0] if told else None, "findings": told}, ensure_ascii=False)
