"""What a person does with the own messages: reading them, and choosing how they arrive."""

from __future__ import annotations

import datetime

from django.db import transaction

from audit.record import record
from notifications.models import Notification, Preference
from organizations.models import User


def mark_read(*, message: Notification, at: datetime.datetime) -> bool:
    """Notes the first reading; False where it was read before."""
    done = Notification.objects.filter(pk=message.pk, read_at=None).update(read_at=at)
    return bool(done)


def mark_all_read(*, by: User, at: datetime.datetime) -> int:
    """Marks everything of the person as read; returns how many were unread."""
    return Notification.objects.visible_to(by).unread().update(read_at=at)


@transaction.atomic
def choose(*, by: User, email: str, digest_by_mail: bool, at: datetime.datetime) -> bool:
    """Sets the own address and whether the digest is mailed; False where nothing changed."""
    own = Preference.objects.filter(user=by).first() or Preference(user=by)
    before = {"email": by.email, "digest_by_mail": own.digest_by_mail}
    after = {"email": email, "digest_by_mail": digest_by_mail}
    if before == after:
        return False
    own.digest_by_mail = digest_by_mail
    own.save()
    by.email = email
    by.save(update_fields=["email"])
    changed = [name for name in after if before[name] != after[name]]
    record(
        "preference.change", by, by=by, at=at,
        before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
    )  # fmt: skip
    return True
