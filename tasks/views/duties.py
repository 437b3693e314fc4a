"""Duties where they meet the plan: the page of an item, the search over all lists, a unit's links to tasks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.exports import export
from audit.timeline import timeline_of
from lib import clock
from lib.listing import page_of
from lib.sheets.write import exporting
from organizations.models import Organization
from organizations.person import person_of
from responsibilities import rights
from responsibilities.models import ResponsibilityItem
from responsibilities.states import ListKind
from responsibilities.term_page import rows_of
from responsibilities.views.items import load_item
from responsibilities.views.lists import city_unit, in_force_of
from tasks import duty_page, duty_search
from tasks.actions import duty_links
from tasks.models import Task, TaskItem
from tasks.plans import current_plan

State = TaskItem.State


@never_cache
@require_GET
def duty_item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what it rests on, who holds it and held it, and the work by which it is discharged."""
    user, item = load_item(request, pk)
    context = duty_page.item_context(item, user, clock.today())
    context |= {
        "terms": rows_of(item, clock.today()),
        "may": rights.verbs_of(user, item.list),
        "timeline": timeline_of(request, (ResponsibilityItem._meta.label_lower, [item.pk])),
    }
    return render(request, "tasks/duty_item.html", context)


@require_POST
def duty_item_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Links a task of the unit to an item by hand."""
    user, item = load_item(request, pk)
    if not rights.may_lead(user, item.list.organization_id):
        raise PermissionDenied
    asked = request.POST.get("task", "")
    task = Task.objects.visible_to(user).current().filter(pk=int(asked)).first() if asked.isdecimal() else None
    if task is None:
        messages.error(request, _("Choose a task first."))
        return redirect("duty_item", pk=pk)
    try:
        duty_links.link(task=task, duty=item.duty, by=user, at=clock.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Linked: %(task)s.") % {"task": task.title})
    return redirect("duty_item", pk=pk)


@require_POST
def duty_link_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirms or rejects links of one unit, chosen by `pick`; goes back to where it came from."""
    user, unit = city_unit(request, pk)
    if not rights.may_lead(user, unit.pk):
        raise PermissionDenied
    keys = [int(key) for key in request.POST.getlist("pick") if key.isdecimal()]
    links = list(TaskItem.objects.visible_to(user).filter(duty__organization=unit, pk__in=keys))
    state = State.CONFIRMED if request.POST.get("do") == "confirm" else State.REJECTED
    if not links:
        messages.error(request, _("Choose at least one link first."))
    else:
        number = duty_links.decide(links=links, state=state, by=user, at=clock.now())
        if state == State.CONFIRMED:
            text = ngettext("%(n)s link confirmed.", "%(n)s links confirmed.", number)
        else:
            text = ngettext("%(n)s link rejected.", "%(n)s links rejected.", number)
        messages.success(request, text % {"n": number})
    item = request.POST.get("item", "")
    return redirect("duty_item", pk=int(item)) if item.isdecimal() else redirect("duty_links", pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duty_links_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A unit's duties beside its tasks: proposals to decide, duties without any work; POST looks for proposals anew."""
    user, unit = city_unit(request, pk)
    leads = rights.may_lead(user, unit.pk)
    plan = current_plan(request)
    if request.method == "POST":
        if not leads:
            raise PermissionDenied
        if plan is not None:
            number = duty_links.propose(plan=plan, organization=unit)
            text = ngettext("%(n)s proposal waits for a decision.", "%(n)s proposals wait for a decision.", number)
            messages.success(request, text % {"n": number})
        return redirect("duty_links", pk=pk)
    lists = in_force_of(unit, user, None)
    groups = duty_page.desk_of(lists, user)
    shown = request.GET.get("show", "")
    chosen = {
        "suggested": [group for group in groups if group.suggested],
        "without": [group for group in groups if not group.suggested and not group.confirmed],
        "confirmed": [group for group in groups if group.confirmed],
    }
    context = {
        "unit": unit,
        "leads": leads,
        "lists": lists,
        "groups": chosen.get(shown, groups),
        "show": shown if shown in chosen else "",
        "tabs": [
            ("", _("All items"), len(groups)),
            ("suggested", _("To be decided"), len(chosen["suggested"])),
            ("without", _("Without any task"), len(chosen["without"])),
            ("confirmed", _("With tasks"), len(chosen["confirmed"])),
        ],
    }
    return render(request, "tasks/duty_links.html", context)


@require_GET
def duty_search_page(request: HttpRequest) -> HttpResponseBase:
    """Which unit answers for it: words of the item, its law or article, its office, holder or unit; `?format=` exports
    the items."""
    user = person_of(request)
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    kind = request.GET.get("kind", "") if request.GET.get("kind") in ListKind.values else ""
    asked = request.GET.get("unit", "")
    unit = None
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        root = f"/{user.organization.root_id}/"
        unit = Organization.objects.filter(path__startswith=root, pk=int(asked)).first()
    words = query.split()
    context: dict[str, Any] = {"query": query, "kind": kind, "unit": unit, "kinds": ListKind.choices}
    if words:
        unit_id = unit.pk if unit else None
        items = duty_search.find(user, query, kind, unit_id)
        if exporting(request):
            return export(request, f"{_('Search all lists')} {query}", duty_search.sheet_of(items, user, query))
        page = page_of(request, items, size=30)
        context["export_query"] = "?" + urlencode({"q": query, "kind": kind, "unit": unit_id or ""})
        near = [] if page.paginator.count else duty_search.nearest(user, query, kind, unit_id)
        context |= {
            "page": page,
            "hits": duty_search.hits(list(page.object_list), user, words, clock.today()),
            "near": duty_search.hits(near, user, words, clock.today()) if near else [],
            "tasks": duty_search.tasks_with(user, query, words),
        }
    return render(request, "tasks/duty_search.html", context)
