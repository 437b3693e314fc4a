"""The form of an item with its legal bases as repeatable rows."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from responsibilities.content import PLAIN, bases_of
from responsibilities.imports.bases import is_article
from responsibilities.models import ResponsibilityItem

MOST_BASES = 30
_SEPARATORS = re.compile(r"[、，,；;\s]+")


class ItemForm(OfficeForm):
    """The fields of an item; `edition` is that of the list that the person saw."""

    number = forms.CharField(label=gettext_lazy("Number"), required=False, max_length=20)
    title = forms.CharField(
        label=gettext_lazy("Item"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say what the unit answers for.")},
    )  # fmt: skip
    category = forms.CharField(
        label=gettext_lazy("Category of the item"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"list": "categories", "autocomplete": "off"}),
    )  # fmt: skip
    office = forms.CharField(
        label=gettext_lazy("Responsible office"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"list": "offices", "autocomplete": "off"}),
    )  # fmt: skip
    post = forms.CharField(
        label=gettext_lazy("Responsible post"), required=False, max_length=60,
        help_text=gettext_lazy("Without a post or a person the list cannot be published."),
        widget=forms.TextInput(attrs={"list": "posts", "autocomplete": "off"}),
    )  # fmt: skip
    means = forms.CharField(label=gettext_lazy("Means"), required=False, max_length=300)
    frequency = forms.CharField(
        label=gettext_lazy("Frequency"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"list": "frequencies", "autocomplete": "off"}),
    )  # fmt: skip
    liability = forms.CharField(
        label=gettext_lazy("Grounds for accountability"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def values(self, bases: list[dict[str, Any]]) -> dict[str, Any]:
        """What the verbs of responsibilities.actions.items take; line breaks become blanks, as in a cell."""
        found: dict[str, Any] = {name: " ".join(self.cleaned_data[name].split()) for name in PLAIN}
        return found | {"legal_bases": bases}


class BasisForm(OfficeForm):
    """A law with its articles; an empty row is none."""

    law = forms.CharField(label=gettext_lazy("Law"), required=False, max_length=200)
    version = forms.CharField(label=gettext_lazy("Amended in"), required=False, max_length=4)
    articles = forms.CharField(label=gettext_lazy("Articles"), required=False, max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean_law(self) -> str:
        """The name without 《》."""
        return " ".join(str(self.cleaned_data["law"]).split()).strip("《》 ")

    def clean_version(self) -> str:
        """A year of four digits, or empty."""
        year = str(self.cleaned_data["version"]).strip()
        if year and not re.fullmatch(r"(19|20)\d\d", year):
            raise ValidationError(_("Write the year of the amendment, such as 2014, or leave it empty."))
        return year

    def clean_articles(self) -> list[str]:
        """第三十八条、第九十八条 as a list."""
        found = [part for part in _SEPARATORS.split(self.cleaned_data["articles"]) if part]
        wrong = [part for part in found if not is_article(part)]
        if wrong:
            text = _("“%(value)s” is no article. Write for example 第三十八条、第九十八条.")
            raise ValidationError(text % {"value": wrong[0]})
        return list(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        """Year and articles need their law."""
        values = self.cleaned_data
        if not values.get("law") and (values.get("version") or values.get("articles")):
            self.add_error("law", ValidationError(_("Name the law of these articles, or empty the row.")))
        return values


_Bases = forms.formset_factory(BasisForm, extra=1, max_num=MOST_BASES, absolute_max=MOST_BASES, validate_max=True)


class BasisFormSet(_Bases):  # type: ignore[valid-type, misc]  # a base made at run time
    """All legal bases of an item, replaced as a whole."""

    def clean(self) -> None:
        """Each law and version once."""
        seen: set[tuple[str, str]] = set()
        for line in self.forms:
            values = getattr(line, "cleaned_data", {})
            key = (values.get("law", ""), values.get("version", ""))
            if key[0] and key in seen:
                line.add_error("law", ValidationError(_("This law stands here already; put its articles in one row.")))
            seen.add(key)

    @property
    def bases(self) -> list[dict[str, Any]]:
        """The valid ones in order."""
        rows = [line.cleaned_data for line in self.forms if getattr(line, "cleaned_data", {}).get("law")]
        return [{"law": r["law"], "version": r["version"] or None, "articles": r["articles"]} for r in rows]


def initial_of(item: ResponsibilityItem) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The values of the form and of its rows."""
    fields = {name: getattr(item, name) for name in PLAIN} | {"edition": item.list.edition}
    rows = [
        {"law": basis["law"], "version": basis["version"] or "", "articles": "、".join(basis["articles"])}
        for basis in bases_of(item)
    ]
    return fields, rows
