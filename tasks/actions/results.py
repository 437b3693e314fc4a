"""The result of a task (完成结果): the lead unit's word once all its assignments are signed off."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import Act, record, record_many
from tasks.models import Assignment, Task
from tasks.states import OPEN

if TYPE_CHECKING:
    from organizations.models import User


class StaleTaskError(ValidationError):
    """Somebody else has changed the task since the page was shown."""


@transaction.atomic
def write(*, task: Task, by: User, at: datetime.datetime, text: str, version: int | None = None) -> Task:
    """Keeps the result with who and when.

    Raises ValidationError without words or while an assignment is open, StaleTaskError where somebody else
    wrote meanwhile. A later text replaces the earlier one; the record keeps both.
    """
    text = text.strip()
    if not text:
        raise ValidationError({"text": _("Say in a few sentences what was achieved.")})
    now = Task.objects.select_for_update(of=("self",)).select_related("plan").get(pk=task.pk)
    if version is not None and version != now.version:
        text = _("%(who)s has changed this task in the meantime; below it stands as it is now. Nothing was saved.")
        who = now.result_by.post_and_unit if now.result_by else _("Somebody else")
        raise StaleTaskError(text % {"who": who}, code="stale")
    rows = Assignment.objects.filter(task=now)
    if rows.filter(state__in=OPEN).exists() or not rows.standing().exists():
        raise ValidationError(_("The result is written when every assignment of the task is signed off."), code="open")
    before = {"result": now.result}
    now.result, now.result_by, now.result_at, now.version = text, by, at, now.version + 1
    now.save(update_fields=["result", "result_by", "result_at", "version"])
    record("task.result", now, by=by, at=at, before=before, after={"result": text})
    return now


def reopen(tasks: Iterable[int], *, by: User | None, at: datetime.datetime) -> int:
    """The results of these tasks (keys) are no longer final: the text stays as a draft, who and when go."""
    written = list(Task.objects.filter(pk__in=list(tasks), result_at__isnull=False).select_related("plan"))
    for task in written:
        acts = [Act("task.result_reopen", task, {"result_at": task.result_at}, {"result_at": None})]
        record_many(acts, by=by, at=at, scope_id=task.plan.issuer_id)
    Task.objects.filter(pk__in=[task.pk for task in written]).update(
        result_by=None, result_at=None, version=F("version") + 1
    )
    return len(written)
