"""Many tasks at once: first a page that says which and what follows, then the act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lib import clock
from organizations.directory import Directory
from organizations.forms.pick import LIST_ID
from organizations.models import User
from tasks import bulk_words
from tasks.actions import bulk_tasks
from tasks.forms.bulk import FORMS, DoForm
from tasks.models import Plan, Task
from tasks.plans import plan_of
from tasks.task_filters import TaskFilter

from .managing import fanned_words, manager, sentences

SHOWN = 20  # tasks named on the page


def _picked(request: HttpRequest, plan: Plan, user: User) -> list[Task]:
    """The tasks ticked in the list, or all that its conditions select; never one of another plan."""
    if request.POST.get("all"):
        return list(TaskFilter(request.GET, user=user, plan=plan).rows())
    asked = request.POST.getlist("pick") + request.POST.get("picked", "").split(",")
    keys = [int(key) for key in asked if key.isascii() and key.isdecimal() and len(key) < 19]
    return list(Task.objects.visible_to(user).filter(plan=plan, pk__in=keys))


def _concerned(do: str, picked: Sequence[Task]) -> list[Task]:
    """Those of the chosen that the action would change."""
    match do:
        case "deadline":
            return [task for task in picked if task.cadence in bulk_tasks.DATED]
        case "confirm":
            return [task for task in picked if task.is_proposed]
        case "propose":
            return [task for task in picked if not task.is_proposed]
        case "withdraw":
            return [task for task in picked if not task.withdrawn]
        case "restore":
            return [task for task in picked if task.withdrawn]
        case "delete":
            keys = [task.pk for task in picked]
            free = set(Task.objects.untouched().filter(pk__in=keys).values_list("pk", flat=True))
            return [task for task in picked if task.pk in free]
    return list(picked)


def _back(request: HttpRequest, year: int) -> str:
    """The list as it was."""
    query = request.GET.urlencode()
    return reverse("task_list", args=[year]) + (f"?{query}" if query else "")


@never_cache
@require_POST
def task_bulk(request: HttpRequest, year: int) -> HttpResponse:
    """Deadline, cadence, units, marks, withdraw, restore, delete."""
    plan = plan_of(request, year)
    user = manager(request)
    asked = DoForm(request.POST)
    picked = _picked(request, plan, user)
    if not asked.is_valid() or not picked:
        messages.error(request, _("No task was chosen. Tick the tasks first."))
        return redirect(_back(request, year))
    do = asked.cleaned_data["do"]
    concerned = _concerned(do, picked)
    confirmed = "confirmed" in request.POST
    directory = Directory(user, groups=True) if do == "units" else None
    kind = FORMS.get(do)
    form = kind(request.POST if confirmed else None, plan=plan, directory=directory) if kind else None
    ready = confirmed and concerned and (form is None or form.is_valid())
    if ready and _carried_out(request, do, concerned, form):
        return redirect(_back(request, year))
    context = {
        "plan": plan,
        "do": do,
        "form": form,
        "concerned": concerned,
        "picked": ",".join(str(task.pk) for task in concerned),
        "shown": concerned[:SHOWN],
        "more": max(0, len(concerned) - SHOWN),
        "question": bulk_words.question(do, len(concerned)),
        "consequence": bulk_words.consequence(do),
        "left_out": bulk_words.left_out(do, len(picked) - len(concerned)),
        "button": bulk_words.button(do, len(concerned)),
        "datalist": directory.datalist(LIST_ID) if directory else "",
        "back": _back(request, year),
    }
    return render(request, "tasks/task_bulk.html", context)


def _carried_out(request: HttpRequest, do: str, tasks: list[Task], form: Any) -> bool:
    """Does it and says how many; False where it was refused, with the reason at its field or at the top."""
    try:
        result = _act(request, do, tasks, form.arguments() if form else {})
    except ValidationError as error:
        if form is not None:
            form.add_error(None, error)
        else:
            messages.error(request, " ".join(error.messages))
        return False
    messages.success(request, sentences(bulk_words.done(do, result.changed), fanned_words(result.fanned)))
    return True


def _act(request: HttpRequest, do: str, tasks: list[Task], arguments: dict[str, Any]) -> bulk_tasks.BulkResult:
    common: dict[str, Any] = {"tasks": tasks, "by": request.user, "at": clock.now()}
    if do == "delete":
        return bulk_tasks.BulkResult(bulk_tasks.delete_tasks(**common))
    common["today"] = clock.today()
    match do:
        case "deadline":
            return bulk_tasks.move_deadlines(**common, **arguments)
        case "cadence":
            return bulk_tasks.set_cadence(**common, **arguments)
        case "units":
            return bulk_tasks.set_units(**common, **arguments)
        case "gates":
            return bulk_tasks.set_gates(**common, **arguments)
        case "withdraw":
            return bulk_tasks.withdraw(**common)
        case "restore":
            return bulk_tasks.restore(**common)
    return bulk_tasks.set_proposed(**common, proposed=do == "propose")
