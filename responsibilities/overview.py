"""The overview of lists: what its address asks for, its column heads, and its rows as strings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lib import formats
from lib.listing import empty_last, ordering
from lib.sheets.write import Column
from organizations.models import Organization, User
from organizations.people_list import Chip, Head

from .models import ResponsibilityList
from .models.list import ListQuerySet
from .rights import awaiting
from .states import SIGNAL_OF, ListKind, ListState

SORTS: dict[str, tuple[str, ...]] = {
    "unit": ("organization__position", "organization_id", "-year", "kind", "id"),
    "kind": ("kind", "organization__position", "-year", "id"),
    "year": ("year", "organization__position", "kind", "id"),
    "version": ("version", "organization__position", "kind", "id"),
    "state": ("state", "organization__position", "kind", "id"),
    "items": ("item_number", "organization__position", "kind", "id"),
    "published": ("published_on", "organization__position", "kind", "id"),
}
TABS = ("all", "me", "drafts", "published")


class ListRow(NamedTuple):
    """A list as the overview shows it; `next` says who has to act, `before` which version is in force meanwhile."""

    pk: int
    unit: str
    unit_title: str
    kind: str
    year: int
    version: str
    state: str
    signal: str
    items: str
    published: str
    next: str
    before: str


def newest_for(user: User) -> ListQuerySet:
    """Of each unit, kind and year the newest version that the person may read."""
    seen = ResponsibilityList.objects.visible_to(user)
    later = seen.filter(
        organization=OuterRef("organization"), kind=OuterRef("kind"), year=OuterRef("year"),
        version__gt=OuterRef("version"),
    )  # fmt: skip
    return seen.filter(~Exists(later))


class ListFilter:
    """q, unit, kind, year, state, tab, sort of the address; nonsense is no condition."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.user = user
        self.sort, self.columns = ordering(request, SORTS, "unit")
        asked = {key: str(value).replace("\0", "").strip() for key, value in request.GET.items()}
        self.q = asked.get("q", "")[:100]
        self.kind = asked.get("kind", "") if asked.get("kind") in ListKind.values else ""
        self.state = asked.get("state", "") if asked.get("state") in ListState.values else ""
        year = asked.get("year", "")
        self.year = year if year.isascii() and year.isdigit() and len(year) == 4 else ""
        self.tab = asked.get("tab", "all") if asked.get("tab") in TABS else "all"
        self.unit: Organization | None = None
        key = asked.get("unit", "")
        if key.isascii() and key.isdigit() and len(key) < 19:
            root = f"/{user.organization.root_id}/"
            self.unit = Organization.objects.filter(path__startswith=root, pk=int(key)).first()

    def rows(self, tab: str | None = None) -> ListQuerySet:
        """The lists asked for, in no order yet."""
        found = newest_for(self.user)
        match tab or self.tab:
            case "me":
                found = found.filter(pk__in=awaiting(self.user).values("pk"))
            case "drafts":
                found = found.exclude(state=ListState.PUBLISHED)
            case "published":
                found = found.published()
        exact = {"kind": self.kind, "state": self.state, "year": self.year, "organization": self.unit}
        found = found.filter(**{name: value for name, value in exact.items() if value})
        for word in self.q.split():
            found = found.filter(
                Q(organization__name__icontains=word)
                | Q(organization__short_name__icontains=word)
                | Q(organization__aliases__name__icontains=word)
            )
        return found.distinct() if self.q else found

    def ordered(self) -> ListQuerySet:
        """The same in order, with what a row shows."""
        before = ResponsibilityList.objects.published().filter(
            organization=OuterRef("organization"), kind=OuterRef("kind"), year=OuterRef("year")
        ).order_by("-version")  # fmt: skip
        found = ResponsibilityList.objects.filter(pk__in=self.rows().values("pk")).for_list()
        found = found.annotate(before_number=Subquery(before.values("version")[:1]))
        return found.order_by(*empty_last(self.columns, frozenset({"published_on"})))

    def conditions(self) -> dict[str, str]:
        """What is set, as the address says it."""
        found = {"q": self.q, "kind": self.kind, "year": self.year, "state": self.state}
        found["unit"] = str(self.unit.pk) if self.unit else ""
        return {name: value for name, value in found.items() if value}

    def query(self, *without: str, **changed: str) -> str:
        """The query string of the same list with something taken off or changed."""
        values = self.conditions() | ({"sort": self.sort} if self.sort != "unit" else {})
        values |= ({"tab": self.tab} if self.tab != "all" else {}) | changed
        return "?" + urlencode({name: value for name, value in values.items() if name not in without})

    def chips(self) -> list[Chip]:
        """The conditions in words."""
        words = {
            "q": f"“{self.q}”",
            "kind": str(ListKind(self.kind).label) if self.kind else "",
            "year": formats.period(self.year) if self.year else "",
            "state": str(ListState(self.state).label) if self.state else "",
            "unit": self.unit.label if self.unit else "",
        }
        return [Chip(words[name], self.query(name)) for name in self.conditions()]

    def heads(self) -> list[Head]:
        """The column heads; the sorted one reverses."""
        named = [
            ("unit", _("Unit"), ""), ("kind", _("List"), ""), ("year", _("Year"), "num no-card"),
            ("version", _("Version"), "no-card"), ("state", _("State"), ""), ("", _("Next step"), "c-wide"),
            ("items", _("Items"), "num no-card"), ("published", _("Published on"), "num no-card"),
        ]  # fmt: skip
        found = []
        for key, label, css in named:
            direction = {key: "ascending", f"-{key}": "descending"}.get(self.sort, "") if key else ""
            href = self.query(sort=f"-{key}" if self.sort == key else key) if key else ""
            found.append(Head(label, css, href, direction))
        return found

    def tabs(self) -> list[dict[str, Any]]:
        """The saved views with their numbers."""
        labels = {
            "all": _("All lists"), "me": _("Awaits me"), "drafts": _("Being drafted or decided"),
            "published": _("In force"),
        }  # fmt: skip
        return [
            {"label": labels[tab], "href": self.query("tab", **({"tab": tab} if tab != "all" else {})),
             "current": tab == self.tab, "number": formats.number(self.rows(tab).count())}
            for tab in TABS
        ]  # fmt: skip

    def years(self) -> list[int]:
        """The years that have lists, latest first."""
        rows = ResponsibilityList.objects.visible_to(self.user).order_by("-year").values_list("year", flat=True)
        return list(rows.distinct()[:30])


def next_words(one: ResponsibilityList) -> str:
    """Who has to act on it, in words; empty for a published one."""
    match one.state:
        case ListState.SUBMITTED:
            return _("Head of %(unit)s: approve or return") % {"unit": one.organization.label}
        case ListState.APPROVED:
            return _("Commission office: publish or return")
        case ListState.RETURNED:
            return _("%(unit)s: correct and submit again") % {"unit": one.organization.label}
        case ListState.DRAFT:
            return _("%(unit)s: complete and submit") % {"unit": one.organization.label}
    return ""


def version_words(number: int) -> str:
    """第 2 版."""
    return _("Version %(number)s") % {"number": number}


def row_of(one: Any) -> ListRow:
    """One list as strings; it comes with what `ordered` adds."""
    before = ""
    if not one.is_published and one.before_number:
        before = _("in force: version %(number)s") % {"number": one.before_number}
    return ListRow(
        one.pk, one.organization.label, one.organization.name, str(one.get_kind_display()), one.year,
        version_words(one.version), str(one.get_state_display()), SIGNAL_OF[one.state],
        formats.number(one.item_number), formats.day(one.published_on), next_words(one), before,
    )  # fmt: skip


def sheet_columns() -> list[Column]:
    """The columns of the export."""
    heads = [
        (_("Unit"), 34), (_("List"), 14), (_("Year"), 8), (_("Version"), 10), (_("State"), 14),
        (_("Next step"), 34), (_("Items"), 8), (_("Published on"), 14),
    ]  # fmt: skip
    return [Column(head, width) for head, width in heads]


def sheet_rows(rows: Iterable[Any]) -> Iterable[list[Any]]:
    """The same rows as cells."""
    for one in rows:
        yield [
            one.organization.name, str(one.get_kind_display()), one.year, one.version,
            str(one.get_state_display()), next_words(one), one.item_number, one.published_on,
        ]  # fmt: skip


def unit_href(unit: Organization) -> str:
    """The page of a unit's lists."""
    return reverse("duty_unit", kwargs={"pk": unit.pk})
