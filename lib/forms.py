"""A form whose fields wear Bootstrap's classes and tie errors to their field for screen readers."""

from typing import Any

from django import forms


class OfficeForm(forms.Form):
    """Base of all forms: right classes on every widget, the first wrong field is focused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class OfficeModelForm(forms.ModelForm):
    """The same for a model's form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def dress(form: forms.BaseForm) -> None:
    """Sets the CSS class of each widget by its kind, and the wrong ones' `is-invalid`."""
    focused = False
    for name, field in form.fields.items():
        widget = field.widget
        if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
            css = "form-check-input"
        elif isinstance(widget, forms.Select):
            css = "form-select"
        else:
            css = "form-control"
        if form.is_bound and name in form.errors:
            css += " is-invalid"
            widget.attrs["aria-describedby"] = f"{form[name].auto_id}_error"
            if not focused:
                widget.attrs["autofocus"] = True
                focused = True
        widget.attrs["class"] = f"{widget.attrs.get('class', '')} {css}".strip()
