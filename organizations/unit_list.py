"""The list of units: what its address asks for, its column heads, and its rows as strings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lib.formats import number
from lib.listing import empty_last, ordering
from lib.sheets.write import Column

from .models import EnterpriseProfile, Organization, OrganizationGroup, User
from .models.organization import OrganizationQuerySet
from .people_list import Chip, Head

Kind = Organization.Kind
SORTS: dict[str, tuple[str, ...]] = {
    "order": ("position", "id"),
    "name": ("name", "id"),
    "kind": ("kind", "position", "id"),
    "category": ("category", "position", "id"),
    "parent": ("parent__position", "parent_id", "position", "id"),
    "regulator": ("sector_regulator__position", "sector_regulator_id", "position", "id"),
    "people": ("people_number", "position", "id"),
    "active": ("-is_active", "position", "id"),
}
_NULLABLE = frozenset({"parent__position", "parent_id", "sector_regulator__position", "sector_regulator_id"})
_PLACES = (Kind.DISTRICT, Kind.ZONE, Kind.TOWN, Kind.COMMUNITY)
_SCOPES = (Kind.COMMISSION, Kind.DEPARTMENT, Kind.DISTRICT, Kind.ZONE)


class UnitRow(NamedTuple):
    """A unit as the list shows it."""

    pk: int
    name: str
    short_name: str
    kind: str
    category: str
    parent: str
    regulator: str
    people: str
    state: str
    signal: str


class UnitFilter:
    """q, kind, category, active, under, parent, regulator, group, sort of the address; nonsense is no condition."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.user = user
        self.seen = Organization.objects.visible_to(user)
        self.sort, self.columns = ordering(request, SORTS, "order")
        asked = {key: str(value).replace("\0", "").strip() for key, value in request.GET.items()}
        self.q = asked.get("q", "")[:100]
        self.kind = asked.get("kind", "") if asked.get("kind") in Kind.values else ""
        self.category = asked.get("category", "")[:20]
        self.active = asked.get("active", "") if asked.get("active") in {"1", "0"} else ""
        self.under: Organization | None = _one(self.seen, asked.get("under", ""))
        self.parent: Organization | None = _one(self.seen, asked.get("parent", ""))
        self.regulator: Organization | None = _one(self.seen, asked.get("regulator", ""))
        self.group: OrganizationGroup | None = _one(
            OrganizationGroup.objects.visible_to(user).select_related("city"), asked.get("group", "")
        )

    def rows(self) -> OrganizationQuerySet:
        """The units asked for, in order, with their superior, regulator and number of people."""
        found = self.seen.matching(self.q)
        exact = {
            "kind": self.kind,
            "category": self.category,
            "parent": self.parent,
            "sector_regulator": self.regulator,
        }
        found = found.filter(**{name: value for name, value in exact.items() if value})
        if self.active:
            found = found.filter(is_active=self.active == "1")
        if self.under:
            found = found.under(self.under)
        if self.group:
            found = found.filter(pk__in=self.group.members().order_by().values("pk"))
        return with_people(found.for_list()).order_by(*empty_last(self.columns, _NULLABLE))

    def conditions(self) -> dict[str, str]:
        """What is set, as the address says it."""
        found = {"q": self.q, "kind": self.kind, "category": self.category, "active": self.active}
        chosen = (
            ("under", self.under),
            ("parent", self.parent),
            ("regulator", self.regulator),
            ("group", self.group),
        )
        found |= {name: str(unit.pk) for name, unit in chosen if unit}
        return {name: value for name, value in found.items() if value}

    def query(self, *without: str, **changed: str) -> str:
        """The query string of the same list with something taken off or changed."""
        values = self.conditions() | ({"sort": self.sort} if self.sort != "order" else {}) | changed
        return "?" + urlencode({name: value for name, value in values.items() if name not in without})

    def chips(self) -> list[Chip]:
        """The conditions in words."""
        words = {
            "q": f"“{self.q}”",
            "kind": str(Kind(self.kind).label) if self.kind else "",
            "category": self.category,
            "active": dict(state_choices()).get(self.active, ""),
            "under": _("%(unit)s and below") % {"unit": self.under.label} if self.under else "",
            "parent": _("directly under %(unit)s") % {"unit": self.parent.label} if self.parent else "",
            "regulator": _("regulated by %(unit)s") % {"unit": self.regulator.label} if self.regulator else "",
            "group": self.group.name if self.group else "",
        }
        return [Chip(words[name], self.query(name)) for name in self.conditions()]

    def heads(self) -> list[Head]:
        """The column heads; the sorted one reverses."""
        named = [
            ("name", _("Unit"), ""),
            ("kind", _("Kind"), "no-card"),
            ("category", _("Category"), "no-card"),
            ("parent", _("Superior unit"), "no-card"),
            ("regulator", _("Sector regulator"), "no-card"),
            ("people", _("People"), "num no-card"),
            ("active", _("State"), ""),
        ]
        found = []
        for key, label, css in named:
            direction = {key: "ascending", f"-{key}": "descending"}.get(self.sort, "")
            href = self.query(sort=f"-{key}" if self.sort == key else key)
            found.append(Head(label, css, href, direction))
        return found

    def hidden(self) -> list[tuple[str, str]]:
        """Conditions that the filter bar has no field for, to be sent along with it."""
        kept = {name: value for name, value in self.conditions().items() if name in {"parent", "regulator", "group"}}
        return [*kept.items(), *([("sort", self.sort)] if self.sort != "order" else [])]

    def units(self) -> list[tuple[str, str, bool]]:
        """Superior units to choose from: (key, label, chosen); towns and enterprises are found by words."""
        chosen = self.under
        rows = self.seen.active().filter(kind__in=_SCOPES).only("name", "short_name")[:200]
        found = [(str(unit.pk), unit.label, bool(chosen and chosen.pk == unit.pk)) for unit in rows]
        if chosen and not any(mark for _key, _label, mark in found):
            found.append((str(chosen.pk), chosen.label, True))
        return found

    def categories(self) -> list[tuple[str, str, bool]]:
        """Categories to choose from."""
        return [(name, name, name == self.category) for name in categories_of(self.seen)]


def _one(rows: Any, text: str) -> Any:
    """The row whose key `text` is, if it is seen."""
    return rows.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None


def with_people(units: OrganizationQuerySet) -> OrganizationQuerySet:
    """Each with `people_number`, its active people: a subquery, so that only the rows shown are counted."""
    people = User.objects.active().filter(organization=OuterRef("pk")).order_by().values("organization")
    counted = Subquery(people.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    return units.annotate(people_number=Coalesce(counted, 0))


def categories_of(units: OrganizationQuerySet) -> list[str]:
    """The categories in use among these units."""
    found = units.exclude(category="").order_by("category").values_list("category", flat=True).distinct()
    return list(found[:100])


def state_choices() -> list[tuple[str, str]]:
    """The choices of the filter by state."""
    return [("1", _("Active")), ("0", _("Dissolved"))]


def state_of(unit: Organization) -> tuple[str, str]:
    """(signal, word) of a unit."""
    return ("ok", _("Active")) if unit.is_active else ("none", _("Dissolved"))


def _label(unit: Organization | None) -> str:
    return unit.label if unit else ""


def row_of(unit: Any) -> UnitRow:
    """A unit's row."""
    signal, state = state_of(unit)
    return UnitRow(
        unit.pk, unit.name, unit.short_name, str(unit.get_kind_display()), unit.category, _label(unit.parent),
        _label(unit.sector_regulator), number(unit.people_number), state, signal,
    )  # fmt: skip


def sheet_columns(register: bool = False) -> list[Column]:
    """The heads of the exported sheet; `register`: with those of the register of enterprises."""
    heads = [
        (_("Full name"), 36), (_("Short name"), 20), (_("Other names"), 26), (_("Kind"), 14), (_("Category"), 14),
        (_("Superior unit"), 30), (_("Sector regulator"), 26), (_("Unified social credit code"), 22),
        (_("Member of the commission"), 10), (_("People"), 8), (_("State"), 10), (_("Note"), 30),
    ]  # fmt: skip
    if register:
        heads += [
            (_("District"), 18), (_("Town"), 18), (_("Industry"), 18), (_("Post of the legal representative"), 14),
            (_("Occupational hazard class"), 12), (_("Staff"), 8), (_("Standardization level"), 10),
            (_("Major hazard source"), 10), (_("Longitude"), 12), (_("Latitude"), 12),
        ]  # fmt: skip
    return [Column(head, width) for head, width in heads]


def sheet_rows(units: Iterable[Any], register: bool = False) -> Iterable[list[Any]]:
    """The rows of the exported sheet, so that the import of units (with `register` that of enterprises) reads them."""
    places = {unit.pk: unit for unit in Organization.objects.filter(kind__in=_PLACES)} if register else {}
    for unit in units:
        superior, regulator = unit.parent, unit.sector_regulator
        line: list[Any] = [
            unit.name, unit.short_name, unit.alias_text, str(unit.get_kind_display()), unit.category,
            superior.name if superior else "", regulator.name if regulator else "", unit.credit_code,
            _("Yes") if unit.is_member else _("No"), unit.people_number, state_of(unit)[1], unit.note,
        ]  # fmt: skip
        yield line + _register(unit, places) if register else line


def _register(unit: Any, places: dict[int, Organization]) -> list[Any]:
    """What the register of enterprises says of a unit; `places` are the units that it may stand in."""
    above = [places[key] for key in map(int, unit.path.strip("/").split("/")) if key in places and key != unit.pk]
    district = next((one.name for one in above if one.kind in {Kind.DISTRICT, Kind.ZONE}), "")
    town = next((one.name for one in reversed(above) if one.kind in {Kind.TOWN, Kind.COMMUNITY}), "")
    known = getattr(unit, "enterprise", None) or EnterpriseProfile()
    return [
        district, town, known.industry, known.legal_post, known.hazard, known.staff, known.standardization,
        _("Yes") if known.major_hazard else _("No"), unit.lng, unit.lat,
    ]  # fmt: skip
