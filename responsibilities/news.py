"""Who is told what on a list's way."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_noop

from notifications.outbox import News, queue
from organizations.models import Organization, User
from organizations.roles import CAPABILITIES, Capability

from .models import ResponsibilityList

if TYPE_CHECKING:
    from organizations.models.user import UserQuerySet

_SAID = {
    "submit": (
        gettext_noop("A list waits for your approval: %(list)s"),
        gettext_noop("%(by)s submitted it. Approve it, or return it with a reason."),
    ),
    "approve": (
        gettext_noop("A list waits for publication: %(list)s"),
        gettext_noop("%(by)s approved it. Publish it, or return it with a reason."),
    ),
    "refuse": (
        gettext_noop("A list was returned: %(list)s"),
        gettext_noop("%(by)s: %(remark)s"),
    ),
    "send_back": (
        gettext_noop("A list was returned: %(list)s"),
        gettext_noop("%(by)s: %(remark)s"),
    ),
    "publish": (
        gettext_noop("A list was published: %(list)s"),
        gettext_noop("It is frozen from now on; a change is a new version."),
    ),
}


def _with(capability: str) -> list[str]:
    return [role for role, allowed in CAPABILITIES.items() if capability in allowed]


def publishers(city_id: int) -> UserQuerySet:
    """The people of the commission and its office who may publish."""
    offices = Organization.objects.filter(path__startswith=f"/{city_id}/", kind=Organization.Kind.COMMISSION)
    return User.objects.active().filter(role__in=_with(Capability.PUBLISH_LISTS), organization__in=offices)


def _recipients(verb: str, one: ResponsibilityList) -> UserQuerySet:
    unit = User.objects.active().filter(organization=one.organization_id)
    if verb == "submit":
        return unit.filter(role__in=_with(Capability.APPROVE_LISTS))
    if verb == "approve":
        return publishers(one.city_id)
    return unit.filter(role__in=_with(Capability.DRAFT_LISTS))


def tell(verb: str, one: ResponsibilityList, *, by: User, at: datetime.datetime, remark: str = "") -> None:
    """Queues the news of a step for those who have to act, or for the unit; not for who did it."""
    if verb not in _SAID:
        return
    subject, text = _SAID[verb]
    params = {"list": one.official_title, "by": by.post_and_unit, "remark": remark}
    link = reverse("duty_list", kwargs={"pk": one.pk})
    keys = _recipients(verb, one).exclude(pk=by.pk).values_list("pk", flat=True)
    queue(
        [
            News(
                recipient_id=key, kind=f"list.{verb}", subject=subject, text=text, params=params, link=link,
                dedup_key=f"list.{verb}:{one.pk}:{one.edition}:{key}", about=one,
            )
            for key in keys
        ],
        at=at,
    )  # fmt: skip
