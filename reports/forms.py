"""The words of a draft, and the word that belongs to a step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lib.forms import OfficeForm, dress
from tasks.forms.fields import TextField

from .models import QuarterlyReport
from .report_page import Section, sections

LONGEST = 10_000


class DraftForm(OfficeForm):
    """One field per work point, and the rest of the words. `revision` is the state of the page that was read."""

    document_number = forms.CharField(label=gettext_lazy("Document number"), max_length=60, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, report: QuarterlyReport) -> None:
        self.sections: list[Section] = sections(report)
        initial = {one.key: one.text for one in self.sections}
        super().__init__(
            data, initial=initial | {"document_number": report.document_number, "revision": report.revision}
        )
        for one in self.sections:
            rows = min(14, max(4, 2 + len(one.text) // 60 + one.text.count("\n")))
            self.fields[one.key] = TextField(
                label=one.heading, required=False, max_length=LONGEST, rows=rows, help_text=one.figures
            )
        dress(self)

    def text_fields(self) -> list[forms.BoundField]:
        """The long ones, in their order."""
        return [self[one.key] for one in self.sections]

    def words(self) -> dict[str, Any]:
        """What `drafts.save` takes."""
        values = self.cleaned_data
        narrative = {key[6:]: text for key, text in values.items() if key.startswith("point_")}
        return {
            "document_number": values["document_number"],
            "narrative": narrative,
            "problems": values["problems"],
            "next_steps": values["next_steps"],
            "revision": values["revision"],
        }

    def seen(self, revision: int) -> None:
        """After a refusal: the next attempt has seen the revision that the page now shows."""
        self.data = {**_plain(self.data), "revision": str(revision)}


def _plain(data: Any) -> dict[str, Any]:
    """What was sent, as a plain dictionary that can be changed."""
    return dict(data.items())


class StepForm(OfficeForm):
    """Sign, accept, return, amend: what the person saw, and a word where one belongs to it."""

    words = TextField(required=False, max_length=2000, rows=4)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, verb: str, optional: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["words"]
        match verb:
            case "sign":
                del self.fields["words"]
            case "accept":
                field.label = pgettext("accept", "Remarks")
            case "return":
                field.label, field.required = _("What has to be corrected"), True
                field.error_messages["required"] = _("Say what to correct; the unit reads this.")
            case _:
                field.label, field.required = _("Why the report is amended"), not optional
                field.error_messages["required"] = _("Say why the report is amended.")

    def now_seen(self, revision: int, seen: str) -> None:
        """After a refusal: the next attempt has seen what the page now shows."""
        self.data = {**_plain(self.data), "revision": str(revision), "seen": seen}
