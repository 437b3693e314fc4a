"""How the record says what happens to the ladder and to messages."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_noop

from audit import words
from audit.words import Field, Say

LADDER, STAGE, YEAR = "notifications.ladder", "notifications.stage", "notifications.workyear"

words.register("reminders.plan", gettext_noop("sent the reminders of the day"), icon="i-bell")
words.register("reminders.stage_add", gettext_noop("added the stage %(object)s to the ladder"), icon="i-plus")
words.register("reminders.stage_change", gettext_noop("changed the stage %(object)s of the ladder"))
words.register(
    "reminders.refused", gettext_noop("tried a change of the ladder that was refused: %(object)s"), icon="i-warn"
)
words.register("reminders.calendar", gettext_noop("entered the working days of %(object)s"))
words.register(
    "delivery.failed", gettext_noop("the mail to %(to)s could not be delivered"), icon="i-warn", in_timeline=False
)
words.register("delivery.resend", gettext_noop("had the mail to %(to)s sent again"))
words.register("delivery.settle", gettext_noop("took note of the failed mail to %(to)s"))
words.register("preference.change", gettext_noop("chose how messages arrive"))
words.register("operations.run", gettext_noop("had the job %(job)s run"))

words.fields(
    LADDER,
    on=Field(gettext_noop("Day"), Say.DAY),
    stages=Field(gettext_noop("Stages"), Say.NUMBER),
    people=Field(gettext_noop("People"), Say.NUMBER),
    urgent=Field(gettext_noop("Urgent"), Say.NUMBER),
)
words.fields(STAGE, audiences=Field(gettext_noop("Who is told"), Say.LIST), since=words.HIDDEN)
words.fields(YEAR, off=Field(gettext_noop("Holidays"), Say.LIST), on=Field(gettext_noop("Working weekends"), Say.LIST))


def _page(name: str) -> words.Links:
    def links(keys: Iterable[int]) -> dict[int, str]:
        return dict.fromkeys(keys, reverse(name))

    return links


words.kind(LADDER, links=_page("ladder"))
words.kind(STAGE, links=_page("ladder"))
words.kind(YEAR, links=_page("work_calendar"))
