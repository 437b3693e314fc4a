"""The office's pages for the ladder and the working-day calendar."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit.exports import export
from audit.record import record_refusal
from lib import clock
from lib.sheets.write import exporting
from notifications import calendar, ladder_page, ladders, subjects
from notifications.actions import ladder as actions
from notifications.forms.ladder import StageForm, YearForm
from notifications.models import Ladder, Stage, WorkYear

from .office import office_of


@never_cache
@require_GET
def ladder(request: HttpRequest) -> HttpResponseBase:
    """The ladder, and what the office has to look after; `?format=` exports the stages."""
    _user, commission = office_of(request)
    if exporting(request):
        sections = ladder_page.sections(ladders.ladder_of(commission))
        return export(request, _("Reminders and supervision"), ladder_page.sheet_of(sections))
    return render(request, "notifications/ladder.html", ladder_page.context_of(commission, clock.today()))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stage_create(request: HttpRequest) -> HttpResponse:
    """Adds a rung to the subject of `?subject=`."""
    _user, commission = office_of(request)
    asked = subjects.of(request.GET.get("subject", "assignment"))
    if asked is None:
        raise Http404
    stage = Stage(ladder=ladders.ladder_of(commission), subject=asked.code, side=asked.sides[0], offset=3)
    return _form(request, stage, {"side": stage.side, "is_active": True, "audiences": asked.audiences[:1]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stage_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a rung, or takes it out of use; what it said stays on record."""
    _user, commission = office_of(request)
    stage = get_object_or_404(Stage.objects.select_related("ladder"), pk=pk, ladder__commission=commission)
    return _form(request, stage, {name: getattr(stage, name) for name in actions.FIELDS})


def _form(request: HttpRequest, stage: Stage, values: dict[str, Any]) -> HttpResponse:
    user, _commission = office_of(request)
    subject = subjects.of(stage.subject)
    if subject is None:
        raise Http404
    ladder: Ladder = stage.ladder
    form = StageForm(request.POST or None, subject=subject, initial=values | {"version": ladder.version})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        version = data.pop("version")
        at = clock.now()
        try:
            changed = actions.save_stage(
                ladder=ladder, stage=stage, by=user, at=at, today=clock.today(), version=version, **data
            )
        except ValidationError as error:
            said = " ".join(error.messages)
            record_refusal("reminders.refused", stage if stage.pk else ladder, by=user, at=at, reason=said)
            form = _refused(request, subject, error)
        else:
            messages.success(request, _("The ladder was changed.") if changed else _("Nothing was changed."))
            return redirect("ladder")
    return render(request, "notifications/stage_form.html", {"form": form, "stage": stage, "subject": subject})


def _refused(request: HttpRequest, subject: subjects.Subject, error: ValidationError) -> StageForm:
    """The form as it was typed, with what the action said; who was too slow may save after another look."""
    data = request.POST.copy()
    if getattr(error, "code", "") == "stale":
        data["version"] = str(ladders.ladder_of(office_of(request)[1]).version)
    form = StageForm(data, subject=subject)
    form.is_valid()
    form.add_error(None, error)
    return form


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def work_calendar(request: HttpRequest) -> HttpResponse:
    """The years whose working days are known, and the form for one that is not."""
    user, _commission = office_of(request)
    today = clock.today()
    known = calendar.calendar()
    missing = calendar.missing_years(known, today)
    initial: dict[str, Any] = {"year": missing[0] if missing else today.year + 1}
    asked = request.GET.get("year", "")
    own = WorkYear.objects.filter(pk=int(asked[:4])).first() if asked.isdecimal() else None
    if own:
        initial = {"year": own.year, "off": "\n".join(own.off), "on": "\n".join(own.on)}
    form = YearForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            year = actions.save_year(by=user, at=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The working days of %(year)s are known now.") % {"year": year.year})
            return redirect("work_calendar")
    years = [
        {"year": year, "own": year in known.own, "known": known.knows(year)}
        for year in range(today.year - 1, today.year + 3)
    ]
    context = {"form": form, "years": years, "missing": missing}
    return render(request, "notifications/work_calendar.html", context)
