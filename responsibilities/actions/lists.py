"""A version of a list: made, revised from the last, or thrown away while it is a draft."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.record import record
from organizations.models import Organization
from responsibilities.content import values_of
from responsibilities.models import Duty, LegalBasis, ResponsibilityItem, ResponsibilityList
from responsibilities.states import ListKind, ListState

from .writing import Wanted, claim, items_of, locked, set_items

if TYPE_CHECKING:
    from organizations.models import User


def new_version(
    *,
    organization: Organization,
    city: Organization,
    kind: str,
    year: int,
    by: User | None,
    at: datetime.datetime,
    reason: str = "",
) -> ResponsibilityList:
    """An empty draft with the next version number; raises ValidationError where one is open already."""
    versions = ResponsibilityList.objects.filter(organization=organization, kind=kind, year=year)
    last = versions.order_by("-version").first()
    if last is not None and not last.is_published:
        raise ValidationError(_("There is a version that is not published yet; edit that one."), code="open")
    one = ResponsibilityList(
        city=city, organization=organization, kind=kind, year=year, version=last.version + 1 if last else 1,
        created_by=by, created_at=at, reason=reason,
    )  # fmt: skip
    try:
        with transaction.atomic():
            one.save()
    except IntegrityError as error:
        text = _("Somebody else began the same version a moment ago; edit that one.")
        raise ValidationError(text, code="open") from error
    return one


def latest_before(organization: Organization, kind: str, year: int) -> ResponsibilityList | None:
    """The last published version of that year or an earlier one: what a revision is copied from."""
    rows = ResponsibilityList.objects.published().filter(organization=organization, kind=kind, year__lte=year)
    return rows.order_by("-year", "-version").first()


@transaction.atomic
def create(
    *,
    organization: Organization,
    kind: ListKind,
    year: int,
    by: User,
    at: datetime.datetime,
    reason: str = "",
    copied: bool = True,
) -> ResponsibilityList:
    """A draft: copied from the last published version where there is one, otherwise empty."""
    city = Organization.objects.get(pk=organization.root_id)
    base = latest_before(organization, kind, year) if copied else None
    one = new_version(organization=organization, city=city, kind=kind, year=year, by=by, at=at, reason=reason.strip())
    if base is not None:
        set_items(one, [Wanted(item.duty, values_of(item)) for item in items_of(base)], recorded=False)
    after = {"version": one.version, "year": year, "kind": kind, "reason": reason.strip()}
    record("list.revise" if base else "list.create", one, by=by, at=at, scope_id=city.pk,
           after=after | ({"base": base.pk} if base else {}))  # fmt: skip
    return one


@transaction.atomic
def discard(*, one: ResponsibilityList, by: User, at: datetime.datetime, edition: int | None = None) -> None:
    """Deletes a draft that was never published, with its items; raises StaleError."""
    now = locked(one)
    claim(now, edition=edition)
    items = items_of(now)
    record("list.discard", now, by=by, at=at, scope_id=now.city_id,
           before={"items": [values_of(item) for item in items]})  # fmt: skip
    LegalBasis.objects.filter(item__list=now.pk).delete()
    ResponsibilityItem.objects.filter(list=now.pk).delete()
    ResponsibilityList.objects.filter(pk=now.pk).delete()
    Duty.objects.filter(pk__in=[item.duty_id for item in items], items__isnull=True, terms__isnull=True).delete()


def other_drafts(organization_id: int, kind: str, year: int) -> ResponsibilityList | None:
    """The version of that list that is not published yet; None where there is none."""
    rows = ResponsibilityList.objects.filter(organization=organization_id, kind=kind, year=year)
    return rows.exclude(state=ListState.PUBLISHED).first()
