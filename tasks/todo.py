"""Lists of powers and duties on the page 待办: to be approved, to be published, returned to be corrected."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lib.templatetags.ui import sig
from organizations.models import User
from responsibilities.models import ResponsibilityList
from responsibilities.overview import next_words
from responsibilities.rights import awaiting
from responsibilities.states import SIGNAL_OF, ListState

from .also import SHOWN, Also, Todo, register
from .models import Plan


@register
def lists_to_do(user: User, plan: Plan, today: datetime.date) -> Also:
    """The lists whose next step is the person's, longest waiting first."""
    rows = awaiting(user).select_related("organization").annotate(number=Window(Count("pk")))
    found = list(rows.order_by("approved_at", "submitted_at", "pk")[:SHOWN])
    return Also(
        key="lists",
        signal="sent",
        title=_("Lists of powers and duties"),
        hint=_("longest waiting first"),
        number=found[0].number if found else 0,  # type: ignore[attr-defined]  # annotated
        href=f"{reverse('duty_lists')}?{urlencode({'tab': 'me'})}",
        rows=[_row(one) for one in found],
    )


def _row(one: ResponsibilityList) -> Todo:
    page = reverse("duty_list", kwargs={"pk": one.pk})
    steps = {
        ListState.SUBMITTED: ("approve", pgettext("list", "Approve")),
        ListState.APPROVED: ("publish", _("Publish")),
    }
    verb, label = steps.get(ListState(one.state), ("", _("Correct")))
    return Todo(
        signal=sig(SIGNAL_OF[ListState(one.state)], str(one.get_state_display())),
        href=page,
        title=one.official_title,
        meta=one.remark if one.state == ListState.RETURNED and one.remark else next_words(one),
        act=label,
        act_href=reverse("duty_list_step", kwargs={"pk": one.pk, "verb": verb}) if verb else page,
        primary=not verb,
    )
