"""Overdue, due soon, done late: the one place that decides, in Python and in SQL.

A unit is punctual by the day it handed in (`done_on`), not by the day somebody found the time to sign:
an assignment submitted in time does not become overdue on the reviewer's desk (尽职照单免责). What waits for
the own head has not left the unit: its clock runs on.
An assignment without deadline is never overdue.
"""

import datetime

from django.conf import settings
from django.db.models import Case, CharField, F, Q, Value, When

from .states import WITH_UNIT, AssignmentState, Signal


def punctuality(
    state: str, due_on: datetime.date | None, done_on: datetime.date | None, today: datetime.date
) -> Signal:
    """One of OK, SOON, OVER, DONE, LATE for a row that is not cancelled.

    `done_on` is the day of the last submission; it is set in the states SUBMITTED and DONE only.
    """
    late = due_on is not None and done_on is not None and done_on > due_on
    if state == AssignmentState.DONE:
        return Signal.LATE if late else Signal.DONE
    if state == AssignmentState.SUBMITTED:
        return Signal.OVER if late else Signal.OK
    if due_on is None:
        return Signal.OK
    if due_on < today:
        return Signal.OVER
    return Signal.SOON if due_on <= soon_limit(today) else Signal.OK


def soon_limit(today: datetime.date) -> datetime.date:
    """The last day that counts as due soon (临期; ten days unless set otherwise)."""
    return today + datetime.timedelta(days=settings.DUE_SOON_DAYS)


_LATE = Q(done_on__gt=F("due_on"))
_IN_TIME = Q(due_on__isnull=True) | Q(done_on__isnull=True) | Q(done_on__lte=F("due_on"))
_SUBMITTED = Q(state=AssignmentState.SUBMITTED)
_WITH_UNIT = Q(state__in=sorted(WITH_UNIT))


def overdue_q(today: datetime.date) -> Q:
    """Rows whose punctuality is OVER."""
    return (_WITH_UNIT & Q(due_on__lt=today)) | (_SUBMITTED & _LATE)


def soon_q(today: datetime.date) -> Q:
    """Rows whose punctuality is SOON."""
    return _WITH_UNIT & Q(due_on__gte=today, due_on__lte=soon_limit(today))


def on_track_q(today: datetime.date) -> Q:
    """Rows whose punctuality is OK."""
    return (_WITH_UNIT & (Q(due_on__isnull=True) | Q(due_on__gt=soon_limit(today)))) | (_SUBMITTED & _IN_TIME)


def done_in_time_q() -> Q:
    """Rows whose punctuality is DONE."""
    return Q(state=AssignmentState.DONE) & _IN_TIME


def done_late_q() -> Q:
    """Rows whose punctuality is LATE."""
    return Q(state=AssignmentState.DONE) & _LATE


def signal_q(signal: str, today: datetime.date) -> Q:
    """Rows that a filter `signal=` means; the last four are workflow, not punctuality."""
    match signal:
        case Signal.OVER:
            return overdue_q(today)
        case Signal.SOON:
            return soon_q(today)
        case Signal.OK:
            return on_track_q(today)
        case Signal.DONE:
            return done_in_time_q()
        case Signal.LATE:
            return done_late_q()
        case Signal.HEAD:
            return Q(state=AssignmentState.WITH_HEAD)
        case Signal.SENT:
            return _SUBMITTED
        case Signal.BACK:
            return Q(state=AssignmentState.SENT_BACK)
        case Signal.NONE:
            return Q(state=AssignmentState.NOT_STARTED)
    raise ValueError(signal)


def punctuality_case(today: datetime.date) -> Case:
    """The same decision as an SQL expression; NULL for cancelled rows."""
    return Case(
        When(overdue_q(today), then=Value(Signal.OVER.value)),
        When(soon_q(today), then=Value(Signal.SOON.value)),
        When(on_track_q(today), then=Value(Signal.OK.value)),
        When(done_in_time_q(), then=Value(Signal.DONE.value)),
        When(done_late_q(), then=Value(Signal.LATE.value)),
        default=Value(None, output_field=CharField(null=True)),
        output_field=CharField(null=True),
    )
