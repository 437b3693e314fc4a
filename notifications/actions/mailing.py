"""What the office does about mail that did not arrive."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.record import record
from notifications import bell
from notifications.models import Delivery

if TYPE_CHECKING:
    from organizations.models import User

State = Delivery.State


@transaction.atomic
def resend(*, delivery: Delivery, by: User, at: datetime.datetime) -> None:
    """Tries a failed mail again, to the address that is on record now.

    Raises ValidationError where there is no address, or the mail does not stand as failed (any more).
    """
    person = delivery.notification.recipient
    if not person.email.strip():
        text = _("%(name)s has no e-mail address. Enter one under People, then send again.")
        raise ValidationError(text % {"name": person.real_name}, code="no_address")
    failed = Delivery.objects.failed().by_mail().filter(pk=delivery.pk)
    values = {"state": State.WAITING, "attempts": 0, "next_attempt_at": timezone.now(), "error": "", "settled": False}
    if not failed.update(address=person.email.strip(), permanent=False, carried_by=None, **values):
        raise ValidationError(_("This mail does not stand as failed any more; nothing was done."), code="stale")
    record("delivery.resend", delivery, by=by, at=at, after={"to": person.real_name, "address": person.email})
    bell.ring()


@transaction.atomic
def settle(*, delivery: Delivery, by: User, at: datetime.datetime) -> None:
    """Takes a failed mail off the list, because the office has dealt with it. Raises ValidationError where stale."""
    if not Delivery.objects.failed().filter(pk=delivery.pk, settled=False).update(settled=True):
        raise ValidationError(_("This mail does not stand as failed any more; nothing was done."), code="stale")
    record("delivery.settle", delivery, by=by, at=at, after={"to": delivery.notification.recipient.real_name})
