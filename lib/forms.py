"""A form whose fields wear Bootstrap's classes and tie errors to their field for screen readers."""

from typing import Any

from django import forms

INPUTS = {"form-check-input", "form-select", "form-control"}


class _Dressed(forms.BaseForm):
    """Dressed when it is made, marked when it is judged; an error that a view or an action adds later as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def full_clean(self) -> None:
        """As Django's, with marks on the wrong fields."""
        super().full_clean()
        mark(self)

    def add_error(self, field: Any, error: Any) -> None:
        """As Django's, with marks on the wrong fields."""
        super().add_error(field, error)
        mark(self)


class OfficeForm(_Dressed, forms.Form):
    """Base of all forms: right classes on every widget, the first wrong field is focused."""


class OfficeModelForm(_Dressed, forms.ModelForm):
    """The same for a model's form."""


def dress(form: forms.BaseForm) -> None:
    """Sets the CSS class of each widget by its kind; for fields that came after __init__ called once more."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
            css = "form-check-input"
        elif isinstance(widget, forms.Select):
            css = "form-select"
        else:
            css = "form-control"
        if not INPUTS & set(widget.attrs.get("class", "").split()):
            widget.attrs["class"] = f"{widget.attrs.get('class', '')} {css}".strip()


def mark(form: forms.BaseForm) -> None:
    """Marks the wrong fields, ties each to its error, and focuses the first."""
    wrong = [name for name in form.fields if name in form.errors]
    for name in wrong:
        attributes = form.fields[name].widget.attrs
        if "is-invalid" not in attributes["class"].split():
            attributes["class"] += " is-invalid"
        attributes["aria-describedby"] = f"{form[name].auto_id}_error"
        attributes.pop("autofocus", None)
    if wrong:
        form.fields[wrong[0]].widget.attrs["autofocus"] = True
