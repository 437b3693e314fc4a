"""The form of a collective unit: a name, its spellings, and who is meant."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import OfficeForm
from organizations.directory import Directory, Named
from organizations.models import Organization, OrganizationGroup

from .pick import UnitsField, offer
from .units import lines_of

Rule = OrganizationGroup.Rule
FIELDS = ("name", "spellings", "rule", "position")


def fingerprint(group: OrganizationGroup, members: Sequence[Organization]) -> str:
    """Changes whenever somebody changes the collective unit; a form carries it to notice that."""
    values: list[Any] = [group.name, group.spellings, group.rule, group.argument, group.position]
    values += sorted(unit.pk for unit in members)
    return hashlib.sha256("\0".join(map(str, values)).encode()).hexdigest()[:16]


class GroupForm(OfficeForm):
    """A collective unit; `group` None for a new one, `members` those chosen by hand."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    spellings = forms.CharField(
        label=gettext_lazy("Other spellings"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One per line. Spreadsheets may use any of them."),
    )
    rule = forms.ChoiceField(label=gettext_lazy("Rule"), choices=Rule.choices, initial=Rule.HAND)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[("", "—"), *Organization.Kind.choices], required=False
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories"), required=False, widget=forms.CheckboxSelectMultiple
    )
    members = UnitsField(label=gettext_lazy("Members"), required=False)
    position = forms.IntegerField(
        label=gettext_lazy("Order"),
        required=False,
        min_value=0,
        max_value=2_000_000_000,
        help_text=gettext_lazy("Place in the list; empty: at the end."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        directory: Directory,
        categories: Sequence[str],
        group: OrganizationGroup | None = None,
        members: Sequence[Organization] = (),
        **kwargs: Any,
    ) -> None:
        self.group, self.directory, self.chosen = group, directory, list(members)
        if group is not None:
            values: dict[str, Any] = {name: getattr(group, name) for name in FIELDS}
            values["kind"] = group.argument if group.rule == Rule.KIND else ""
            values["categories"] = group.argument.split("、") if group.rule == Rule.CATEGORY else []
            kwargs["initial"] = values | {"members": self.chosen, "seen": fingerprint(group, self.chosen)}
        super().__init__(*args, **kwargs)
        offer(self, directory, "members")
        # A category of the rule stays on offer though the last unit of it is gone.
        offered = dict.fromkeys([*categories, *self.initial.get("categories", [])])
        categories_field: Any = self.fields["categories"]
        categories_field.choices = [(name, name) for name in offered]

    def clean_name(self) -> str:
        """Refuses a name that a unit or another collective unit has."""
        name = " ".join(self.cleaned_data["name"].split())
        self.directory.check_free(name, self.group)
        return name

    def clean_spellings(self) -> str:
        """The same for every other spelling."""
        names = lines_of(self.cleaned_data["spellings"])
        wrong = []
        for name in names:
            try:
                self.directory.check_free(name, self.group)
            except ValidationError as error:
                wrong.append(error)
        if wrong:
            raise ValidationError(wrong)
        return "\n".join(names)

    def clean_members(self) -> list[Named]:
        """The units chosen by hand, in the order typed."""
        found: list[Named] = self.cleaned_data["members"]
        if any(not isinstance(unit, Organization) for unit in found):
            raise ValidationError(_("A collective unit cannot be a member of another one. Name its units."))
        return found

    def clean(self) -> dict[str, Any]:
        """Asks for what the rule needs; refuses a form that somebody else overtook."""
        values = self.cleaned_data
        needs = {
            Rule.KIND: ("kind", _("Choose the kind whose units are meant.")),
            Rule.CATEGORY: ("categories", _("Choose at least one category.")),
            Rule.HAND: ("members", _("Name at least one unit.")),
        }
        for rule, (field, message) in needs.items():
            if values.get("rule") != rule:
                # The page hides this field then, and `details` leaves it out: what stands in it is no fault.
                self.errors.pop(field, None)
            elif field not in self.errors and not values.get(field):
                self.add_error(field, message)
        chosen = "、".join(values.get("categories") or [])
        if values.get("rule") == Rule.CATEGORY and len(chosen) > 200:
            self.add_error("categories", _("These categories are too many. Make two collective units."))
        if self.group is not None and values.get("seen") != fingerprint(self.group, self.chosen):
            raise ValidationError(
                _(
                    "Somebody changed this collective unit while the form was open: now %(facts)s. "
                    "What you typed is kept; compare it and save again."
                )
                % {"facts": f"{self.group.name}、{self.group.get_rule_display()}"},
                code="stale",
            )
        return values

    @property
    def details(self) -> dict[str, Any]:
        """What the verbs of organizations.actions.groups take."""
        values = self.cleaned_data
        rule = values["rule"]
        argument = ""
        if rule == Rule.KIND:
            argument = values["kind"]
        elif rule == Rule.CATEGORY:
            argument = "、".join(values["categories"])
        members = values["members"] if rule == Rule.HAND else []
        return {name: values[name] for name in FIELDS} | {"argument": argument, "members": members}
