"""The operator's page (运行状态): jobs with their last and next run, queues, failures, mail."""

from __future__ import annotations

import datetime
import logging
from typing import Any, NamedTuple

import redis
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from background import said
from background.models import ScheduledSlot, Work
from background.runner import zone
from background.schedule import Job, discover
from lib import formats
from lib.sheets.write import Column, Sheet

from .models import Delivery

log = logging.getLogger(__name__)
SILENT = datetime.timedelta(minutes=5)
YEAR = datetime.timedelta(days=366)
BEAT = "notifications.sweep"
NAMES = {
    "notifications.remind": gettext_noop("Reminders of the day"),
    "notifications.sweep": gettext_noop("Sending waiting mail"),
    "audit.seal": gettext_noop("Sealing of the record"),
    "audit.verify": gettext_noop("Check of the record"),
    "background.housekeeping": gettext_noop("Housekeeping"),
    "tasks.check_counts": gettext_noop("Check of the dashboard's sums"),
    "tasks.follow_tree": gettext_noop("Sums by branch of the tree"),
    "tasks.remove_old_previews": gettext_noop("Removal of imports that nobody confirmed"),
    "tasks.remove_old_packages": gettext_noop("Removal of zips that were made days ago"),
    "reports.compile": gettext_noop("Drafts of the quarterly reports"),
}
_SIGNALS = {"done": "done", "failed": "over", "skipped": "none", "": "sent"}


class JobRow(NamedTuple):
    """A job as the page shows it."""

    name: str
    label: str
    times: str
    last: str
    signal: str
    outcome: str
    result: str
    error: str
    next: str


def jobs(now: datetime.datetime) -> list[JobRow]:
    """Every job of the schedule with its latest run and its next. One query."""
    latest = ScheduledSlot.objects.order_by().values("job").annotate(last=Max("pk")).values("last")
    slots = {slot.job: slot for slot in ScheduledSlot.objects.filter(pk__in=latest)}
    return [_job_row(job, slots.get(name), now) for name, job in sorted(discover().jobs.items())]


def sheet_of(rows: list[JobRow]) -> Sheet:
    """The jobs as a sheet."""
    heads = [(_("Job"), 34), (_("Name"), 28), (_("Last run"), 20), (_("Result"), 14), (_("What came of it"), 50),
             (_("What went wrong"), 60), (_("Next run"), 20)]  # fmt: skip
    cells = [(row.label, row.name, row.last, row.outcome, row.result, row.error, row.next) for row in rows]
    return Sheet(_("Jobs"), [Column(*head) for head in heads], cells)


def label_of(name: str) -> str:
    """A job's name in words; one that has none keeps its own."""
    return _(NAMES[name]) if name in NAMES else name


def _job_row(job: Job, slot: ScheduledSlot | None, now: datetime.datetime) -> JobRow:
    ahead = next(job.at.between(now, now + YEAR, zone()), None)
    if slot is None:
        return JobRow(job.name, label_of(job.name), "", "", "none", _("Has not run yet"), "", "", _moment(ahead))
    outcome = {"done": _("Done"), "failed": _("Failed"), "skipped": _("Skipped")}.get(slot.outcome, "")
    if not outcome:
        held = slot.lease_until is not None and slot.lease_until > now
        outcome = _("Running") if held and not slot.error else _("Waiting")
    signal = "over" if slot.error and not slot.finished_at else _SIGNALS[slot.outcome]
    last = _moment(slot.finished_at or slot.claimed_at or slot.slot)
    return JobRow(
        job.name, label_of(job.name), str(slot.attempts or ""), last, signal, outcome, _why(slot.result), slot.error,
        _moment(ahead),
    )  # fmt: skip


def _why(result: str) -> str:
    """What came of it, in the reader's language, whether the runner wrote it or the job."""
    own = {
        "the process ended in mid-job": _("the process ended in mid-job"),
        "the job was new": _("the job was new"),
        "missed": _("missed"),
        "a later slot was due": _("a later run was due"),
    }
    return own.get(result) or said.words(result)


def _moment(value: datetime.datetime | None) -> str:
    return formats.moment(timezone.localtime(value)) if value else ""


class Queue(NamedTuple):
    """Something that waits: what, how many, and a remark."""

    label: str
    number: int | None
    note: str
    signal: str


def queues() -> list[Queue]:
    """What waits, in the database and at the broker."""
    mail = Delivery.objects.by_mail()
    failed = mail.failed().filter(settled=False).count()
    held = mail.filter(state=Delivery.State.HELD, carried_by=None).count()
    return [
        _waiting_mail(),
        Queue(_("News that waits for the digest"), held, "", "ok"),
        Queue(_("Mail that did not arrive"), failed, "", "over" if failed else "ok"),
        Queue(_("Long work"), Work.objects.unfinished().count(), "", "ok"),
        _broker(),
    ]


def _waiting_mail() -> Queue:
    """What has still to go out; the oldest with its age and what the server said last."""
    waiting = Delivery.objects.waiting()
    oldest = waiting.order_by("pk").select_related("notification").first()
    if oldest is None:
        return Queue(_("Mail to be sent"), 0, "", "ok")
    note = _("the oldest from %(when)s") % {"when": _moment(oldest.notification.created_at)}
    if oldest.error:
        note += f" · {oldest.error}"
    return Queue(_("Mail to be sent"), waiting.count(), note, "over" if oldest.error else "ok")


def _broker() -> Queue:
    """The broker's queue; asking takes a second at most, also where nobody answers."""
    if not settings.REDIS_URL:
        return Queue(_("Broker"), None, _("none: run_jobs does the background work"), "ok")
    try:
        client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
        number = int(client.llen("celery"))  # type: ignore[arg-type]  # the stubs mean the asynchronous client as well
        client.close()
    except redis.RedisError as error:
        log.warning("the broker does not answer: %s", error)
        return Queue(_("Broker"), None, _("Redis does not answer; the sweeper delivers all the same"), "over")
    return Queue(_("Broker"), number, "Redis", "ok")


def silence(now: datetime.datetime) -> str:
    """Says so where nothing does the background work any more; an empty string where something does."""
    last = ScheduledSlot.objects.of(BEAT).aggregate(last=Max("claimed_at"))["last"]
    if last is not None and now - last <= SILENT:
        return ""
    if last is None:
        return _("No background process has run yet. Start run_jobs, or Celery's worker and beat.")
    return _("No background process has run since %(when)s. Start run_jobs, or Celery's worker and beat.") % {
        "when": _moment(last)
    }


def mail_settings() -> list[tuple[str, str]]:
    """How mail leaves the house, without secrets."""
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend == "smtp":
        how = f"SMTP {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        if settings.EMAIL_HOST_USER:
            how += f" ({settings.EMAIL_HOST_USER})"
    elif backend == "filebased":
        how = _("files under var/mail; nothing leaves this machine")
    else:
        how = backend
    return [(_("Way"), how), (_("Sender"), settings.DEFAULT_FROM_EMAIL), (_("Address of the site"), settings.SITE_URL)]


def send_test(person: Any) -> str:
    """Sends a test mail to the person, now; returns what went wrong, or an empty string."""
    try:
        connection = get_connection()
        subject = _("Test mail of %(site)s") % {"site": settings.SITE_NAME}
        sender = settings.DEFAULT_FROM_EMAIL
        EmailMultiAlternatives(subject, subject, sender, [person.email], connection=connection).send()
    except Exception as error:  # whatever it is, the operator is to read it
        log.warning("the test mail failed: %s", error)
        return f"{type(error).__name__}: {error}"[:300]
    return ""
