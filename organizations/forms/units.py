"""The form of a unit, and what to do with many of them."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import creditcode
from lib.forms import OfficeForm
from organizations.actions.units import FIELDS, PROFILE
from organizations.directory import Directory
from organizations.models import EnterpriseProfile, Organization, OrganizationAlias
from organizations.models.organization import validate_credit_code
from organizations.names import key_of

from .pick import UnitField, offer

Kind = Organization.Kind
CATEGORIES = "categories"
INDUSTRIES = "industries"


def lines_of(text: str) -> list[str]:
    """The names of a field with one per line, each once."""
    return list(dict.fromkeys(name for line in text.splitlines() if (name := " ".join(line.split()))))


def profile_of(unit: Organization) -> dict[str, Any]:
    """What the register knows of the unit; empty values where it knows nothing."""
    profile = getattr(unit, "enterprise", None) or EnterpriseProfile()
    return {name: getattr(profile, name) for name in PROFILE}


def fingerprint(unit: Organization) -> str:
    """Changes whenever somebody changes the unit; a form carries it to notice that."""
    values: list[Any] = [unit.name, unit.short_name, unit.kind, unit.category, unit.parent_id, unit.sector_regulator_id]
    values += [unit.credit_code, unit.is_member, unit.lng, unit.lat, unit.note, unit.position, unit.alias_text]
    values += profile_of(unit).values()
    return hashlib.sha256("\0".join(map(str, values)).encode()).hexdigest()[:16]


class UnitForm(OfficeForm):
    """A unit with its other names and, for an enterprise, what the register knows; `unit` None for a new one."""

    name = forms.CharField(label=gettext_lazy("Full name"), max_length=120)
    short_name = forms.CharField(
        label=gettext_lazy("Short name"), max_length=60, required=False, help_text=gettext_lazy("What tables show.")
    )
    aliases = forms.CharField(
        label=gettext_lazy("Other names"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One per line. Spreadsheets may use any of them."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", "—"), *Kind.choices])
    category = forms.CharField(
        label=gettext_lazy("Category"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"list": CATEGORIES, "autocomplete": "off"}),
        help_text=gettext_lazy("The office's own class, such as 党委部门 or 驻青单位."),
    )
    parent = UnitField(
        label=gettext_lazy("Superior unit"),
        help_text=gettext_lazy("Its people see this unit and its work."),
    )
    credit_code = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false", "autocomplete": "off"}),
    )
    is_member = forms.BooleanField(label=gettext_lazy("Member of the commission"), required=False)
    position = forms.IntegerField(
        label=gettext_lazy("Order"),
        required=False,
        min_value=0,
        max_value=2_000_000_000,
        help_text=gettext_lazy("Number in the official order of units; empty: at the end."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    lng = forms.DecimalField(
        label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180, max_digits=9, decimal_places=6
    )
    lat = forms.DecimalField(
        label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90, max_digits=9, decimal_places=6
    )
    sector_regulator = UnitField(
        label=gettext_lazy("Sector regulator"),
        required=False,
        help_text=gettext_lazy("The department that supervises the trade; its people see the enterprise."),
    )
    industry = forms.CharField(
        label=gettext_lazy("Industry"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"list": INDUSTRIES, "autocomplete": "off"}),
    )
    staff = forms.IntegerField(label=gettext_lazy("Staff"), required=False, min_value=0, max_value=2_000_000_000)
    legal_post = forms.CharField(label=gettext_lazy("Post of the legal representative"), max_length=40, required=False)
    hazard = forms.CharField(label=gettext_lazy("Occupational hazard class"), max_length=20, required=False)
    standardization = forms.CharField(label=gettext_lazy("Standardization level"), max_length=20, required=False)
    major_hazard = forms.BooleanField(label=gettext_lazy("Major hazard source"), required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, directory: Directory, unit: Organization | None = None, **kwargs: Any) -> None:
        self.unit, self.directory = unit, directory
        if unit is not None:
            values = {name: getattr(unit, name) for name in FIELDS} | profile_of(unit)
            values["aliases"] = "\n".join(alias.name for alias in unit.aliases.all())
            kwargs["initial"] = values | {"seen": fingerprint(unit)}
        super().__init__(*args, **kwargs)
        offer(self, directory, "parent", "sector_regulator")
        if unit is not None and unit.parent_id is None:
            # The commission at the top keeps its kind and has nothing above it.
            for name in ("kind", "parent", "sector_regulator"):
                del self.fields[name]

    # ------------------------------------------------------------ names
    def clean_name(self) -> str:
        """Refuses a name that another unit or a collective unit has."""
        name = " ".join(self.cleaned_data["name"].split())
        self.directory.check_free(name, self.unit)
        same = Organization.objects.filter(name=name).exclude(pk=self.unit.pk if self.unit else 0)
        if same.exists():
            raise ValidationError(
                _("“%(name)s” is the name of a dissolved unit or one of another city. Restore that, or use another.")
                % {"name": name}
            )
        return name

    def clean_short_name(self) -> str:
        """Refuses a short name that would mean two units."""
        name = " ".join(self.cleaned_data["short_name"].split())
        if name:
            self.directory.check_free(name, self.unit)
        return name

    def clean_aliases(self) -> list[str]:
        """The other names; refuses those that mean another unit already."""
        names = lines_of(self.cleaned_data["aliases"])
        own = {key_of(self.cleaned_data.get(field, "")) for field in ("name", "short_name")}
        names = [name for name in names if key_of(name) not in own]
        taken = OrganizationAlias.objects.filter(name__in=names).exclude(organization=self.unit)
        wrong = {
            name: _("“%(name)s” is another name of a dissolved unit or one of another city.") % {"name": name}
            for name in taken.values_list("name", flat=True)
        }
        for name in names:
            try:
                self.directory.check_free(name, self.unit)
            except ValidationError as error:
                wrong[name] = error.messages[0]
            if len(name) > 120:
                wrong[name] = _("“%(name)s…” has more than 120 characters.") % {"name": name[:20]}
        if wrong:
            raise ValidationError(list(wrong.values()))
        return names

    # ------------------------------------------------------------ the rest
    def clean_category(self) -> str:
        """Refuses the sign that joins categories in the rule of a collective unit."""
        category: str = self.cleaned_data["category"]
        if "、" in category:
            raise ValidationError(_("Name one category, without 、."))
        return category

    def clean_credit_code(self) -> str | None:
        """The normalized code; refuses a wrong check character and a code that another unit has."""
        code = creditcode.normalize(self.cleaned_data["credit_code"])
        if not code:
            return None
        validate_credit_code(code)
        same = Organization.objects.filter(credit_code=code).exclude(pk=self.unit.pk if self.unit else 0).first()
        if same is not None:
            known = any(unit.pk == same.pk for unit in self.directory.units)
            name = same.name if known else _("a unit of another city")
            raise ValidationError(_("%(code)s is the code of %(unit)s.") % {"code": code, "unit": name})
        return code

    def clean(self) -> dict[str, Any]:
        """Refuses half a position, a superior below the unit, and a form that somebody else overtook."""
        values = self.cleaned_data
        if values.get("kind", Kind.ENTERPRISE) != Kind.ENTERPRISE:
            # The page hides these fields then, and `details` leaves them out: what stands in them is no fault.
            for name in ("sector_regulator", *PROFILE):
                self.errors.pop(name, None)
        if (values.get("lng") is None) != (values.get("lat") is None) and not {"lng", "lat"} & self.errors.keys():
            self.add_error("lat" if values.get("lat") is None else "lng", _("Enter both longitude and latitude."))
        parent = values.get("parent")
        if self.unit is not None and parent is not None and parent.path.startswith(self.unit.path):
            self.add_error("parent", _("The superior unit cannot be this unit or one below it."))
        if self.unit is not None and values.get("seen") != fingerprint(self.unit):
            raise ValidationError(self._overtaken(self.unit), code="stale")
        return values

    def _overtaken(self, unit: Organization) -> str:
        facts = [unit.name, unit.short_name, str(unit.get_kind_display()), unit.parent.label if unit.parent else ""]
        return _(
            "Somebody changed this unit while the form was open: now %(facts)s. "
            "What you typed is kept; compare it and save again."
        ) % {"facts": "、".join(fact for fact in facts if fact)}

    @property
    def details(self) -> dict[str, Any]:
        """What the verbs of organizations.actions.units take."""
        values = self.cleaned_data
        kind = values.get("kind")
        enterprise = kind == Kind.ENTERPRISE
        found = {name: values[name] for name in FIELDS if name in values}
        if kind is not None and not enterprise:
            found["sector_regulator"] = None
        profile = {name: values[name] for name in PROFILE} if enterprise else None
        return found | {"aliases": values["aliases"], "profile": profile}


class RegulatorForm(OfficeForm):
    """The department that regulates the chosen enterprises."""

    sector_regulator = UnitField(
        label=gettext_lazy("Sector regulator"),
        help_text=gettext_lazy("The department that supervises the trade; its people see the enterprise."),
    )

    def __init__(self, *args: Any, directory: Directory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, directory, "sector_regulator")


class BulkForm(OfficeForm):
    """What to do with the units picked in the list."""

    ACTIONS = (
        ("dissolve", gettext_lazy("Dissolve")),
        ("restore", gettext_lazy("Restore")),
        ("regulator", gettext_lazy("Set the sector regulator")),
    )
    do = forms.ChoiceField(choices=ACTIONS)
