"""The lead unit writes what came of its task, once every assignment is signed off."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib import clock
from organizations.person import person_of
from tasks import rights
from tasks.actions import results
from tasks.actions.refusals import note_refusal
from tasks.forms.results import ResultForm
from tasks.models import Assignment, Task
from tasks.plans import remember


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def task_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, with the result so far; refused while an assignment is open."""
    user = person_of(request)
    task = get_object_or_404(Task.objects.visible_to(user).for_list().select_related("result_by__organization"), pk=pk)
    remember(request, task.plan)
    if not rights.may_write_result(user, task):
        raise PermissionDenied(_("The lead unit of a task writes its result."))
    initial = {"text": task.result, "version": task.version}
    form = ResultForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values, at = form.cleaned_data, clock.now()
        try:
            results.write(task=task, by=user, at=at, text=values["text"], version=values["version"])
        except ValidationError as error:
            form.add_error(None, error)
            note_refusal(of=task, step="result", by=user, at=at, why=error)
            task.refresh_from_db()
        else:
            messages.success(request, _("The result of the task is on record."))
            return redirect("task", pk=pk)
    if request.method == "POST":
        form.seen(task.version)
    rows = Assignment.objects.filter(task=task).standing()
    context = {
        "task": task, "plan": task.plan, "form": form, "open": rows.open().count(), "total": rows.count(),
    }  # fmt: skip
    return render(request, "tasks/task_result.html", context)
