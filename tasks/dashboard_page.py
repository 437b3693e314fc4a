"""The dashboard put together: one object that the page and its export both show."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import NamedTuple

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from lib import formats
from organizations.models import Organization, User

from . import dashboard_matrix as matrix
from . import dashboard_rank as rank
from .dashboard import WEEK, Figures, Scope, add, counts_of, counts_of_branches, fresh_of, scope_of, units_of
from .dashboard_changes import Line, changes_of
from .dashboard_curve import CurveRow, Point, curve_of, curve_rows
from .filters import AssignmentFilter
from .models import Plan
from .states import Signal

TILES = (Signal.OVER, Signal.SOON, Signal.OK, Signal.DONE, Signal.LATE, Signal.SENT)


class Tile(NamedTuple):
    """A total; `signal` is its shape, empty for all."""

    label: str
    signal: str
    number: str
    href: str
    note: str


class Option(NamedTuple):
    """A choice of a select."""

    value: str
    label: str
    chosen: bool


class Dashboard:
    """What one person sees of one plan on one day. Lazy: what is not shown is not read."""

    def __init__(self, scope: Scope, plan: Plan, today: datetime.date, asked: Mapping[str, str]) -> None:
        self.scope, self.plan, self.today = scope, plan, today
        self.links = matrix.Links(plan)
        self.kind = asked.get("kind", "")
        if self.kind not in (*Organization.Kind.values, matrix.IDLE):
            self.kind = ""
        self.alone = asked.get("alone") == "1"
        self.sort = asked.get("sort", "") if asked.get("sort") in matrix.SORTS else "order"
        self.measure = asked.get("rank", "") if asked.get("rank") in rank.MEASURES else rank.KEPT
        self.places = asked.get("places", "")

    # ------------------------------------------------------------ read
    @cached_property
    def points(self) -> list[matrix.WorkPoint]:
        """The plan's work points, the columns."""
        return list(self.plan.work_points.all())

    @cached_property
    def units(self) -> list[matrix.Unit]:
        """All organizations of the scope."""
        return units_of(self.scope)

    @cached_property
    def counts(self) -> list[matrix.Count]:
        """The figures by work point, and by organization or (where rows are branches anyway) by branch."""
        found = None
        if self.kind in ("", matrix.IDLE) and not self.alone:
            found = counts_of_branches(self.scope, self.plan, self.units, self.today)
        return counts_of(self.scope, self.plan, self.today) if found is None else found

    @cached_property
    def curve(self) -> list[Point]:
        """The points of the curve."""
        return curve_of(self.scope, self.plan, self.today)

    @cached_property
    def changes(self) -> list[Line]:
        """What changed this week."""
        chosen = AssignmentFilter(_data(self.scope.query), user=self.scope.user, plan=self.plan, today=self.today)
        fresh = fresh_of(self.scope, self.plan, self.today)
        return changes_of(chosen.rows(), fresh, self.units, self.today, self.scope.query, self.links)

    # ------------------------------------------------------------ work out
    @property
    def yesterday(self) -> datetime.date:
        """The last day whose deadlines have passed."""
        return self.today - datetime.timedelta(days=1)

    @cached_property
    def total(self) -> Figures:
        """The whole scope."""
        return add(self.by_point)

    @cached_property
    def by_point(self) -> list[Figures]:
        """The whole scope by work point."""
        heaps: dict[int, list[Figures]] = {point.pk: [] for point in self.points}
        for count in self.counts:
            heaps[count.point].append(count.figures)
        return [add(heap) for heap in heaps.values()]

    @cached_property
    def all_rows(self) -> list[matrix.Row]:
        """Every unit that can have a row with the chosen kind, in official order."""
        kind = "" if self.kind == matrix.IDLE else self.kind
        return matrix.matrix_rows(self.scope, self.units, self.points, self.counts, kind, self.alone)

    @cached_property
    def rows(self) -> list[matrix.Row]:
        """The rows of the matrix, sorted; units that owe nothing only if asked for."""
        idle = self.kind == matrix.IDLE
        found = [row for row in self.all_rows if bool(row.figures.total) != idle]
        return matrix.sort_rows(found, self.sort)

    @cached_property
    def idle(self) -> int:
        """How many units of the chosen kind owe nothing."""
        return sum(1 for row in self.all_rows if not row.figures.total)

    @cached_property
    def ranking(self) -> rank.Ranking:
        """The ranking as the page shows it; `?places=all` shows all of a long one."""
        return self._ranking(whole=self.places == "all")

    @property
    def whole_ranking(self) -> rank.Ranking:
        """Every line of it, for the export."""
        return self._ranking(whole=True)

    def _ranking(self, *, whole: bool) -> rank.Ranking:
        """The ranking of the matrix's units, in official order where they are equal."""
        rows = [row for row in self.all_rows if row.figures.total]
        places = rank.ranking(rows, self.measure)
        return rank.shown_ranking(places, self.measure, self.links, self.scope, str(self.yesterday), whole)

    @property
    def adds_up(self) -> bool:
        """True where the rows are a partition of the scope, so that a line of sums makes sense."""
        return not self.kind and not self.alone and len(self.rows) > 1

    # ------------------------------------------------------------ say
    def tiles(self) -> list[Tile]:
        """The totals; each leads to exactly its rows."""
        percent = self.total.percent
        signed = _("%(percent)s%% signed off") % {"percent": percent} if percent is not None else ""
        found = [Tile(_("All assignments"), "", formats.number(self.total.total), self._ledger(), signed)]
        for signal in TILES:
            number = formats.number(getattr(self.total, signal.value))
            found.append(Tile(str(signal.label), signal.value, number, self._ledger(signal=signal.value), ""))
        return found

    def _ledger(self, **also: object) -> str:
        return self.links.ledger(self.scope.query, **also)

    @property
    def kept_href(self) -> str:
        """Rows handed in by their deadline, of those whose deadline has passed."""
        return self._ledger(signal="ok,done", due_to=self.yesterday)

    @property
    def due_href(self) -> str:
        """Rows whose deadline has passed."""
        return self._ledger(due_to=self.yesterday)

    def shown_rows(self, rows: list[matrix.Row]) -> list[matrix.ShownRow]:
        """These rows, ready to print."""
        return matrix.shown_rows(rows, self.points, self.links, self.scope)

    def shown_total(self) -> matrix.ShownRow | None:
        """The line of sums, where there is one."""
        return matrix.total_row(self.by_point, self.points, self.links, self.scope) if self.adds_up else None

    def curve_rows(self) -> list[CurveRow]:
        """The curve as a table."""
        return curve_rows(self.curve, self.scope, self.links, self.plan.year)

    def kinds(self) -> list[Option]:
        """Kinds that units of the scope have, and those without assignments."""
        present = {unit.kind for unit in self.units}
        options = [("", _("Units directly below") if len(present) > 1 else _("All kinds"))]
        options += [(kind.value, str(kind.label)) for kind in Organization.Kind if kind.value in present]
        options.append((matrix.IDLE, _("Without assignments")))
        return [Option(value, label, value == self.kind) for value, label in options]

    def sorts(self) -> list[Option]:
        """Orders of the matrix."""
        named = {
            "order": _("Official order"),
            "trouble": _("Most trouble first"),
            "done": _("Most finished first"),
            "least": _("Least finished first"),
        }
        return [Option(value, named[value], value == self.sort) for value in matrix.SORTS]

    def conditions(self) -> str:
        """What was chosen, in one line, for print and export."""
        said = [self.scope.root.label] if self.scope.narrowed else [_("Own scope")]
        said += [option.label for option in self.kinds() if option.chosen and option.value]
        if self.alone:
            said.append(_("Units alone"))
        said += [option.label for option in self.sorts() if option.chosen and option.value != "order"]
        said.append(_("As of %(day)s") % {"day": formats.day(self.today)})
        return _(" · ").join(said)

    def week(self) -> str:
        """The days that "this week" means."""
        first, last = self.today - WEEK, self.today
        days = {"first": formats.short_day(first, self.plan.year), "last": formats.short_day(last, self.plan.year)}
        return _("%(first)s to %(last)s") % days


def _data(query: dict[str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(query)
    return data


def dashboard_of(user: User, plan: Plan, today: datetime.date, asked: Mapping[str, str]) -> Dashboard | None:
    """The dashboard that an address asks for; None where it names a unit that the person does not see."""
    scope = scope_of(user, asked.get("under", ""))
    return Dashboard(scope, plan, today, asked) if scope else None
