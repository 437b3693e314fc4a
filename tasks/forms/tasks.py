"""One task: what, by whom, until when, how much."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import formats
from lib.forms import OfficeForm
from organizations.directory import Directory
from organizations.forms.pick import UnitsField, offer
from tasks.models import Plan, Task, TaskUnit, WorkPoint
from tasks.states import UnitRole
from tasks.task_rules import FIELDS, TaskDetails, date_faults, milestone_fault, unit_faults

from .fields import DayField, DeadlineForm, TextField

MOST_MILESTONES = 20
TARGET = (
    ("1", gettext_lazy("Required: nothing is submitted before it is reached")),
    ("0", gettext_lazy("Not required: the reviewer judges")),
)


class TaskForm(DeadlineForm):
    """Everything but the milestones. `task` None for a new one."""

    work_point = forms.TypedChoiceField(
        label=gettext_lazy("Work point"),
        error_messages={
            "invalid_choice": gettext_lazy("This work point does not belong to the plan. Choose one of the list.")
        },
    )
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("As printed in the list; once in a work point."),
    )
    title = forms.CharField(label=gettext_lazy("Task"), max_length=200)
    requirement = TextField(label=gettext_lazy("Requirement"), required=False, max_length=5000)
    lead = UnitsField(
        label=gettext_lazy("Lead unit"),
        required=False,
        help_text=gettext_lazy("Answers for the task. Several are possible, also collective units."),
    )
    cooperating = UnitsField(
        label=gettext_lazy("Cooperating unit"),
        required=False,
        help_text=gettext_lazy("Each does its share; a collective unit stands for each of its members."),
    )
    starts_on = DayField(
        label=gettext_lazy("Starts on"), required=False, help_text=gettext_lazy("Empty: the day the plan was issued.")
    )
    target = forms.DecimalField(
        label=gettext_lazy("Target"),
        required=False,
        max_digits=14,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text=gettext_lazy("The number to reach, such as 450; for a recurring task in each period."),
    )
    unit = forms.CharField(label=gettext_lazy("Unit of measure"), max_length=20, required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)
    is_proposed = forms.BooleanField(
        label=gettext_lazy("Unit or deadline are only proposed; the plan's text names none"), required=False
    )
    target_required = forms.ChoiceField(
        label=gettext_lazy("Target before sign-off"),
        choices=TARGET,
        required=False,
        help_text=gettext_lazy("Without a target: 100 percent logged."),
    )
    evidence_required = forms.BooleanField(
        label=gettext_lazy("Nothing is submitted without a proof (a file)"), required=False
    )
    own_head_first = forms.BooleanField(
        label=gettext_lazy("The head of the owing unit approves before the supervising unit is asked"), required=False
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    field_order = (
        "work_point", "number", "title", "requirement", "target", "unit", "lead", "cooperating",
        "cadence", "due_day", "due_month", "starts_on", "due_on",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        plan: Plan,
        points: Sequence[WorkPoint],
        directory: Directory,
        task: Task | None = None,
        **kwargs: Any,
    ) -> None:
        self.plan, self.task, self.directory = plan, task, directory
        if task is not None:
            kwargs["initial"] = initial_of(task)
        super().__init__(*args, **kwargs)
        self._offer(points)
        offer(self, directory, *UnitRole.values)
        for name in UnitRole.values:
            self.fields[name].widget.attrs["data-remove"] = _("Remove")

    def _offer(self, points: Sequence[WorkPoint]) -> None:
        """The plan's work points, from the list that the page has read anyway."""
        by_key = {str(point.pk): point for point in points}
        field: Any = self.fields["work_point"]
        field.choices = [(key, f"{formats.ordinal(point.number)} {point.title}") for key, point in by_key.items()]
        field.coerce = by_key.__getitem__

    def clean_target_required(self) -> bool:
        """Required unless somebody says otherwise."""
        return bool(self.cleaned_data["target_required"] != "0")

    def clean_number(self) -> str:
        """The number without blanks around it; that it is free is checked once the work point is known."""
        return str(self.cleaned_data["number"]).strip()

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong at once, each at its field."""
        values = super().clean()
        found = date_faults(values)
        if "lead" in values and "cooperating" in values:
            found |= unit_faults(self.directory.root_id, values["lead"], values["cooperating"])
        for name, text in found.items():
            self.add_error(name, ValidationError(text))
        point, number = values.get("work_point"), values.get("number")
        if point and number:
            others = Task.objects.current().filter(work_point=point, number=number)
            if (others.exclude(pk=self.task.pk) if self.task else others).exists():
                text = _("This work point already has a task of this number. Choose another number.")
                self.add_error("number", ValidationError(text))
        return values

    def details(self, milestones: list[tuple[datetime.date, str]]) -> TaskDetails:
        """What the verbs of tasks.actions.tasks take."""
        values = self.cleaned_data
        return TaskDetails({name: values[name] for name in FIELDS}, values["lead"], values["cooperating"], milestones)


def initial_of(task: Task) -> dict[str, Any]:
    """The form's values of a task that was read with for_list()."""
    found = {name: getattr(task, name) for name in FIELDS} | {"version": task.version}
    found["work_point"] = task.work_point_id
    found["target_required"] = "1" if task.target_required else "0"
    if task.target is not None:
        found["target"] = f"{task.target:f}".rstrip("0").rstrip(".")
    for role in UnitRole.values:
        found[role] = [_named(unit) for unit in task.units.all() if unit.role == role]
    return found


def _named(unit: TaskUnit) -> Any:
    return unit.organization or unit.group


class MilestoneForm(OfficeForm):
    """An earlier day on the way; an empty line is no milestone."""

    due_on = DayField(label=gettext_lazy("Day"), required=False)
    title = forms.CharField(label=gettext_lazy("What is reached by then"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Words need their day."""
        values = self.cleaned_data
        if values.get("title") and "due_on" in values and values["due_on"] is None:
            self.add_error("due_on", ValidationError(_("Name the day of this milestone, or empty the line.")))
        return values


_Milestones = forms.formset_factory(
    MilestoneForm, extra=1, max_num=MOST_MILESTONES, absolute_max=MOST_MILESTONES, validate_max=True
)


class MilestoneFormSet(_Milestones):  # type: ignore[valid-type, misc]  # a base made at run time
    """All milestones of a task; replaced as a whole, so no keys travel with the form."""

    def leave_focus(self) -> None:
        """The first wrong field of the page gets it, and that stands further up."""
        for line in self.forms:
            for field in line.fields.values():
                field.widget.attrs.pop("autofocus", None)

    def check_against(self, form: TaskForm) -> bool:
        """Compares the days with start and deadline; False (and errors at the lines) where one does not fit."""
        values = form.cleaned_data
        days: set[datetime.date] = set()
        right = True
        for line in self.forms:
            day = line.cleaned_data.get("due_on")
            if day is None:
                continue
            wrong = milestone_fault(day, values.get("starts_on"), values.get("due_on"), days)
            days.add(day)
            if wrong:
                line.add_error("due_on", ValidationError(wrong))
                right = False
        return right

    @property
    def milestones(self) -> list[tuple[datetime.date, str]]:
        """The valid ones, earliest first."""
        found = [(line.cleaned_data.get("due_on"), line.cleaned_data.get("title", "")) for line in self.forms]
        return sorted((day, title) for day, title in found if day)


def now_words(task: Task, form: TaskForm, milestones: Sequence[tuple[datetime.date, str]]) -> list[tuple[str, str]]:
    """(label, value now) of each field that differs from what was typed: what a refused person compares."""
    now = initial_of(task)
    found = []
    for name in (*FIELDS, *UnitRole.values):
        value = getattr(task, name) if name in ("target", "work_point", "target_required") else now[name]
        if form.cleaned_data.get(name) != value:
            found.append((str(form.fields[name].label), _words(task, name, value)))
    present = [(one.due_on, one.title) for one in task.milestones.all()]
    if present != sorted(milestones):
        lines = "；".join(f"{formats.day(day)} {title}" for day, title in present)
        found.append((_("Milestones"), lines or "—"))
    return found


def _words(task: Task, name: str, value: Any) -> str:
    if name == "cadence":
        return task.get_cadence_display()
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "、".join(unit.name for unit in value) or "—"
    if isinstance(value, datetime.date):
        return formats.day(value)
    return str(value) if value not in (None, "") else "—"
