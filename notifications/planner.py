"""Planning: which stage is said to whom today. Set-based: the database finds and writes the rows.

One transaction a commission: stage rows (Reminder), messages and deliveries together. The ladder's row is locked, so
two planners take turns; the unique key of Reminder stands behind. What was missed is found by itself: a stage is due
from its day on, for as long as the clock of the thing runs, until it was said.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.record import record
from background.said import Part
from lib import bulk
from lib.workdays import Calendar, NoCalendarError
from organizations.models import Organization

from . import addresses, digests, due, ladders, outbox, subjects
from .models import Ladder, Notification, Stage
from .rungs import cutoff

log = logging.getLogger(__name__)
DAY = datetime.timedelta(days=1)


class Planned(NamedTuple):
    """What one run said. `missing` are years without calendar, whose stages after a deadline have to wait."""

    stages: int
    digests: int
    urgent: int
    people: int
    news: int
    missing: tuple[int, ...]
    messages: tuple[int, ...]

    @property
    def parts(self) -> list[Part]:
        """What came of it, as message ids with their values."""
        numbers = {name: getattr(self, name) for name in ("stages", "people", "digests", "urgent")}
        text = gettext_noop("%(stages)s stages to %(people)s people: %(digests)s digests, %(urgent)s urgent")
        found: list[Part] = [(text, numbers)]
        if self.news:
            found.append((gettext_noop("; %(n)s news with the digests"), {"n": self.news}))
        if self.missing:
            text = gettext_noop("; ALARM: no working days known for %(years)s, later stages wait")
            found.append((text, {"years": ", ".join(map(str, self.missing))}))
        return found

    def __str__(self) -> str:
        """In the active language."""
        return "".join(_(text) % values for text, values in self.parts)


@transaction.atomic
def plan_day(*, commission: Organization, on: datetime.date, at: datetime.datetime, calendar: Calendar) -> Planned:
    """Says everything that is due on the business date `on` and was not said yet; running again says nothing.

    Ordinary stages go into one digest a person and day: who has today's already gets the rest tomorrow.
    """
    ladder = ladders.ladder_of(commission)
    Ladder.objects.select_for_update().get(pk=ladder.pk)
    served = digests.served(commission, on)
    missing: set[int] = set()
    reaches: dict[Any, subjects.Reach] = {}  # several subjects may ask the same people
    active = ladders.active_stages(ladder)
    with due.table():
        for code, stages in active.items():
            subject = subjects.discover()[code]
            if stages:
                reach = reaches.get(subject.reach) or reaches.setdefault(subject.reach, subject.reach(commission))
                _collect(subject, stages, subject.rows(commission, on), reach, on, calendar, served, missing)
        due.drop_said()
        run = digests.run_number(commission, on)
        messages, counts = _messages(ladder, active, on, at, run)
        if messages:
            due.keep(ladder, on, run)
    news = digests.gather(commission=commission, on=on, at=at, served=served)
    planned = Planned(
        counts["stages"], counts["digest"], counts["urgent"], counts["people"], news, tuple(sorted(missing)),
        tuple(messages),
    )  # fmt: skip
    if messages:
        after = {"on": on, "stages": planned.stages, "people": planned.people, "urgent": planned.urgent}
        record("reminders.plan", ladder, by=None, at=at, scope_id=commission.pk, after=after)
    return planned


def _collect(
    subject: subjects.Subject,
    stages: Sequence[Stage],
    rows: QuerySet[Any],
    reach: subjects.Reach,
    on: datetime.date,
    calendar: Calendar,
    served: set[int],
    missing: set[int],
) -> None:
    """Puts what is due of one subject into the table of the run."""
    for stage in stages:
        try:
            last = cutoff(stage.rung, on, calendar)
            first = cutoff(stage.rung, stage.since - DAY, calendar) + DAY if stage.since else None
        except NoCalendarError as error:
            missing.add(error.year)
            log.error("reminders of %s wait: the working days of %s are not known", stage, error.year)
            continue
        due.add(subject, stage, rows, first, last, told_by(stage, reach, served))


def told_by(stage: Stage, reach: subjects.Reach, served: set[int]) -> list[tuple[int, int, str]]:
    """(unit, person, audience) of a stage, each person once a unit; who has had today's digest waits."""
    found: dict[tuple[int, int], str] = {}
    for audience in stage.audiences:
        for unit, people in reach.get(audience, {}).items():
            for one in people:
                if stage.urgent or one.person not in served:
                    found.setdefault((unit, one.person), one.audience)
    return [(unit, person, audience) for (unit, person), audience in found.items()]


def _messages(
    ladder: Ladder, active: Mapping[str, list[Stage]], on: datetime.date, at: datetime.datetime, run: str
) -> tuple[list[int], dict[str, int]]:
    """One digest a person, one urgent message a person and run; returns their keys and the sums."""
    groups = due.groups()
    people = addresses.of({group.recipient for group in groups})
    made: list[Notification] = []
    wordings = {
        f"{stage.subject} {stage.code}": stage.wording
        for stages in active.values()
        for stage in stages
        if stage.wording
    }
    for group in groups:
        params: dict[str, Any] = {"on": on.isoformat(), "number": group.things, "over": group.over}
        if group.things == 1:
            params["what"] = group.what
        if wordings:
            params["wordings"] = wordings
        made.append(digests.message(ladder, group, params, on, at, run))
    bulk.insert(made)
    outbox.deliver_to(((one.pk, one.recipient_id, one.urgent) for one in made), people, at, at_once=True)
    sums = {
        "stages": sum(group.stages for group in groups),
        "digest": sum(not group.urgent for group in groups),
        "urgent": sum(group.urgent for group in groups),
        "people": len({group.recipient for group in groups}),
    }
    return [one.pk for one in made], sums


def plan_all(*, on: datetime.date, at: datetime.datetime, calendar: Calendar) -> dict[str, Planned]:
    """Every commission in turn, each in its own transaction. Commission's name → what was said."""
    cities = Organization.objects.active().filter(kind=Organization.Kind.COMMISSION, parent=None)
    return {city.label: plan_day(commission=city, on=on, at=at, calendar=calendar) for city in cities}
