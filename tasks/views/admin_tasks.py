"""The admin's pages for tasks: list, export, new, edit. Many at once: admin_bulk.py."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit.exports import export
from lib import clock
from lib.listing import empty_last, page_of
from organizations.directory import Directory
from organizations.forms.pick import LIST_ID
from organizations.models import User
from tasks import task_list_page
from tasks.actions import tasks as actions
from tasks.actions.refusals import note_refusal
from tasks.forms.tasks import MilestoneFormSet, TaskForm, now_words
from tasks.models import Plan, Task
from tasks.models.task import TaskQuerySet
from tasks.plans import plan_of
from tasks.task_filters import TaskFilter

from .managing import fanned_words, manager, sentences


def ordered(request: HttpRequest, chosen: TaskFilter) -> TaskQuerySet:
    """The rows of the filter in the order that the address asks for."""
    _sort, columns = task_list_page.sorting(request)
    return chosen.rows().order_by(*empty_last(columns, task_list_page.NULLABLE))


@require_GET
def task_list(request: HttpRequest, year: int) -> HttpResponse:
    """The tasks of a plan, fifty a page, to be searched, filtered, sorted, and changed many at once."""
    plan = plan_of(request, year)
    user = manager(request)
    chosen = TaskFilter(request.GET, user=user, plan=plan)
    page = page_of(request, ordered(request, chosen).for_list())
    sort, _columns = task_list_page.sorting(request)
    bar, more = task_list_page.fields_of(chosen)
    context = {
        "plan": plan,
        "chosen": chosen,
        "chips": chosen.chips(),
        "ignored": chosen.ignored_labels(),
        "bar": bar,
        "more": more,
        "more_set": bool({"cadence", "withdrawn", "due_from", "due_to"} & chosen.values.keys()),
        "heads": task_list_page.heads_of(chosen, sort),
        "sort": "" if sort == "plan" else sort,
        "page": page,
        "rows": task_list_page.rows_of(page.object_list, user, chosen, clock.today()),
        "list_query": chosen.query(),
    }
    return render(request, "tasks/task_list.html", context)


@require_GET
def task_export(request: HttpRequest, year: int) -> FileResponse:
    """Exactly the filtered rows, all pages, as Excel or CSV."""
    plan = plan_of(request, year)
    chosen = TaskFilter(request.GET, user=manager(request), plan=plan)
    sheet = task_list_page.sheet_of(chosen, ordered(request, chosen), clock.today())
    return export(request, f"{sheet.title} {clock.today():%Y-%m-%d}", sheet, of=plan)


class _Page:
    """The form of one task with its milestones; `task` None for a new one."""

    def __init__(self, request: HttpRequest, plan: Plan, user: User, task: Task | None) -> None:
        self.request, self.plan, self.user, self.task = request, plan, user, task
        self.directory = Directory(user, groups=True)
        self.points = list(plan.work_points.all())
        initial = {} if task else {"work_point": self._asked_point()}
        milestones = [{"due_on": m.due_on, "title": m.title} for m in task.milestones.all()] if task else []
        data = request.POST or None
        self.form = TaskForm(data, plan=plan, points=self.points, directory=self.directory, task=task, initial=initial)
        self.lines = MilestoneFormSet(data, prefix="milestones", initial=milestones)

    def _asked_point(self) -> Any:
        """The work point whose page offered the new task."""
        asked = self.request.GET.get("point", "")
        return next((point.pk for point in self.points if str(point.number) == asked), None)

    def valid(self) -> bool:
        """Checks form and lines, all of them, so that everything wrong is said at once."""
        right = [self.form.is_valid(), self.lines.is_valid()]
        if not right[0]:
            self.lines.leave_focus()
        return all(right) and self.lines.check_against(self.form)

    def refuse(self, error: ValidationError) -> None:
        """Shows what the action refused; a field that is no field of the form goes to the top."""
        if not hasattr(error, "error_dict"):
            self.form.add_error(None, error)
            return
        for name, texts in error.error_dict.items():
            self.form.add_error(name if name in self.form.fields else None, texts)

    def show(self, **more: Any) -> HttpResponse:
        """The page, with what was typed."""
        context = {
            "plan": self.plan,
            "task": self.task,
            "form": self.form,
            "lines": self.lines,
            "datalist": self.directory.datalist(LIST_ID),
        }
        return render(self.request, "tasks/task_form.html", context | more)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def task_create(request: HttpRequest, year: int) -> HttpResponse:
    """A new task; saving it makes its assignments."""
    plan = plan_of(request, year)
    user = manager(request)
    page = _Page(request, plan, user, None)
    if request.method == "POST" and page.valid():
        details = page.form.details(page.lines.milestones)
        try:
            made = actions.create_task(plan=plan, details=details, by=user, at=clock.now(), today=clock.today())
        except ValidationError as error:
            page.refuse(error)
        else:
            _say(request, _("Added: %(task)s.") % {"task": made.task}, made)
            if "again" in request.POST:
                return redirect(f"{reverse('task_create', args=[plan.year])}?point={made.task.work_point.number}")
            return redirect("task", pk=made.task.pk)
    return page.show()


def _say(request: HttpRequest, text: str, change: actions.TaskChange) -> None:
    """What was done, and what it did to assignments."""
    fanned = fanned_words(change.fanned)
    if change.changed and not fanned and not change.task.units.exists():
        fanned = _("It names no unit yet, so nobody has been given an assignment.")
    messages.success(request, sentences(text, fanned))


def _load(user: User, pk: int) -> Task:
    return get_object_or_404(Task.objects.visible_to(user).for_list().prefetch_related("milestones"), pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one task; open assignments follow, what has been done stays."""
    user: Any = request.user
    task = _load(user, pk)
    task.plan = plan_of(request, task.plan.year)
    user = manager(request)
    page = _Page(request, task.plan, user, task)
    untouched = Task.objects.untouched().filter(pk=pk).exists()
    if request.method == "POST" and page.valid():
        response = _save(request, page, task, user)
        if isinstance(response, HttpResponse):
            return response
        return page.show(untouched=untouched, now=response)
    return page.show(untouched=untouched)


def _save(request: HttpRequest, page: _Page, task: Task, user: User) -> HttpResponse | list[tuple[str, str]]:
    """Saves; where somebody else was faster, what the differing fields hold now."""
    at = clock.now()
    try:
        change = actions.change_task(
            task=task,
            version=page.form.cleaned_data["version"] or 0,
            details=page.form.details(page.lines.milestones),
            by=user,
            at=at,
            today=clock.today(),
        )
    except actions.StaleTask as error:
        note_refusal(of=task, step="update", by=user, at=at, why=error)
        now = _load(user, task.pk)
        data: Any = request.POST.copy()
        data["version"] = str(now.version)  # the next attempt has seen what the page now shows
        page.form.data = data
        return now_words(now, page.form, page.lines.milestones)
    except ValidationError as error:
        page.refuse(error)
        return []
    text = _("Saved: %(task)s.") if change.changed else _("Nothing was changed: %(task)s.")
    _say(request, text % {"task": change.task}, change)
    return redirect("task", pk=task.pk)
