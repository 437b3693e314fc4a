"""The list of people: what its address asks for, its column heads, and its rows as strings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import F, OrderBy
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lib import formats
from lib.listing import ordering
from lib.sheets.write import Column

from .models import Organization, User
from .models.user import UserQuerySet
from .roles import Role

SORTS: dict[str, tuple[str, ...]] = {
    "unit": ("organization__position", "organization_id", "role", "id"),
    "name": ("real_name", "id"),
    "account": ("username",),
    "role": ("role", "organization__position", "id"),
    "post": ("post", "id"),
    "login": ("last_login", "id"),
    "active": ("-is_active", "must_change_password", "id"),
}
_SCOPES = ("commission", "department", "district", "zone")


class Head(NamedTuple):
    """A column head: label, CSS class, address that sorts by it, aria-sort word or empty."""

    label: str
    css: str
    href: str
    direction: str


class PersonRow(NamedTuple):
    """A person as the list shows it."""

    pk: int
    name: str
    account: str
    unit: str
    role: str
    post: str
    phone: str
    last_login: str
    state: str
    signal: str


class Chip(NamedTuple):
    """A condition that can be taken off."""

    label: str
    href: str


class PeopleFilter:
    """q, role, unit, under, active, sort of the address; nonsense is no condition."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.user = user
        self.sort, columns = ordering(request, SORTS, "unit")
        self.columns = columns
        asked = request.GET
        self.q = asked.get("q", "").strip()[:100]
        self.role = asked.get("role", "") if asked.get("role") in Role.values else ""
        self.active = asked.get("active", "") if asked.get("active") in {"1", "0", "new"} else ""
        self.unit = self._unit(asked.get("unit", ""))
        self.under = self._unit(asked.get("under", ""))

    def _unit(self, text: str) -> Organization | None:
        if not text.isdecimal():
            return None
        return Organization.objects.visible_to(self.user).filter(pk=int(text[:18])).first()

    def rows(self) -> UserQuerySet:
        """The people asked for, in order, with their unit."""
        found: UserQuerySet = User.objects.visible_to(self.user).matching(self.q)
        if self.role:
            found = found.filter(role=self.role)
        if self.unit:
            found = found.filter(organization=self.unit)
        if self.under:
            found = found.filter(organization__in=Organization.objects.under(self.under))
        if self.active:
            found = found.filter(is_active=self.active != "0")
        if self.active == "new":
            found = found.filter(must_change_password=True)
        order: list[Any] = [
            OrderBy(F("last_login"), descending=c.startswith("-"), nulls_last=True) if "last_login" in c else c
            for c in self.columns
        ]
        return found.select_related("organization").order_by(*order)

    def conditions(self) -> dict[str, str]:
        """What is set, as the address says it."""
        found = {"q": self.q, "role": self.role, "active": self.active}
        found |= {name: str(unit.pk) for name, unit in (("unit", self.unit), ("under", self.under)) if unit}
        return {name: value for name, value in found.items() if value}

    def query(self, *without: str, **changed: str) -> str:
        """The query string of the same list with something taken off or changed."""
        values = self.conditions() | ({"sort": self.sort} if self.sort != "unit" else {}) | changed
        return "?" + urlencode({name: value for name, value in values.items() if name not in without})

    def chips(self) -> list[Chip]:
        """The conditions in words."""
        words = {
            "q": f"“{self.q}”",
            "role": str(Role(self.role).label) if self.role else "",
            "active": dict(active_choices()).get(self.active, ""),
            "unit": self.unit.label if self.unit else "",
            "under": _("%(unit)s and below") % {"unit": self.under.label} if self.under else "",
        }
        return [Chip(words[name], self.query(name)) for name in self.conditions()]

    def heads(self) -> list[Head]:
        """The column heads; the sorted one reverses."""
        named = [
            ("name", _("Real name"), ""),
            ("account", _("Account"), "no-card"),
            ("unit", _("Unit"), ""),
            ("role", _("Role"), ""),
            ("post", _("Post"), "no-card"),
            ("", _("Phone"), "no-card"),
            ("login", _("Last login"), "num no-card"),
            ("active", _("State"), ""),
        ]
        found = []
        for key, label, css in named:
            direction = {key: "ascending", f"-{key}": "descending"}.get(self.sort, "") if key else ""
            href = self.query(sort=f"-{key}" if self.sort == key else key) if key else ""
            found.append(Head(label, css, href, direction))
        return found

    def units(self) -> list[tuple[str, str, bool]]:
        """Units to choose from in the filter: (key, label, chosen); towns and enterprises are found by words."""
        seen = Organization.objects.visible_to(self.user).active().filter(kind__in=_SCOPES).order_by("position", "id")
        chosen = self.under
        found = [(str(unit.pk), unit.label, bool(chosen and chosen.pk == unit.pk)) for unit in seen[:200]]
        if chosen and not any(mark for _key, _label, mark in found):
            found.append((str(chosen.pk), chosen.label, True))
        return found


def active_choices() -> list[tuple[str, str]]:
    """The choices of the filter by state."""
    return [("1", _("Active")), ("new", _("Never changed the one-time password")), ("0", _("Disabled"))]


def state_of(user: User) -> tuple[str, str]:
    """(signal, word) of an account."""
    if not user.organization.is_active:
        return "none", _("Unit dissolved")
    if not user.is_active:
        return "none", _("Disabled")
    return ("sent", _("Invited")) if user.must_change_password else ("ok", _("Active"))


def row_of(user: User) -> PersonRow:
    """A person's row."""
    signal, state = state_of(user)
    login = formats.day(timezone.localtime(user.last_login).date()) if user.last_login else "—"
    return PersonRow(
        user.pk, user.real_name, user.username, user.organization.label, str(user.get_role_display()), user.post,
        user.phone, login, state, signal,
    )  # fmt: skip


def sheet_columns() -> list[Column]:
    """The heads of the exported sheet."""
    heads = [
        (_("Account"), 18), (_("Real name"), 14), (_("Unit"), 34), (_("Role"), 10), (_("Post"), 20), (_("Phone"), 16),
        (_("E-mail"), 26), (_("State"), 14), (_("Last login"), 14),
    ]  # fmt: skip
    return [Column(head, width) for head, width in heads]


def sheet_rows(people: Iterable[User]) -> Iterable[list[Any]]:
    """The rows of the exported sheet."""
    for user in people:
        login = timezone.localtime(user.last_login).date() if user.last_login else None
        yield [
            user.username, user.real_name, user.organization.name, str(user.get_role_display()), user.post, user.phone,
            user.email, state_of(user)[1], login,
        ]  # fmt: skip
