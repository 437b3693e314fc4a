"""What the frame around every page shows: plan, business date, navigation, language, theme."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language

from lib import clock
from notifications.models import Notification
from organizations.models import Organization
from organizations.roles import Capability
from reports.rights import awaiting as reports_awaiting
from responsibilities.rights import awaiting as lists_awaiting
from tasks.awaits import counts_of
from tasks.plans import current_plan, visible_plans

from . import navigation


def _commission(user: Any) -> Organization:
    return user.scope_root if user.sees_city else Organization.objects.get(pk=user.organization.root_id)


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html. For the anonymous (log-in page, errors) only the neutral part."""
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {
        "frame_pinned": clock.pinned(),
        "frame_demo": settings.DEMO,
        "frame_theme": theme if theme in {"light", "dark"} else "",
        "frame_lang": "en" if get_language() == "en" else "zh-CN",
        "today": clock.today(),
    }
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.must_change_password:
        return context
    plan = current_plan(request)
    also: dict[str, QuerySet[Any]] = {"unread": Notification.objects.visible_to(user).unread()}
    if user.may(Capability.DRAFT_LISTS):
        also["lists"] = lists_awaiting(user)
    if plan:
        also["reports"] = reports_awaiting(user).of_plan(plan)
    counts = counts_of(user, plan, clock.today(), also)
    groups = navigation.groups(request, plan, counts)
    context |= {
        "frame_plan": plan,
        "frame_plans": visible_plans(request),
        "frame_commission": plan.issuer if plan else _commission(user),
        "frame_nav": groups,
        "frame_tabs": navigation.tabs(groups),
        "frame_unread": counts["unread"],
    }
    return context
