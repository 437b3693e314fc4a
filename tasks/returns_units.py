"""Who has to hand in and who has: the units of a quarter with their open assignments and their returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from background.models.work import UNFINISHED, WorkState
from lib import clock, formats
from lib.sheets.write import CHUNK, Column, Sheet
from organizations.models import Organization, User
from organizations.models.organization import OrganizationQuerySet

from .actions.packages import packages_of
from .models import Plan, ProgressReturn
from .returns.open_rows import open_in
from .returns_history import quarter_now, quarters_of

MOST = 2000  # workbooks of one zip
State = ProgressReturn.State


class Tab(NamedTuple):
    """Which units: all, those still missing, those whose return has come in."""

    label: str
    href: str
    number: int
    current: bool


def _state(returned: bool) -> str:
    return pgettext("workbook", "Returned") if returned else _("Not returned yet")


class UnitRow(NamedTuple):
    """A unit: what it owes, and what became of its return."""

    pk: int
    href: str
    name: str
    kind: str
    open: int
    overdue: int
    workbook: str
    signal: str
    state: str
    returned: str
    return_href: str


class UnitsFilter:
    """quarter, q, kind, state, pick, all of the address; nonsense is no condition."""

    def __init__(self, request: HttpRequest, plan: Plan, user: User) -> None:
        data = request.POST if request.method == "POST" else request.GET
        asked = {key: str(value).replace("\0", "").strip()[:100] for key, value in data.items()}
        keys = {f"{plan.year}Q{number}" for number in range(1, 5)}
        self.plan, self.user = plan, user
        self.quarter = asked["quarter"] if asked.get("quarter") in keys else quarter_now(plan)
        self.q = asked.get("q", "")
        self.kind = asked.get("kind", "") if asked.get("kind") in Organization.Kind.values else ""
        self.state = asked.get("state", "") if asked.get("state") in {"missing", "returned"} else ""
        self.pick = [int(text) for text in data.getlist("pick") if text.isdecimal() and len(text) < 19]
        self.all = asked.get("all") == "1"
        self._open = open_in(plan, self.quarter).filter(organization__in=self._seen().values("pk")).order_by()
        self._returned = ProgressReturn.objects.filter(
            plan=plan, quarter=self.quarter, state=State.COMMITTED
        ).order_by()

    def _seen(self) -> OrganizationQuerySet:
        """The units whose workbooks are the person's business: in the commission all, elsewhere the own."""
        if self.user.sees_city:
            return Organization.objects.visible_to(self.user)
        return Organization.objects.filter(pk=self.user.organization_id)

    def _narrowed(self) -> OrganizationQuerySet:
        found = self._seen().filter(
            Q(pk__in=self._open.values("organization")) | Q(pk__in=self._returned.values("organization"))
        )
        found = found.filter(kind=self.kind) if self.kind else found
        return found.matching(self.q) if self.q else found

    def _of_state(self, state: str) -> OrganizationQuerySet:
        returned = self._returned.filter(organization__isnull=False).values("organization")
        rows = self._narrowed()
        if state == "missing":
            return rows.exclude(pk__in=returned)
        return rows.filter(pk__in=returned) if state == "returned" else rows

    def rows(self) -> OrganizationQuerySet:
        """The units asked for, in the order of the tree."""
        return self._of_state(self.state).order_by("position", "id")

    def picked(self, only: Organization | None) -> list[Organization]:
        """Whose workbooks are wanted: all of the list, or those picked; of others the own unit."""
        owing = self.rows().filter(pk__in=self._open.values("organization"))
        if only is not None:
            owing = owing.filter(pk=only.pk)
        elif not self.all:
            owing = owing.filter(pk__in=self.pick)
        return list(owing)

    def counts(self, units: Iterable[Organization]) -> dict[int, tuple[int, int]]:
        """Open and overdue assignments by unit."""
        late = Q(due_on__lt=clock.today())
        rows = self._open.filter(organization__in=[unit.pk for unit in units]).values_list("organization")
        counted = rows.annotate(open=Count("pk"), late=Count("pk", filter=late))
        return {unit: (number, overdue) for unit, number, overdue in counted}

    def returns(self, units: Iterable[Organization]) -> dict[int, ProgressReturn]:
        """The latest return of each unit."""
        rows = self._returned.filter(organization__in=[unit.pk for unit in units]).order_by("at")
        return {one.organization_id: one for one in rows if one.organization_id}

    def query(self, **changed: str) -> str:
        """The address's query with something changed; the page never stays."""
        values = {"quarter": self.quarter, "q": self.q, "kind": self.kind, "state": self.state} | changed
        return "?" + urlencode({key: value for key, value in values.items() if value})

    def pick_query(self, units: Iterable[Organization]) -> str:
        """The query of the workbooks of these units."""
        return "?" + urlencode([("quarter", self.quarter), *(("pick", unit.pk) for unit in units)])

    def hidden(self) -> list[tuple[str, str]]:
        """What the form of the download carries along."""
        values = {"quarter": self.quarter, "q": self.q, "kind": self.kind, "state": self.state}
        return [(key, value) for key, value in values.items() if value]

    def tabs(self) -> list[Tab]:
        """All, missing, returned with their numbers."""
        named = [
            ("", pgettext("workbook", "All units")),
            ("missing", _("Not returned yet")),
            ("returned", pgettext("workbook", "Returned")),
        ]
        return [
            Tab(label, self.query(state=key), self._of_state(key).count(), key == self.state) for key, label in named
        ]

    def quarters(self) -> list[tuple[str, str, bool]]:
        """Quarters to choose from."""
        return quarters_of(self.plan, self.quarter)

    @property
    def is_set(self) -> bool:
        """Whether a condition beyond the quarter is set."""
        return bool(self.q or self.kind or self.state)


def rows_of(chosen: UnitsFilter, units: list[Organization]) -> list[UnitRow]:
    """The rows of one page."""
    counts, returns = chosen.counts(units), chosen.returns(units)
    year = chosen.plan.year
    at = reverse("return_workbooks", args=[year])
    found = []
    for unit in units:
        number, overdue = counts.get(unit.pk, (0, 0))
        one = returns.get(unit.pk)
        found.append(
            UnitRow(
                pk=unit.pk, href=f"{reverse('ledger', args=[year])}?unit={unit.pk}", name=unit.label,
                kind=str(unit.get_kind_display()), open=number, overdue=overdue,
                workbook=f"{at}?quarter={chosen.quarter}&pick={unit.pk}" if number else "",
                signal="done" if one else "none", state=_state(bool(one)),
                returned=formats.day(timezone.localtime(one.decided_at).date()) if one and one.decided_at else "",
                return_href=reverse("return_preview", args=[year, one.pk]) if one else "",
            )
        )  # fmt: skip
    return found


def sheet_of(chosen: UnitsFilter) -> Sheet:
    """The whole list as a sheet."""
    heads = [
        (_("Unit"), 34),
        (_("Kind"), 14),
        (_("Open"), 8),
        (_("Overdue"), 8),
        (_("State"), 14),
        (_("Returned on"), 12),
    ]

    def cells() -> Iterable[tuple[Any, ...]]:
        units = list(chosen.rows().iterator(chunk_size=CHUNK))
        counts, returns = chosen.counts(units), chosen.returns(units)
        for unit in units:
            number, overdue = counts.get(unit.pk, (0, 0))
            one = returns.get(unit.pk)
            day = timezone.localtime(one.decided_at).date() if one and one.decided_at else None
            yield (
                unit.name,
                str(unit.get_kind_display()),
                number,
                overdue,
                pgettext("workbook", "Returned") if one else "",
                day,
            )

    title = _("Returns of %(period)s") % {"period": formats.period(chosen.quarter)}
    return Sheet(title, [Column(*head) for head in heads], cells())


def package_note(plan: Plan, user: User) -> tuple[str, str] | None:
    """(words, address) of a zip that the person ordered and can still find; None without one."""
    recent = packages_of(plan, user).filter(state__in=(*UNFINISHED, WorkState.DONE))
    work = recent.first()
    if work is None or (work.state == WorkState.DONE and not work.result.get("file")):
        return None
    quarter = {"quarter": formats.period(work.payload["quarter"])}
    words = _("Workbooks of %(quarter)s: being made") if work.is_unfinished else _("Workbooks of %(quarter)s: ready")
    return words % quarter, reverse("package", args=[plan.year, work.pk])
