"""The base of all forms: classes by kind, marks on wrong fields whenever an error comes."""

from django import forms
from django.http import QueryDict

from lib.forms import OfficeForm, dress


class Some(OfficeForm):
    name = forms.CharField()
    kind = forms.ChoiceField(choices=[("a", "A")])
    sure = forms.BooleanField(required=False)


def classes(form, name):
    return form.fields[name].widget.attrs["class"].split()


def test_each_kind_of_field_has_its_class_once():
    form = Some()
    form.fields["later"] = forms.CharField(widget=forms.Textarea)
    dress(form)
    dress(form)
    assert [classes(form, name) for name in form.fields] == [
        ["form-control"], ["form-select"], ["form-check-input"], ["form-control"],
    ]  # fmt: skip


def test_what_is_wrong_is_marked_and_the_first_of_it_focused():
    form = Some(QueryDict("kind=b"))
    assert not form.is_valid()
    assert "is-invalid" in classes(form, "name") and "is-invalid" in classes(form, "kind")
    assert form.fields["name"].widget.attrs["autofocus"] and "autofocus" not in form.fields["kind"].widget.attrs
    assert form.fields["kind"].widget.attrs["aria-describedby"] == "id_kind_error"
    assert "is-invalid" not in classes(form, "sure")


def test_an_error_that_comes_later_is_marked_as_well():
    form = Some(QueryDict("kind=a&name=x"))
    assert form.is_valid()
    form.add_error("kind", "not this one")
    assert classes(form, "kind") == ["form-select", "is-invalid"] and classes(form, "name") == ["form-control"]
    form.add_error("name", "nor this")
    assert form.fields["name"].widget.attrs["autofocus"] and "autofocus" not in form.fields["kind"].widget.attrs


def test_choices_may_be_set_after_the_form_was_made():
    form = Some(QueryDict("kind=b&name=x"))
    form.fields["kind"].choices = [("b", "B")]
    assert form.is_valid()
