"""Handing mail to the server: claimed by a lease, one connection a batch, each result written at once.

At least once: between the server's 250 and the row that says so lies one moment in which a process can die; that
one mail is sent again after the lease, under the same Message-ID. Everything else arrives exactly once.
"""

from __future__ import annotations

import datetime
import logging
import smtplib
import time
import uuid
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.record import record
from lib import clock

from . import mail, retries
from .models import Delivery

log = logging.getLogger(__name__)
BATCH = 100
BUDGET = 240.0  # seconds for one call; what remains is the next one's
State = Delivery.State
BAD_ADDRESS = gettext_noop("The e-mail address is not valid.")
DISABLED = gettext_noop("The account is disabled.")


SUM = gettext_noop("%(sent)s sent, %(later)s to be tried again, %(failed)s given up")


class Delivered(NamedTuple):
    """How many went out, will be tried again, were given up."""

    sent: int
    later: int
    failed: int

    def __str__(self) -> str:
        """In the active language."""
        return _(SUM) % self._asdict()


def deliver_waiting(budget: float = BUDGET) -> Delivered:
    """Sends what is due, batch by batch, until nothing is left or the time is up."""
    until = time.monotonic() + budget
    total = Delivered(0, 0, 0)
    while time.monotonic() < until:
        batch = claim()
        if not batch:
            break
        total = Delivered(*(a + b for a, b in zip(total, _send(batch, until), strict=True)))
    return total


def claim(limit: int = BATCH) -> list[Delivery]:
    """Takes a batch for this process alone; the database decides who gets which row."""
    now, token = timezone.now(), uuid.uuid4().hex
    keys = list(Delivery.objects.free(now).order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:limit])
    if not keys:
        return []
    lease = datetime.timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
    mine = Delivery.objects.free(now).filter(pk__in=keys)
    mine.update(lease=token, lease_until=now + lease, attempts=F("attempts") + 1)
    rows = Delivery.objects.filter(lease=token).select_related("notification__recipient__organization")
    return list(rows.prefetch_related("notification__reminders", "notification__carried__notification").order_by("pk"))


def _send(batch: list[Delivery], until: float) -> Delivered:
    """Sends a claimed batch over one connection, made anew where the server hung up."""
    counts = {State.SENT: 0, State.WAITING: 0, State.FAILED: 0}
    until = min(until, time.monotonic() + settings.DELIVERY_LEASE_SECONDS - settings.EMAIL_TIMEOUT)
    connection: BaseEmailBackend | None = None
    broken: Exception | None = None
    for delivery in batch:
        if time.monotonic() >= until:
            _free(delivery)
            continue
        if broken is None and connection is None:
            connection, broken = _open()
        if connection is None:
            counts[_later(delivery, broken or OSError("no connection"))] += 1
            continue
        outcome, lost = _send_one(delivery, connection)
        counts[outcome] += 1
        if lost:
            _close(connection)
            connection = None
    _close(connection)
    return Delivered(counts[State.SENT], counts[State.WAITING], counts[State.FAILED])


def _open() -> tuple[BaseEmailBackend | None, Exception | None]:
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("the mail server does not answer: %s", error)
        _close(connection)
        return None, error
    return connection, None


def _close(connection: BaseEmailBackend | None) -> None:
    if connection is None:
        return
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        log.debug("the mail server hung up first")


def _send_one(delivery: Delivery, connection: BaseEmailBackend) -> tuple[State, bool]:
    """Sends one mail and writes the result; (state, whether the connection is lost)."""
    person = delivery.notification.recipient
    if not person.is_active:
        return _give_up(delivery, DISABLED, permanent=True), False
    delivery.address = person.email.strip() or delivery.address
    try:
        validate_email(delivery.address)
        connection.send_messages([mail.compose(delivery, connection)])
    except ValidationError:
        return _give_up(delivery, BAD_ADDRESS, permanent=True), False
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
            return _refused(delivery, error), False
        return _later(delivery, error), True
    except Exception as error:  # one mail that cannot be written must not keep the others from going out
        log.exception("mail %s could not be written", delivery.pk)
        return _later(delivery, error), True
    _settle(delivery, state=State.SENT, sent_at=clock.now(), error="", next_attempt_at=None)
    return State.SENT, False


def _refused(delivery: Delivery, error: smtplib.SMTPException) -> State:
    if retries.is_final(error):
        return _give_up(delivery, retries.reason(error), permanent=True)
    return _later(delivery, error)


def _later(delivery: Delivery, error: Exception) -> State:
    pause = retries.pause_after(delivery.attempts)
    if pause is None:
        return _give_up(delivery, retries.reason(error), permanent=False)
    _settle(delivery, error=retries.reason(error), next_attempt_at=timezone.now() + pause)
    return State.WAITING


def _give_up(delivery: Delivery, reason: str, *, permanent: bool) -> State:
    person = delivery.notification.recipient
    log.error("mail %s to %s was given up: %s", delivery.pk, person.pk, reason)
    with transaction.atomic():
        if _settle(delivery, state=State.FAILED, error=reason, permanent=permanent, next_attempt_at=None):
            after = {"to": person.real_name, "address": delivery.address, "reason": reason}
            scope = person.organization.root_id
            record("delivery.failed", delivery, by=None, at=clock.now(), scope_id=scope, after=after)
    return State.FAILED


def _free(delivery: Delivery) -> None:
    """Gives back what there was no time for; it was no attempt."""
    _settle(delivery, attempts=delivery.attempts - 1)


def _settle(delivery: Delivery, **values: Any) -> bool:
    """Writes what came of it, for the news that a digest carries as well; False where the lease was lost."""
    mine = Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease)
    if not mine.update(lease="", lease_until=None, address=delivery.address, **values):
        log.warning("mail %s: the lease was lost to another process meanwhile", delivery.pk)
        return False
    state = values.get("state")
    if state:
        carried = Delivery.objects.filter(carried_by=delivery.notification_id, state=State.HELD)
        carried.update(state=state, sent_at=values.get("sent_at"), error=values.get("error", ""))
    return True
