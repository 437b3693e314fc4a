"""Fields that take units by name: typed with suggestions, working without scripts, kept as typed on errors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organizations.directory import Directory, Named, split
from organizations.models import Organization

LIST_ID = "units"


class UnitField(forms.CharField):
    """One active unit of the city; cleaned to an Organization. The form sets `directory` before validating."""

    directory: Directory

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"list": LIST_ID, "data-pick": "one", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attrs), max_length=120, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The name, whether a unit or what was typed is shown."""
        return value.name if isinstance(value, Organization) else value

    def clean(self, value: Any) -> Any:
        """The unit; raises ValidationError for a name that means none."""
        text = super().clean(value)
        return self.directory.find(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compares names."""
        return super().has_changed(self.prepare_value(initial), data)


class UnitsField(forms.CharField):
    """Units and collective units joined by 、; cleaned to a list in the order typed."""

    directory: Directory

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": 2, "data-pick": "many", "data-list": LIST_ID, "autocomplete": "off"}
        super().__init__(widget=forms.Textarea(attrs=attrs), max_length=4000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The names joined by 、."""
        return "、".join(unit.name for unit in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The units; raises ValidationError with every name that means none."""
        names = split(super().clean(value))
        units: list[Named] = self.directory.find_all(names)
        if self.required and not units:
            raise ValidationError(_("Name at least one unit."))
        return units


def offer(form: forms.BaseForm, directory: Directory | None, *names: str) -> None:
    """Lets these fields of units choose from a directory."""
    for name in names:
        field: Any = form.fields[name]
        field.directory = directory
