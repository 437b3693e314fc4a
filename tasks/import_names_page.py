"""What the preview shows of names that were taken for a unit."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q

from organizations.models import Organization, OrganizationAlias, User
from organizations.roles import Capability
from tasks.models import ImportBatch


class Taken(NamedTuple):
    """A name of the file and the unit that it is read as."""

    written: str
    name: str
    may_remember: bool


def taken(batch: ImportBatch, user: User) -> list[Taken]:
    """In the order in which they were chosen; two questions where there are any."""
    if not batch.names:
        return []
    names = set(batch.names.values())
    pairs = Organization.objects.under(batch.plan.issuer).filter(Q(name__in=names) | Q(short_name__in=names))
    units = {name for pair in pairs.values_list("name", "short_name") for name in pair}
    known = set(OrganizationAlias.objects.filter(name__in=batch.names).values_list("name", flat=True))
    may = user.may(Capability.MANAGE_PEOPLE)
    return [
        Taken(written, name, may and name in units and written not in known) for written, name in batch.names.items()
    ]
