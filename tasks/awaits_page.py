"""The start page's parts and side column, as rows prepared once; no HTML beyond the signals' marks."""

from __future__ import annotations

import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, F, Window
from django.db.models.functions import Coalesce, RowNumber
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib import formats
from lib.templatetags.ui import sig
from organizations.models import User

from . import pace
from .awaits import ALL, Part, awaiting, part_case, part_counts
from .models import Assignment, Plan, Review
from .rights import Desk, desk_of
from .rows import amount_words, days_words, signal_words
from .states import HANDED_IN, AssignmentState, Signal

SHOWN = 10  # rows a part; the rest stands in the ledger
FEW = 5
_SIGNALS = {
    Part.OVER: Signal.OVER, Part.REVIEW: Signal.SENT, Part.SOON: Signal.SOON, Part.BACK: Signal.BACK,
    Part.REST: Signal.NONE,
}  # fmt: skip


class TodoRow(NamedTuple):
    """One thing to do: what shows its urgency, what it is, how far it is, and the button."""

    signal: SafeString
    href: str
    title: str
    meta: str
    behind: str
    quote: str
    amount: str
    percent: int
    progress: str
    act: str
    act_href: str
    primary: bool


class Section(NamedTuple):
    """One part of the page; `number` counts its rows, `more` the rows that are not shown."""

    key: str
    icon: str
    signal: str
    title: str
    hint: str
    number: int
    href: str
    rows: list[TodoRow]

    @property
    def more(self) -> int:
        """Rows beyond those shown."""
        return self.number - len(self.rows)


class Due(NamedTuple):
    """A day on which something of the unit falls due."""

    day: str
    weekday: str
    words: str
    href: str
    soon: bool


class Handed(NamedTuple):
    """Something that was handed in and waits for somebody else."""

    href: str
    title: str
    meta: str


def ledger_href(plan: Plan, **query: object) -> str:
    """The ledger with exactly these conditions."""
    return f"{reverse('ledger', kwargs={'year': plan.year})}?{urlencode(query)}"


def titles() -> dict[str, tuple[str, str]]:
    """Name and hint of each part."""
    days = settings.AWAITS_SOON_DAYS
    return {
        Part.OVER: (_("Overdue"), _("longest overdue first")),
        Part.REVIEW: (_("Waiting for your sign-off"), _("longest waiting first")),
        Part.SOON: (
            ngettext("Due within %(days)s day", "Due within %(days)s days", days) % {"days": days},
            _("nearest deadline first"),
        ),
        Part.BACK: (_("Sent back"), _("add what is missing, then submit again")),
        Part.REST: (_("Under way"), _("by deadline")),
    }


def sections_of(user: User, plan: Plan, today: datetime.date) -> list[Section]:
    """All parts with their counts and first rows, in three queries however many rows there are."""
    desk = desk_of(user)
    counted = part_counts(user, plan, today, desk)
    shown = _first_rows(user, plan, today, desk)
    opinions = _opinions([row.pk for row in shown if row.state == AssignmentState.SENT_BACK])
    rows: dict[str, list[TodoRow]] = {part: [] for part in Part.values}
    for one in shown:
        one.plan = plan
        part = one.part  # type: ignore[attr-defined]  # annotated
        make = _review_row if part == Part.REVIEW else _unit_row
        rows[part].append(make(one, plan, today, opinions))
    words = titles()
    return [
        Section(
            key=part, icon=f"s-{_SIGNALS[part].value}", signal=_SIGNALS[part].value, title=words[part][0],
            hint=words[part][1], number=counted[part], href=ledger_href(plan, awaits=part), rows=rows[part],
        )
        for part in Part
    ]  # fmt: skip


def _first_rows(user: User, plan: Plan, today: datetime.date, desk: Desk) -> list[Assignment]:
    """The first rows of every part at once: numbered within their part, longest overdue or waiting first."""
    since = Coalesce("done_on", "handed_on")
    order = (since.asc(nulls_first=True), F("due_on").asc(nulls_last=True), F("pk").asc())
    place = Window(RowNumber(), partition_by=[part_case(user, today, desk)], order_by=list(order))
    numbered = awaiting(user, plan, today, ALL, desk).annotate(part=part_case(user, today, desk), place=place)
    return list(numbered.filter(place__lte=SHOWN).for_list().select_related("submitted_by").order_by(*order))


def _opinions(keys: list[int]) -> dict[int, str]:
    """Why each was sent back, by assignment: the latest word."""
    found = Review.objects.filter(assignment__in=keys, decision=Review.Decision.SENT_BACK)
    return dict(found.order_by("decided_at", "id").values_list("assignment", "opinion"))


def task_words(one: Assignment) -> str:
    """Task 62 · Point 十, without a number where the list printed none."""
    point = _("Point %(number)s") % {"number": formats.ordinal(one.work_point.number)}
    number = _("Task %(number)s") % {"number": one.task.number} if one.task.number else ""
    return " · ".join(part for part in (number, point) if part)


def _deadline(one: Assignment, plan: Plan) -> str:
    """The period of a recurring task and the day on which it is due."""
    due = _("due %(day)s") % {"day": formats.short_day(one.due_on, plan.year)} if one.due_on else _("no deadline")
    return f"{formats.period(one.period)} · {due}" if one.period != str(plan.year) else due


def _unit_row(one: Assignment, plan: Plan, today: datetime.date, opinions: dict[int, str]) -> TodoRow:
    """The own unit's turn: log progress, complete what was sent back, or submit what is complete."""
    signal, words = signal_words(one, today)
    back = one.state == AssignmentState.SENT_BACK
    parts = [task_words(one), _deadline(one, plan)]
    if back:
        words, left = str(Signal.BACK.label), one.days_left(today)
        if left is not None and left < 0:
            parts.append(days_words(left))
    ready = one.is_complete
    page = "submit" if ready and not back else "progress_create"
    return TodoRow(
        signal=sig(signal.value, words),
        href=reverse("assignment", kwargs={"pk": one.pk}),
        title=one.task.title,
        meta=" · ".join(parts),
        behind=pace.behind_words(one, today),
        quote=opinions.get(one.pk, ""),
        amount=amount_words(one) if one.target is not None else _never(one),
        percent=one.percent,
        progress=_("%(percent)s%% done") % {"percent": one.percent},
        act=_("Complete") if back else _("Submit") if ready else _("Log progress"),
        act_href=reverse(page, kwargs={"pk": one.pk}),
        primary=back or ready,
    )


def _never(one: Assignment) -> str:
    """What stands above the bar where there is no quantity."""
    return "" if one.last_progress_on else _("nothing logged yet")


def waiting_words(since: datetime.date | None, today: datetime.date) -> str:
    """How long a submission has waited: 等候 4 天, 今天报审."""
    days = (today - since).days if since else 0
    if days <= 0:
        return _("Submitted today")
    return ngettext("Waiting %(days)s day", "Waiting %(days)s days", days) % {"days": formats.number(days)}


def _review_row(one: Assignment, plan: Plan, today: datetime.date, opinions: dict[int, str]) -> TodoRow:
    """The reviewer's turn."""
    late = one.due_on is not None and one.done_on is not None and one.done_on > one.due_on
    verdict = _("submitted late") if late else _("submitted in time")
    if one.state == AssignmentState.WITH_HEAD:
        verdict = _("waiting for the own head")
    parts = [one.organization.label, task_words(one), _deadline(one, plan), verdict if one.due_on else ""]
    return TodoRow(
        signal=sig(one.signal(today).value, waiting_words(one.waits_since, today)),
        href=reverse("assignment", kwargs={"pk": one.pk}),
        title=one.task.title,
        meta=" · ".join(part for part in parts if part),
        behind="",
        quote="",
        amount=amount_words(one) if one.target is not None else "",
        percent=one.percent,
        progress=_("%(percent)s%% done") % {"percent": one.percent},
        act=_("Review"),
        act_href=f"{reverse('review_desk', kwargs={'year': plan.year})}?at=s{one.pk}",
        primary=False,
    )


def handed_in(user: User, plan: Plan, today: datetime.date) -> tuple[list[Handed], int]:
    """What the own unit submitted and somebody else is to sign off, longest waiting first; and how many."""
    rows = Assignment.objects.of_plan(plan).owed_by(user.organization).filter(state__in=HANDED_IN)
    rows = rows.annotate(number=Window(Count("pk"))).for_list().order_by(F("handed_on").asc(nulls_first=True), "pk")
    found = list(rows[:FEW])
    listed = [
        Handed(
            reverse("assignment", kwargs={"pk": one.pk}),
            one.task.title,
            f"{formats.short_day(one.waits_since, plan.year)} · {waiting_words(one.waits_since, today)}",
        )
        for one in found
    ]
    return listed, (found[0].number if found else 0)  # type: ignore[attr-defined]  # annotated


def weekday(day: datetime.date) -> str:
    """星期一 … 星期日."""
    names = (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
    )  # fmt: skip
    return names[day.weekday()]


def next_due(user: User, plan: Plan, today: datetime.date) -> list[Due]:
    """The next days on which begun work of the own unit falls due."""
    rows = awaiting(user, plan, today, "unit").filter(due_on__gte=today).order_by("due_on").values_list("due_on")
    days = ((day, number) for day, number in rows.annotate(number=Count("pk"))[:FEW] if day is not None)
    limit = today + datetime.timedelta(days=settings.DUE_SOON_DAYS)
    return [
        Due(
            formats.short_day(day, plan.year),
            weekday(day),
            ngettext("%(number)s assignment due", "%(number)s assignments due", number)
            % {"number": formats.number(number)},
            ledger_href(plan, awaits="unit", due_from=day, due_to=day),
            day <= limit,
        )
        for day, number in days
    ]


def recent_decisions(user: User, plan: Plan) -> list[Review]:
    """What reviewers last said about the own unit's work."""
    rows = Review.objects.filter(plan=plan, assignment__organization=user.organization)
    return list(rows.select_related("assignment__task", "reviewer__organization").order_by("-decided_at", "-id")[:FEW])


def next_start(user: User, plan: Plan, today: datetime.date) -> datetime.date | None:
    """The day on which the unit's next assignment begins; for the page of those who have nothing to do."""
    rows = Assignment.objects.of_plan(plan).owed_by(user.organization).unit_acts().filter(starts_on__gt=today)
    return rows.order_by("starts_on").values_list("starts_on", flat=True).first()
