"""seal_audit: what the job does every ten minutes, at once; prints the newest seal to be kept elsewhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from audit.models import Seal
from audit.seals import seal_all


class Command(BaseCommand):
    """A seal that was printed or sent away shows whether anybody rewrote the record later."""

    help = "Seal all entries of the audit record that no seal holds yet; print number, moment and hash of the newest."

    def handle(self, **options: Any) -> None:
        """Seals and tells."""
        number = seal_all(at=timezone.now())
        seal = Seal.objects.defer("contents").last()
        self.stdout.write(f"{number} entries sealed.")
        if seal is not None:
            self.stdout.write(f"Seal No. {seal.number} of {timezone.localtime(seal.at):%Y-%m-%d %H:%M:%S}: {seal.hash}")
