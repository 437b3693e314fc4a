"""The upload of returns, and what a return is about where its sheet does not say it."""

from __future__ import annotations

import datetime
from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import clock, formats
from lib.forms import OfficeForm
from lib.sheets.read import ENDINGS
from organizations.models import Organization
from tasks.actions.return_staging import About
from tasks.models import Assignment, Plan, ProgressReturn

from .fields import DayField

MOST = 50  # files of one upload


def _help() -> str:
    text = _("*.xlsx, *.xls or *.ods, at most %(limit)s MB each, up to %(most)s files at once. "
             "Nothing is logged before you have checked the preview.")  # fmt: skip
    return text % {"limit": settings.UPLOAD_LIMIT_MB, "most": MOST}


class ClearableFileInput(forms.ClearableFileInput):
    """A file field that takes several."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Each file by itself: its ending and size; what it holds is judged when it is read."""

    widget = ClearableFileInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files; raises ValidationError that names each one that is refused."""
        files = data if isinstance(data, list | tuple) and data else [data or None]
        if len(files) > MOST:
            raise ValidationError(_("Choose at most %(most)s files at once.") % {"most": MOST})
        faults: list[str] = []
        taken: list[UploadedFile] = []
        for file in files:
            found: UploadedFile = super().clean(file, initial)
            ending = PurePath(found.name or "").suffix.lower()
            if ending not in ENDINGS:
                faults.append(
                    _("%(name)s: files of this kind are not read. Save it as *.xlsx and choose that.")
                    % {"name": found.name}
                )
            elif (found.size or 0) > settings.UPLOAD_LIMIT_MB * 1024 * 1024:
                faults.append(
                    _("%(name)s is larger than %(limit)s MB.") % {"name": found.name, "limit": settings.UPLOAD_LIMIT_MB}
                )
            else:
                taken.append(found)
        if faults:
            raise ValidationError([ValidationError(fault) for fault in faults])
        return taken


class ReturnForm(OfficeForm):
    """The returned workbooks."""

    file = ManyFilesField(
        label=gettext_lazy("Returned workbooks"),
        help_text=lazy(_help, str)(),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose a file first.")},
        widget=ClearableFileInput(attrs={"accept": ",".join(ENDINGS), "multiple": True}),
    )


class AboutForm(OfficeForm):
    """Unit, quarter, who filled it in and when. `only`: the one unit that it may be."""

    organization = forms.ModelChoiceField(Organization.objects.none(), label=gettext_lazy("Unit"))
    quarter = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    signed_by = forms.CharField(label=gettext_lazy("Signed by"), max_length=60, required=False)
    filled_on = DayField(label=gettext_lazy("Filled in on"), required=False)

    def __init__(self, data: Any = None, *, plan: Plan, only: Organization | None, batch: ProgressReturn) -> None:
        initial = {
            "organization": batch.organization_id, "quarter": batch.quarter, "signed_by": batch.signed_by,
            "filled_on": batch.filled_on,
        }  # fmt: skip
        super().__init__(data, initial=initial, prefix="about")
        owing = Assignment.objects.of_plan(plan).order_by().values("organization")
        units = Organization.objects.under(plan.issuer).filter(pk__in=owing)
        field: Any = self.fields["organization"]
        field.queryset = units if only is None else units.filter(pk=only.pk)
        field.empty_label = _("Choose the unit")
        quarters = [(f"{plan.year}Q{n}", formats.period(f"{plan.year}Q{n}")) for n in range(1, 5)]
        choice: Any = self.fields["quarter"]
        choice.choices = [("", "—"), *quarters]

    def clean_filled_on(self) -> datetime.date | None:
        """Not in the future."""
        day: datetime.date | None = self.cleaned_data["filled_on"]
        if day and day > clock.today():
            raise ValidationError(_("%(day)s lies in the future.") % {"day": formats.day(day)})
        return day

    @property
    def about(self) -> About:
        """What was chosen."""
        found = self.cleaned_data
        return About(found["organization"], found["quarter"], found["signed_by"], found["filled_on"])
