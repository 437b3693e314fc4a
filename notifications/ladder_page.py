"""The page 提醒与督办: the ladder as rows, and what the office has to look after."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lib import formats
from lib.sheets.write import Column, Sheet
from organizations.models import Organization

from . import calendar, ladders, subjects, texts
from .models import Audience, Delivery, Ladder, Notification, Reminder, Stage

VACANT_DAYS = 30


class StageRow(NamedTuple):
    """A rung as the page shows it."""

    href: str
    when: str
    who: str
    urgent: bool
    wording: str
    active: bool
    since: str


class Section(NamedTuple):
    """The rungs of one subject."""

    code: str
    label: str
    hint: str
    rows: list[StageRow]
    add_href: str


def sections(ladder: Ladder) -> list[Section]:
    """The ladder, subject by subject, the gentlest rung first."""
    rows: dict[str, list[Stage]] = {}
    for stage in Stage.objects.filter(ladder=ladder):
        rows.setdefault(stage.subject, []).append(stage)
    found = []
    for code, subject in subjects.discover().items():
        ordered = sorted(rows.get(code, []), key=lambda stage: stage.rung.severity)
        hint = _("Counted from: %(what)s") % {"what": subject.deadline_label}
        add = f"{reverse('stage_create')}?subject={code}"
        found.append(Section(code, str(subject.label), hint, [_row(stage) for stage in ordered], add))
    return found


def _row(stage: Stage) -> StageRow:
    return StageRow(
        href=reverse("stage_edit", kwargs={"pk": stage.pk}),
        when=texts.stage_words(stage.subject, stage.code),
        who=_(", ").join(str(Audience(one).label) for one in stage.audiences),
        urgent=stage.urgent,
        wording=stage.wording,
        active=stage.is_active,
        since=formats.day(stage.since),
    )


def sheet_of(found: list[Section]) -> Sheet:
    """The stages of all subjects as a sheet."""
    heads = [(_("Subject"), 24), (_("When"), 26), (_("Who is told"), 40), (_("How"), 18), (_("Wording"), 60),
             (_("Since"), 16)]  # fmt: skip
    cells = [
        (section.label, row.when, row.who, _how(row), row.wording, row.since)
        for section in found for row in section.rows
    ]  # fmt: skip
    return Sheet(_("Reminders and supervision"), [Column(*head) for head in heads], cells)


def _how(row: StageRow) -> str:
    if not row.active:
        return _("Not in use")
    return _("Urgent, at once") if row.urgent else _("In the digest")


def alarms(today: datetime.date) -> list[str]:
    """Years without a calendar, in words."""
    years = calendar.missing_years(calendar.calendar(), today)
    text = _("The working days of %(year)s are not known. Stages after a deadline wait until they are entered.")
    return [text % {"year": year} for year in years]


def mail_counts(commission: Organization) -> dict[str, int]:
    """How many mails did not arrive and nobody has dealt with, and how many wait to be sent. One query."""
    failed = Q(state=Delivery.State.FAILED, settled=False)
    waiting = Q(state=Delivery.State.WAITING)
    rows = in_city(Delivery.objects.filter(failed | waiting), commission)
    found: dict[str, int] = rows.aggregate(failures=Count("pk", filter=failed), waiting=Count("pk", filter=waiting))
    return found


def in_city(rows: Any, commission: Organization) -> Any:
    """Deliveries to people of the commission's city."""
    return rows.filter(notification__recipient__organization__path__startswith=commission.path)


def vacancies(ladder: Ladder, today: datetime.date) -> list[dict[str, Any]]:
    """Units whose post is vacant, so that somebody else was told: unit, how many reminders of the last weeks."""
    start = today - datetime.timedelta(days=VACANT_DAYS)
    rows = Reminder.objects.filter(ladder=ladder, audience=Audience.STAND_IN, on__gte=start, on__lte=today)
    found = rows.order_by().values("unit").annotate(number=Count("about_id", distinct=True)).order_by("-number", "unit")
    return [dict(row) for row in found[:8]]


def sent_lately(ladder: Ladder, today: datetime.date) -> list[dict[str, Any]]:
    """The last days on which reminders went out: day, stages, people."""
    rows = Reminder.objects.filter(ladder=ladder, on__lte=today).order_by().values("on")
    found = rows.annotate(stages=Count("pk"), people=Count("recipient", distinct=True)).order_by("-on")[:7]
    return [{"day": formats.day(row["on"]), "stages": row["stages"], "people": row["people"]} for row in found]


def context_of(commission: Organization, today: datetime.date) -> dict[str, Any]:
    """Everything that the page shows."""
    ladder = ladders.ladder_of(commission)
    messages = Notification.objects.filter(in_inbox=True)
    return mail_counts(commission) | {
        "sections": sections(ladder),
        "alarms": alarms(today),
        "vacancies": vacancies(ladder, today),
        "days": sent_lately(ladder, today),
        "messages_number": messages.filter(recipient__organization__path__startswith=commission.path).count(),
    }
