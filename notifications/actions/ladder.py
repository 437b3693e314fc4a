"""Editing the ladder and the working-day calendar; every change is recorded."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import record
from notifications import subjects, texts
from notifications.models import Audience, Ladder, Stage, WorkYear
from notifications.rungs import AFTER, Rung

if TYPE_CHECKING:
    from organizations.models import User

FIELDS = ("side", "offset", "audiences", "urgent", "wording", "is_active")


@transaction.atomic
def save_stage(
    *, ladder: Ladder, stage: Stage, by: User, at: datetime.datetime, today: datetime.date, version: int, **values: Any
) -> bool:
    """Adds or changes one rung (an unsaved `stage` is added); False where nothing changed.

    A rung that is new, moved or switched on again counts from `today`: it says nothing about what lies behind.
    Raises ValidationError by field: two rungs at the same moment, nobody to tell, a moment that the subject does
    not know, and `stale` where somebody else changed the ladder since `version`.
    """
    before = {name: getattr(stage, name) for name in FIELDS} if stage.pk else {}
    if before and all(before[name] == values[name] for name in FIELDS):
        return False
    if not Ladder.objects.filter(pk=ladder.pk, version=version).update(version=F("version") + 1):
        text = _("Somebody else has changed the ladder in the meantime. Look at it again, then save.")
        raise ValidationError(text, code="stale")
    _refuse(ladder, stage, values)
    moved = not before or any(before[name] != values[name] for name in ("side", "offset"))
    if moved or (values["is_active"] and not before["is_active"]):
        stage.since = today
    for name, value in values.items():
        setattr(stage, name, value)
    try:
        with transaction.atomic():
            stage.save()
    except IntegrityError as error:  # somebody was faster than the check
        raise _collision(stage.subject, stage.code) from error
    changed = [name for name in FIELDS if not before or before[name] != values[name]]
    record(
        "reminders.stage_change" if before else "reminders.stage_add", stage, by=by, at=at,
        before={name: before[name] for name in changed} if before else None,
        after={name: values[name] for name in changed},
    )  # fmt: skip
    return True


def _refuse(ladder: Ladder, stage: Stage, values: dict[str, Any]) -> None:
    subject = subjects.of(stage.subject)
    if subject is None or values["side"] not in subject.sides:
        raise ValidationError({"side": _("Things of this kind have no deadline to be reminded of beforehand.")})
    if values["side"] == AFTER and not values["offset"]:
        text = _("Working days after begin with 1; the day itself is 0 days before.")
        raise ValidationError({"offset": text}, code="zero")
    wrong = [one for one in values["audiences"] if one not in subject.audiences or one == Audience.STAND_IN]
    if not values["audiences"] or wrong:
        raise ValidationError({"audiences": _("Choose at least one person to tell.")}, code="nobody")
    same = Stage.objects.filter(ladder=ladder, subject=stage.subject, side=values["side"], offset=values["offset"])
    if same.exclude(pk=stage.pk).exists():
        raise _collision(stage.subject, Rung(values["side"], values["offset"]).code)


def _collision(subject: str, code: str) -> ValidationError:
    text = _("There is a stage at this moment already: %(stage)s. Change that one, or choose another day.")
    return ValidationError({"offset": text % {"stage": texts.stage_words(subject, code)}}, code="collides")


@transaction.atomic
def save_year(
    *, year: int, off: list[datetime.date], on: list[datetime.date], by: User, at: datetime.datetime
) -> WorkYear:
    """Enters the working days of a year, as the State Council's notice states them.

    Raises ValidationError by field: days of another year, working days that are no weekend, a day in both lists, a
    year without a single holiday.
    """
    faults: dict[str, str] = {}
    for name, days in (("off", off), ("on", on)):
        strange = [day for day in days if day.year != year]
        if strange:
            faults[name] = _("%(day)s is not in %(year)s.") % {"day": texts.shown(str(strange[0])), "year": year}
    if not off:
        faults.setdefault("off", _("Enter the holidays of the notice; a year without any is a mistake."))
    weekdays = [day for day in on if day.weekday() < 5]
    if weekdays:
        text = _("%(day)s is no Saturday or Sunday; such days are worked anyway.")
        faults.setdefault("on", text % {"day": texts.shown(str(weekdays[0]))})
    both = sorted(set(off) & set(on))
    if both:
        faults.setdefault("on", _("%(day)s stands in both lists.") % {"day": texts.shown(str(both[0]))})
    if faults:
        raise ValidationError(faults)
    known = WorkYear.objects.filter(pk=year).first()
    before = {"off": known.off, "on": known.on} if known else None
    after = {"off": [str(day) for day in sorted(set(off))], "on": [str(day) for day in sorted(set(on))]}
    row, _new = WorkYear.objects.update_or_create(pk=year, defaults=after)
    if before != after:
        record("reminders.calendar", row, by=by, at=at, before=before, after=after)
    return row
