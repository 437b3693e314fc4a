"""The list of collective units as strings."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext as _

from lib.sheets.write import Column, Sheet

from .membership import member_counts
from .models import Organization, OrganizationGroup, User

Rule = OrganizationGroup.Rule


class GroupRow(NamedTuple):
    """A collective unit as the list shows it."""

    pk: int
    name: str
    spellings: str
    rule: str
    number: int


def rule_of(group: OrganizationGroup) -> str:
    """Whom the rule takes, in words."""
    if group.rule == Rule.KIND:
        kinds = {value: str(label) for value, label in Organization.Kind.choices}
        return _("Kind: %(kind)s") % {"kind": kinds.get(group.argument, group.argument)}
    if group.rule == Rule.CATEGORY:
        return _("Category: %(categories)s") % {"categories": group.argument}
    return str(group.get_rule_display())


def row_of(group: OrganizationGroup, number: int) -> GroupRow:
    """A collective unit's row."""
    return GroupRow(group.pk, group.name, "、".join(group.all_names[1:]), rule_of(group), number)


def list_of(user: User) -> list[GroupRow]:
    """The collective units that the person sees, with how many units each means today."""
    found = list(OrganizationGroup.objects.visible_to(user).filter(city=user.scope_root))
    counts = member_counts(user.scope_root, found) if found else {}
    return [row_of(group, counts[group.pk]) for group in found]


def sheet_of(rows: list[GroupRow]) -> Sheet:
    """The list as a sheet."""
    columns = [
        Column(_("Name"), 26), Column(_("Other spellings"), 44), Column(_("Who is meant"), 36),
        Column(_("Units today"), 10),
    ]  # fmt: skip
    return Sheet(_("Collective units"), columns, ((row.name, row.spellings, row.rule, row.number) for row in rows))
