"""Every name under which a city's units are known, and the unit that a typed name means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .models import Organization, OrganizationAlias, OrganizationGroup, User
from .names import key_of

Named = Organization | OrganizationGroup
_SEPARATORS = re.compile(r"[、，,；;\n]+")


def split(text: str) -> list[str]:
    """The names of a cell or field: 市安监局、市公安局；各区市政府."""
    return [name for part in _SEPARATORS.split(text) if (name := part.strip())]


def full_name(unit: Named) -> str:
    """The name that means this unit and no other."""
    return unit.name


class Directory:
    """The units of a person's city by full, short and other name; with collective units where asked for.

    Two or three queries, however many names are looked up.
    """

    def __init__(self, user: User, groups: bool = False) -> None:
        self.root_id = user.organization.root_id
        units = Organization.objects.visible_to(user).filter(path__startswith=f"/{self.root_id}/")
        self.units = list(units.only("pk", "kind", "name", "short_name", "is_active", "path", "position"))
        self.groups = list(OrganizationGroup.objects.filter(city=self.root_id)) if groups else []
        self._by_name: dict[str, list[Named]] = {}
        by_key: dict[int, Organization] = {unit.pk: unit for unit in self.units}
        for unit in self.units:
            self._add(unit, unit.name, unit.short_name)
        for key, name in OrganizationAlias.objects.filter(organization__in=units.values("pk")).values_list(
            "organization", "name"
        ):
            self._add(by_key[key], name)
        for group in self.groups:
            self._add(group, *group.all_names)

    def _add(self, unit: Named, *names: str) -> None:
        for name in names:
            found = self._by_name.setdefault(name, [])
            if name and unit not in found:
                found.append(unit)

    def owners(self, name: str) -> list[Named]:
        """All that are known under this name, dissolved units too, however its blanks and brackets are written."""
        return self._by_key.get(key_of(name), []) if name.strip() else []

    def check_free(self, name: str, but: Named | None) -> None:
        """Refuses a name that means another active unit or another collective unit already."""
        for owner in self.owners(name):
            if owner == but or (isinstance(owner, Organization) and not owner.is_active):
                continue
            raise ValidationError(
                _("“%(name)s” already means %(owner)s. Use another name, or change it there first.")
                % {"name": name, "owner": owner.name}
            )

    @cached_property
    def _by_key(self) -> dict[str, list[Named]]:
        found: dict[str, list[Named]] = {}
        for name, units in self._by_name.items():
            known = found.setdefault(key_of(name), [])
            known += [unit for unit in units if unit not in known]
        return found

    def find(self, name: str) -> Named:
        """The active unit of this name; raises ValidationError that says why there is none."""
        found = self._by_name.get(name, [])
        exact = [unit for unit in found if unit.name == name]
        found = exact or found
        standing = [unit for unit in found if isinstance(unit, OrganizationGroup) or unit.is_active]
        if not found:
            raise ValidationError(
                _("No unit of this city is called “%(name)s”. Choose one from the list.") % {"name": name}
            )
        if not standing:
            raise ValidationError(_("%(unit)s was dissolved. Choose an active unit.") % {"unit": name})
        if len(standing) > 1:
            raise ValidationError(
                _("“%(name)s” means several units: %(units)s. Write the full name.")
                % {"name": name, "units": "、".join(unit.name for unit in standing)}
            )
        return standing[0]

    def find_all(self, names: Iterable[str]) -> list[Named]:
        """The units of several names, each once; raises ValidationError with every name that fails."""
        found: list[Named] = []
        wrong: list[ValidationError] = []
        for name in names:
            try:
                unit = self.find(name)
            except ValidationError as error:
                wrong.append(error)
            else:
                if unit not in found:
                    found.append(unit)
        if wrong:
            raise ValidationError(wrong)
        return found

    def datalist(self, key: str) -> SafeString:
        """A <datalist> of the active units: what the browser, or static/js/pick.js, suggests."""
        group = _("collective unit")
        rows = [(unit.name, f"{unit.name} {group}") for unit in self.groups]
        kinds = {value: str(label) for value, label in Organization.Kind.choices}
        rows += [
            (unit.name, f"{unit.short_name or unit.name} {kinds[unit.kind]}") for unit in self.units if unit.is_active
        ]
        options = format_html_join("", '<option value="{}" label="{}"></option>', rows)
        return SafeString(f'<datalist id="{key}">{options}</datalist>')
