"""The history of returned workbooks as strings: filters, rows, and the same as a sheet."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lib import clock, formats, periods
from lib.sheets.write import CHUNK, Column, Sheet
from organizations.models import User

from .models import Plan, ProgressReturn
from .models.returns import ProgressReturnQuerySet

State = ProgressReturn.State
SIGNAL = {State.PREVIEWED: "soon", State.COMMITTED: "done", State.DISCARDED: "none"}


def quarter_now(plan: Plan) -> str:
    """The quarter that returns are about today: the running one, within the plan's year."""
    today = clock.today()
    if today.year == plan.year:
        return periods.quarter_of(today)
    return f"{plan.year}Q{1 if today.year < plan.year else 4}"


def quarters_of(plan: Plan, chosen: str) -> list[tuple[str, str, bool]]:
    """The quarters of the plan's year to choose from."""
    keys = [f"{plan.year}Q{number}" for number in range(1, 5)]
    return [(key, formats.period(key), key == chosen) for key in keys]


class ReturnFilter:
    """q, state, quarter of the address of the history; nonsense is no condition."""

    def __init__(self, request: HttpRequest, plan: Plan, user: User) -> None:
        asked = {key: str(value).replace("\0", "").strip()[:100] for key, value in request.GET.items()}
        self.plan, self.user = plan, user
        self.q = asked.get("q", "")
        self.state = asked.get("state", "") if asked.get("state") in State.values else ""
        keys = {f"{plan.year}Q{number}" for number in range(1, 5)}
        self.quarter = asked.get("quarter", "") if asked.get("quarter") in keys else ""

    def rows(self) -> ProgressReturnQuerySet:
        """The returns asked for, the latest first."""
        found = ProgressReturn.objects.visible_to(self.user).filter(plan=self.plan).for_list()
        if self.state:
            found = found.filter(state=self.state)
        if self.quarter:
            found = found.filter(quarter=self.quarter)
        for word in self.q.split():
            unit = Q(organization__name__icontains=word) | Q(organization__short_name__icontains=word)
            found = found.filter(unit | Q(name__icontains=word) | Q(signed_by__icontains=word))
        return found

    @property
    def query(self) -> str:
        """The address's query without the page."""
        values = {"q": self.q, "state": self.state, "quarter": self.quarter}
        return "?" + urlencode({key: value for key, value in values.items() if value})

    @property
    def is_set(self) -> bool:
        """Whether any condition is set."""
        return bool(self.q or self.state or self.quarter)

    def states(self) -> list[tuple[str, str, bool]]:
        """States to choose from."""
        return [(value, str(label), value == self.state) for value, label in State.choices]

    def quarters(self) -> list[tuple[str, str, bool]]:
        """Quarters to choose from."""
        return quarters_of(self.plan, self.quarter)


class HistoryRow(NamedTuple):
    """A return in the history."""

    batch: ProgressReturn
    href: str
    file: str
    unit: str
    quarter: str
    signed: str
    uploaded: str
    signal: str
    state: str


def history_row(batch: ProgressReturn) -> HistoryRow:
    """A return's row; needs `for_list()`."""
    args = [batch.plan.year, batch.pk]
    shown = batch.state != State.DISCARDED
    return HistoryRow(
        batch=batch,
        href=reverse("return_preview", args=args) if shown else "",
        file=reverse("return_file", args=args) if batch.file else "",
        unit=batch.organization.label if batch.organization else _("Unit unknown"),
        quarter=formats.period(batch.quarter) if batch.quarter else "—",
        signed=batch.signed_by or "—",
        uploaded=f"{formats.moment(timezone.localtime(batch.at))} · {batch.brought_by}",
        signal=SIGNAL[State(batch.state)],
        state=str(batch.get_state_display()),
    )


def history_sheet(chosen: ReturnFilter) -> Sheet:
    """The history as a sheet."""
    heads = [
        (_("File"), 36), (_("Unit"), 26), (_("Period"), 16), (_("Signed by"), 14), (_("Filled in on"), 12),
        (_("To be logged"), 10), (_("Logged before"), 10), (_("Left blank"), 10), (_("Refused"), 10), (_("State"), 12),
        (_("Uploaded at"), 12), (_("Uploaded by"), 28),
    ]  # fmt: skip
    rows = (
        (one.name, one.organization.name if one.organization else "",
         formats.period(one.quarter) if one.quarter else "",
         one.signed_by, one.filled_on, one.added, one.known, one.blank, one.refused, str(one.get_state_display()),
         timezone.localtime(one.at).date(), one.brought_by)
        for one in chosen.rows().iterator(chunk_size=CHUNK)
    )  # fmt: skip
    return Sheet(_("Returns"), [Column(*head) for head in heads], rows)
