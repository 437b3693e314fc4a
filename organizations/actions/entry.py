"""Who came in, who left, and who tried in vain: each in a transaction of its own."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction

from audit.context import origin
from audit.models import AuditEntry
from audit.record import record
from organizations.models import Organization, User


@transaction.atomic
def logged_in(*, user: User, at: datetime.datetime) -> None:
    """A person logged in."""
    record("login.done", user, by=user, at=at)


@transaction.atomic
def logged_out(*, user: User, at: datetime.datetime) -> None:
    """A person logged out."""
    record("login.ended", user, by=user, at=at)


@transaction.atomic
def failed(*, account: str, at: datetime.datetime) -> None:
    """An attempt with a wrong account or password; the account as it was typed, the password never."""
    target, scope_id = _tried(account)
    record("login.failed", target, by=None, at=at, scope_id=scope_id, after={"account": account})


@transaction.atomic
def locked(*, account: str, at: datetime.datetime) -> bool:
    """An account was locked on a computer; False where that stands in the record already."""
    target, scope_id = _tried(account)
    known = AuditEntry.objects.filter(
        verb="login.locked", address=origin().address, object_text=str(target), at__gt=at - settings.AXES_COOLOFF_TIME
    )
    if known.exists():
        return False
    record("login.locked", target, by=None, at=at, scope_id=scope_id, after={"account": account})
    return True


def _tried(account: str) -> tuple[User, int | None]:
    """The person of that account, or somebody unknown; and the commission whose record it belongs to."""
    user = User.objects.select_related("organization").filter(username=account).first()
    if user is not None:
        return user, user.organization.root_id
    roots = Organization.objects.filter(parent=None, kind=Organization.Kind.COMMISSION).values_list("pk", flat=True)[:2]
    return User(username=account), roots[0] if len(roots) == 1 else None
