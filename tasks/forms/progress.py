"""The form of a progress entry: date, quantity, percent, what was done, problems, next steps, files."""

from __future__ import annotations

import datetime
import unicodedata
import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from organizations.models import User
from tasks import entry_rules, pending_files
from tasks.actions.progress import check_files
from tasks.evidence import ACCEPT, Proof
from tasks.models import Assignment, ProgressEntry

MAX_FILES = 20


def plain_number(value: Any) -> Any:
    """What people type for a number, as the machine reads it: full-width digits, 1,200, 85 %."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFKC", value).strip().rstrip("%").replace(",", "").replace(" ", "")


class AmountField(forms.DecimalField):
    """A quantity; says what to enter instead of what is no number."""

    def to_python(self, value: Any) -> Any:
        """The number; raises ValidationError that repeats what was typed."""
        try:
            return super().to_python(plain_number(value))
        except ValidationError:
            raise ValidationError(
                _("“%(typed)s” is no number. Enter digits only, such as 15.") % {"typed": str(value)[:40]}
            ) from None


class PercentField(forms.IntegerField):
    """0 to 100, with or without the sign."""

    def to_python(self, value: Any) -> int | None:
        """The number; raises ValidationError that repeats what was typed."""
        try:
            return super().to_python(plain_number(value))
        except ValidationError:
            raise ValidationError(
                _("“%(typed)s” is no whole number. Enter a percentage from 0 to 100.") % {"typed": str(value)[:40]}
            ) from None


class FilesInput(forms.FileInput):
    """Several files under one name, also from a second input such as the camera's."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        """All files sent under the name."""
        return list(files.getlist(name)) if isinstance(files, MultiValueDict) else []


class FilesField(forms.FileField):
    """Proofs, each checked; refused ones are named one by one."""

    widget = FilesInput

    def clean(self, data: list[UploadedFile], initial: Any = None) -> list[Proof]:  # type: ignore[override]  # several files
        """The checked files; raises ValidationError for the refused ones."""
        try:
            return check_files(data)
        except ValidationError as error:
            raise ValidationError(error.error_dict["files"]) from None


def _text(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class ProgressForm(OfficeForm):
    """One entry. `kept` carries files of an earlier attempt, so that nobody has to choose them again."""

    happened_on = forms.DateField(
        label=gettext_lazy("Date"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d %b %Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("This is no date. Enter it as 2017-09-20.")},
    )
    quantity = AmountField(
        label=gettext_lazy("Done now"), max_digits=14, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}),
    )  # fmt: skip
    percent = PercentField(
        label=gettext_lazy("Percent done"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num", "maxlength": "8"}),
    )
    what = forms.CharField(
        label=gettext_lazy("What was done"), max_length=2000, widget=_text(3),
        error_messages={"required": gettext_lazy("Say in a sentence what was done.")},
    )  # fmt: skip
    problems = forms.CharField(label=gettext_lazy("Problems"), max_length=2000, required=False, widget=_text(2))
    next_steps = forms.CharField(label=gettext_lazy("Next steps"), max_length=2000, required=False, widget=_text(2))
    files = FilesField(label=gettext_lazy("Proof"), required=False)  # type: ignore[assignment]  # Form.files is what was sent
    request_key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, assignment: Assignment, user: User, today: datetime.date, **kwargs: Any) -> None:
        self.assignment, self.user, self.today = assignment, user, today
        self.proofs: list[Proof] = []
        self._opened: list[Proof] = []
        initial = {"happened_on": today, "request_key": uuid.uuid4(), "version": assignment.version}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        counted = bool(assignment.target or assignment.task.unit)
        if not counted:
            del self.fields["quantity"]
        else:
            self.fields["quantity"].required = bool(assignment.target)
        self.fields["percent"].required = not assignment.target
        self.fields["happened_on"].widget.attrs |= {
            "min": assignment.starts_on.isoformat(),
            "max": today.isoformat(),
        }
        self.fields["files"].widget.attrs |= {"accept": ACCEPT, "data-limit": settings.UPLOAD_LIMIT_MB}
        self.fields["files"].widget.attrs["class"] += " pick"
        if not self.is_bound and not assignment.target and assignment.percent:
            self.initial["percent"] = assignment.percent
        self.kept = self._read_kept()

    def _read_kept(self) -> list[pending_files.Kept]:
        """The files of an earlier attempt that are still there; forged or foreign tokens mean nothing."""
        if not self.is_bound or not hasattr(self.data, "getlist"):
            return []
        return pending_files.read(self.data.getlist("kept")[:MAX_FILES], self.user, self.assignment)

    def clean(self) -> dict[str, Any]:
        """The rules of an entry, each fault at its field."""
        values = self.cleaned_data
        found = entry_rules.faults(
            self.assignment, today=self.today, happened_on=values.get("happened_on"),
            quantity=values.get("quantity"), percent=values.get("percent"),
        )  # fmt: skip
        for field, text in found.items():
            self.add_error(field, text)
        self._opened = [kept.proof() for kept in self.kept]
        self.proofs = self._opened + list(values.get("files") or [])
        if len(self.proofs) > MAX_FILES:
            self.add_error("files", _("At most %(number)s files an entry.") % {"number": MAX_FILES})
        return values

    def fail(self) -> None:
        """After a refusal: keeps the good files for the next attempt."""
        for proof in self._good_files():
            self.kept.append(pending_files.keep(proof, self.user, self.assignment, self.today))
        unique = {kept.sha256: kept for kept in self.kept}
        self.kept = list(unique.values())[:MAX_FILES]

    def close(self) -> None:
        """Lets go of the files that were kept; call when the request is done."""
        for proof in self._opened:
            proof.file.close()

    def _good_files(self) -> list[Proof]:
        """Those of the request's files that would be taken."""
        good = []
        for file in self.files.getlist("files") if isinstance(self.files, MultiValueDict) else []:
            try:
                good += check_files([file])
            except ValidationError:
                continue
        return good

    def new_key(self) -> None:
        """Lets the next sending of this form count as a request of its own."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["request_key"] = str(uuid.uuid4())
        self.data = data

    def says(self, entry: ProgressEntry) -> bool:
        """Whether an entry is what this form asks for; a form sent again after a change says something else."""
        values = self.cleaned_data
        return (entry.happened_on, entry.quantity, entry.what) == (
            values["happened_on"], values.get("quantity") or 0, values["what"].strip(),
        )  # fmt: skip

    @property
    def limit(self) -> int:
        """The largest size of one file in MB."""
        return int(settings.UPLOAD_LIMIT_MB)

    @property
    def entry(self) -> dict[str, Any]:
        """What tasks.actions.progress.log_progress takes."""
        names = ("happened_on", "percent", "what", "problems", "next_steps", "request_key", "version")
        return {name: self.cleaned_data[name] for name in names} | {
            "quantity": self.cleaned_data.get("quantity"),
            "files": self.proofs,
        }
