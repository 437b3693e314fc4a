"""Forms around a list: begin one, take a step, name a holder, upload a workbook."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm, dress
from lib.sheets.read import ENDINGS
from organizations.directory import Directory
from organizations.forms.pick import UnitField
from organizations.models import Organization, User
from responsibilities.states import ListKind

FIRST_YEAR, LAST_YEAR = 2000, 2100


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class BeginForm(forms.Form):
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
            self.fields["unit"].directory = directory  # type: ignore[attr-defined]
        dress(self)  # which validates, so the fields have to be complete

    @property
    def organization(self) -> Organization:
        """The unit chosen; the own one where there is no choice. The form is valid."""
        chosen = self.cleaned_data.get("unit")
        return Organization.objects.get(pk=chosen.pk) if chosen else self.own


class RemarkForm(forms.Form):
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
        dress(self)


class TermForm(forms.Form):
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
        self.fields["person"].queryset = people.order_by("role", "id")  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = (  # type: ignore[attr-defined]
            lambda person: f"{person.real_name}（{person.post or person.get_role_display()}）"
        )
        dress(self)


def _help() -> str:
    text = _(
        "*.xlsx, *.xlsm, *.xls, *.ods or *.csv, at most %(limit)s MB. "
        "Nothing is written before you have checked the preview."
    )
    return text % {"limit": settings.UPLOAD_LIMIT_MB}


class UploadForm(OfficeForm):
    """One workbook; what it holds is judged when it is read."""

    file = forms.FileField(
        label=gettext_lazy("Workbook with lists of powers and duties"),
        help_text=lazy(_help, str)(),
        allow_empty_file=True,  # the reader says it better
        error_messages={"required": gettext_lazy("Choose a file first.")},
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year"), required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR,
        help_text=gettext_lazy("Leave it empty to take the year that stands above the table."),
    )  # fmt: skip

    def clean_file(self) -> UploadedFile:
        """Refuses another ending and a file above the limit."""
        file: UploadedFile = self.cleaned_data["file"]
        ending = PurePath(file.name or "").suffix.lower()
        if ending not in ENDINGS:
            raise ValidationError(
                _("Files of the kind “%(ending)s” are not read. Save the list as *.xlsx and choose that file.")
                % {"ending": ending or "?"}
            )
        if (file.size or 0) > settings.UPLOAD_LIMIT_MB * 1024 * 1024:
            raise ValidationError(
                _("The file is larger than %(limit)s MB. Delete pictures and unused sheets, or divide the list.")
                % {"limit": settings.UPLOAD_LIMIT_MB}
            )
        return file
