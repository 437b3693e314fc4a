"""The background process, for tests."""

import datetime

from django.utils import timezone

from background import work_runner
from background.work import discover


def work(later=0):
    """One round of it, so many minutes from now: a failed attempt is not repeated at once. How much was done."""
    return work_runner.sweep(discover(), timezone.now() + datetime.timedelta(minutes=later))
