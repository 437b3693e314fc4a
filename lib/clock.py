"""The one clock. Everything that asks for "today" or "now" asks here, in zone Asia/Shanghai.

BUSINESS_DATE pins the day (demo and tests); the page header then says so.
"""

import datetime

from django.conf import settings
from django.utils import timezone


def pinned() -> datetime.date | None:
    """The pinned business date, or None where the clock runs freely (production)."""
    return datetime.date.fromisoformat(settings.BUSINESS_DATE) if settings.BUSINESS_DATE else None


def now() -> datetime.datetime:
    """The aware moment; on a pinned day with the real time of day."""
    moment = timezone.localtime()
    day = pinned()
    return moment.replace(year=day.year, month=day.month, day=day.day) if day else moment


def today() -> datetime.date:
    """The business date."""
    return pinned() or timezone.localdate()
