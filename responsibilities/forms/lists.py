"""Forms around a list: begin one, take a step, name a holder, upload a workbook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from lib.uploads import WorkbookForm
from organizations.directory import Directory
from organizations.forms.pick import UnitField, offer
from organizations.models import Organization, User
from responsibilities.states import ListKind

FIRST_YEAR, LAST_YEAR = 2000, 2100


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class BeginForm(OfficeForm):
    """A new list, or the revision of one."""

    unit = UnitField(label=gettext_lazy("Unit"))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ListKind.choices)
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    reason = forms.CharField(
        label=gettext_lazy("Reason for the revision"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Such as a new law, a reorganization, a change of duties."),
    )  # fmt: skip

    def __init__(self, *args: Any, directory: Directory | None, own: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        if directory is None:
            del self.fields["unit"]
        else:
            offer(self, directory, "unit")

    @property
    def organization(self) -> Organization:
        """The unit chosen; the own one where there is no choice. The form is valid."""
        chosen = self.cleaned_data.get("unit")
        return Organization.objects.get(pk=chosen.pk) if chosen else self.own


class RemarkForm(OfficeForm):
    """A step; `remark` says why a list is returned."""

    remark = forms.CharField(
        label=gettext_lazy("What has to be changed"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, verb: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if verb not in {"refuse", "send_back"}:
            del self.fields["remark"]
        else:
            self.fields["remark"].required = True
            self.fields["remark"].error_messages["required"] = _("Say what has to be changed; the unit reads this.")


class TermForm(OfficeForm):
    """A person (or a post) with a term of office."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("Person in office"), queryset=User.objects.none(), required=False,
        empty_label=gettext_lazy("no person, only the post"),
    )  # fmt: skip
    post = forms.CharField(label=gettext_lazy("Post"), required=False, max_length=60)
    starts_on = forms.DateField(label=gettext_lazy("In office from"), required=False, widget=DayInput())
    ends_on = forms.DateField(label=gettext_lazy("In office until"), required=False, widget=DayInput())
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)
    hand_over = forms.BooleanField(
        label=gettext_lazy("The term before it ends on the eve"), required=False, initial=True
    )

    def __init__(self, *args: Any, unit_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.active().filter(organization=unit_id).select_related("organization")
        field: Any = self.fields["person"]
        field.queryset = people.order_by("role", "id")
        field.label_from_instance = lambda person: f"{person.real_name}（{person.post or person.get_role_display()}）"


class UploadForm(WorkbookForm):
    """Lists of powers and duties, and the year where the sheet does not say it."""

    what = gettext_lazy("Workbook with lists of powers and duties")
    year = forms.IntegerField(
        label=gettext_lazy("Year"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR,
        help_text=gettext_lazy("Leave it empty to take the year that stands above the table."),
    )  # fmt: skip
