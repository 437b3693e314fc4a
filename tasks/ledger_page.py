"""The furniture of the ledger page: saved views, filter fields, column heads. No row is read here."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lib import formats
from lib.listing import ordering
from organizations.models import Organization

from .filters import AssignmentFilter, Extended
from .models import Assignment
from .punctuality import signal_q
from .states import AssignmentState, Cadence, Signal, UnitRole
from .tallies import summary_of, tally_of, tally_of_rows, totals_of

Kind = Organization.Kind
NULLABLE = frozenset({"due_on", "last_progress_on"})
SORTS: dict[str, tuple[str, ...]] = {
    "urgency": ("phase", "due_on", "id"),
    "number": ("work_point__number", "task__position", "task_id", "organization__position", "period", "id"),
    "title": ("task__title", "id"),
    "point": ("work_point__number", "phase", "due_on", "id"),
    "unit": ("organization__position", "organization_id", "phase", "due_on", "id"),
    "role": ("role", "phase", "due_on", "id"),
    "period": ("period", "phase", "due_on", "id"),
    "due": ("due_on", "id"),
    "amount": ("quantity", "id"),
    "percent": ("percent", "id"),
    "last": ("last_progress_on", "id"),
}
COLUMNS = ("number", "point", "unit", "role", "period", "due", "signal", "amount", "progress", "last")
HIDDEN_AT_FIRST = frozenset({"last"})
_FIELDS = ("q", "point", "unit", "role", "signal", "state", "cadence", "period", "extension", "due_from", "due_to")
_LISTED_KINDS = (Kind.COMMISSION, Kind.DEPARTMENT, Kind.DISTRICT, Kind.ZONE)


class View(NamedTuple):
    """A saved view: a tab above the table with the number of its rows."""

    label: str
    href: str
    number: int
    current: bool


class Field(NamedTuple):
    """A select of the filter form: name, label, (value, text, chosen)."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]


class Head(NamedTuple):
    """The head of a column; `direction` is aria-sort's word or empty, `href` sorts by it."""

    key: str
    label: str
    css: str
    width: str
    href: str
    direction: str


def views_of(chosen: AssignmentFilter) -> list[View]:
    """The saved views with their counts: three queries for the whole city, one for a part of it."""
    user, today = chosen.user, chosen.today
    own = user.organization_id
    rows = Assignment.objects.visible_to(user).of_plan(chosen.plan).standing()
    back = signal_q(Signal.BACK, today)
    if user.sees_city:
        tally, also = tally_of(totals_of(chosen.plan, user), today)
        also["own"] = tally_of(summary_of(chosen.plan, user).filter(organization=own), today)[0].total
        also["back"] = rows.filter(back).order_by().count()
    else:
        tally, also = tally_of_rows(rows, today, own=Q(organization=own), back=back)
    counted = tally._asdict() | also | {"all": tally.total}
    signals = (Signal.OVER, Signal.SOON, Signal.SENT, Signal.BACK, Signal.DONE, Signal.LATE)
    named: list[tuple[str, str, dict[str, Any]]] = [(_("All"), "all", {})]
    named += [(str(signal.label), signal.value, {"signal": signal.value}) for signal in signals]
    named.append((_("My unit"), "own", {"unit": own}))
    chosen_now = {key: chosen.raw(key) for key in chosen.values}
    return [
        View(label, f"?{urlencode(query)}", counted[key], chosen_now == {k: str(v) for k, v in query.items()})
        for label, key, query in named
    ]


def fields_of(chosen: AssignmentFilter) -> tuple[list[Field], list[Field]]:
    """The selects that stand in the bar, and those behind 更多."""
    signals = [(signal.value, str(signal.label)) for signal in Signal]
    several = chosen.values.get("signal", [])
    if len(several) > 1:
        signals.append((",".join(several), _(", ").join(str(Signal(s).label) for s in several)))
    points = [(str(p.number), f"{formats.ordinal(p.number)} {p.title}") for p in chosen.work_points]
    bar = [
        _field(chosen, "point", points),
        _field(chosen, "unit", _units(chosen)),
        _field(chosen, "role", _choices(UnitRole)),
        _field(chosen, "signal", signals),
    ]
    more = [
        _field(chosen, "state", _choices(AssignmentState)),
        _field(chosen, "cadence", _choices(Cadence)),
        _field(chosen, "period", [(key, formats.period(key)) for key in _periods(chosen.plan.year)]),
        _field(chosen, "extension", _choices(Extended)),
    ]
    return bar, more


def _periods(year: int) -> list[str]:
    return [str(year), *(f"{year}Q{n}" for n in range(1, 5)), *(f"{year}-{n:02}" for n in range(1, 13))]


def _choices(kind: Any) -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in kind.choices]


def _field(chosen: AssignmentFilter, name: str, options: list[tuple[str, str]]) -> Field:
    now = chosen.raw(name) if name in chosen.values else ""
    return Field(name, chosen.labels[name], [(value, text, value == now) for value, text in options])


def _units(chosen: AssignmentFilter) -> list[tuple[str, str]]:
    """Units to choose from: no enterprises (they are found by words), at most 200, and the chosen one."""
    seen = Organization.objects.visible_to(chosen.user).active()
    kinds = (*_LISTED_KINDS,) if chosen.user.sees_city else (*_LISTED_KINDS, Kind.TOWN)
    found = [(str(unit.pk), unit.label) for unit in seen.filter(kind__in=kinds)[:200]]
    unit = chosen.values.get("unit")
    if unit is not None and (str(unit.pk), unit.label) not in found:
        found.append((str(unit.pk), unit.label))
    return found


def hidden_of(chosen: AssignmentFilter) -> list[tuple[str, str]]:
    """What the filter form carries along: conditions without a field, the sort order, the columns."""
    carried = [(key, chosen.raw(key)) for key in chosen.values if key not in _FIELDS]
    return carried + [(key, value) for key in ("sort", "cols") for value in chosen.data.getlist(key)]


def kept_of(chosen: AssignmentFilter) -> list[tuple[str, str]]:
    """What the column chooser's form carries along: every condition and the sort order."""
    carried = [(key, chosen.raw(key)) for key in chosen.values]
    return carried + [("sort", value) for value in chosen.data.getlist("sort")]


def around_of(chosen: AssignmentFilter) -> tuple[str, str] | None:
    """From one unit to it and all below it, or back: the words and the address."""
    if "under" in chosen.values:
        return _("Only this unit"), chosen.query("under", unit=chosen.raw("under"))
    unit = chosen.values.get("unit")
    if unit is None or unit.kind in (Kind.DEPARTMENT, Kind.ENTERPRISE):
        return None
    return _("Add the units below it"), chosen.query("unit", under=chosen.raw("unit"))


def sorting(request: HttpRequest) -> tuple[str, tuple[str, ...]]:
    """The sort key in the address and its database order, urgent first without one."""
    return ordering(request, SORTS, "urgency")


def columns_of(request: HttpRequest) -> set[str]:
    """The columns to show: from the address, else remembered in a cookie, else the usual ones."""
    asked = request.GET.getlist("cols") or request.COOKIES.get("ledger_cols", "").split(".")
    chosen = {key for key in asked if key in COLUMNS}
    return chosen or set(COLUMNS) - HIDDEN_AT_FIRST


def heads_of(chosen: AssignmentFilter, sort: str) -> list[Head]:
    """The column heads; a click on the sorted one reverses it."""
    wide = not formats.is_chinese()  # English words are longer
    named = [
        ("number", "number", _("No."), "num no-card", "52"),
        ("point", "point", _("Point"), "no-card", "52"),
        ("title", "title", _("Task"), "c-wide", ""),
        ("unit", "unit", _("Unit"), "", "124"),
        ("role", "role", _("Role"), "no-card", "102" if wide else "64"),
        ("period", "period", _("Period"), "no-card", "80" if wide else "116"),
        ("due", "due", _("Deadline"), "num no-card", "80"),
        ("signal", "urgency", _("Signal"), "", "204" if wide else "158"),
        ("amount", "amount", _("Done / target"), "num no-card", "146"),
        ("progress", "percent", _("Progress"), "c-wide", "124"),
        ("last", "last", _("Last logged"), "num no-card", "88"),
    ]
    found = []
    for key, by, label, css, width in named:
        direction = {by: "ascending", f"-{by}": "descending"}.get(sort, "")
        href = chosen.query(sort=f"-{by}" if sort == by else by)
        found.append(Head(key, label, css, width, href, direction))
    return found


def chooser_of(chosen: AssignmentFilter, shown: set[str]) -> list[tuple[str, str, bool]]:
    """The columns that may be shown or hidden: key, label, whether shown."""
    return [(head.key, head.label, head.key in shown) for head in heads_of(chosen, "") if head.key in COLUMNS]
