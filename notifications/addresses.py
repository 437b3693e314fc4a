"""Where a person can be reached, and what the person has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from organizations.models import User

from .models import Preference


class Address(NamedTuple):
    """E-mail ("" where none is on record) and whether ordinary messages are to be mailed."""

    email: str
    wants_digest: bool


def of(people: Iterable[int]) -> dict[int, Address]:
    """The addresses of those who may log in; who is disabled is not among them. Two queries."""
    keys = list(people)
    against = set(Preference.objects.filter(user__in=keys, digest_by_mail=False).values_list("user_id", flat=True))
    found = User.objects.active().filter(pk__in=keys).order_by().values_list("pk", "email")
    return {pk: Address(email.strip(), pk not in against) for pk, email in found}
