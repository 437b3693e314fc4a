"""The form that takes one workbook."""

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

from .forms import OfficeForm
from .sheets.read import ENDINGS


def _help() -> str:
    endings = ", ".join(f"*{ending}" for ending in ENDINGS)
    text = _("%(endings)s, at most %(limit)s MB. Nothing is written before you have checked the preview.")
    return text % {"limit": settings.UPLOAD_LIMIT_MB, "endings": endings}


class WorkbookForm(OfficeForm):
    """One workbook; what it holds is judged when it is read. A subclass says in `what` which one is asked for."""

    what: Any = gettext_lazy("Workbook")
    file = forms.FileField(
        help_text=lazy(_help, str)(),
        allow_empty_file=True,  # the reader says it better
        error_messages={"required": gettext_lazy("Choose a file first.")},
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(ENDINGS)}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = self.what

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
