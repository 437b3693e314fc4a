"""Imports of many rows, read, written and undone in the background.

The work carries the keys only; what it comes to stands on the import itself, and why it came to nothing in the
work's result, so that the page can say it whenever somebody looks.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from audit.record import record
from background.models import Work
from background.work import Run, ask_to_stop, order
from lib import clock
from lib.sheets.read import UnreadableFileError
from organizations.models import User
from tasks.models import ImportBatch

from . import imports
from .import_choices import put_back
from .import_undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable

READ, COMMIT, UNDO = "tasks.import_read", "tasks.import_commit", "tasks.import_undo"
State = ImportBatch.State


def is_large(rows: int) -> bool:
    """Whether so many rows are too many for a request."""
    return rows > settings.IMPORT_BACKGROUND_ROWS


@transaction.atomic
def start(
    *, batch: ImportBatch, kind: str, by: User | None, at: datetime.datetime, columns: dict[str, Any] | None = None
) -> Work:
    """Orders one of READ, COMMIT, UNDO; of one import only one of them is under way at a time.

    `columns`: what to put back where the file cannot be read with the columns that were chosen.
    """
    payload: dict[str, Any] = {"batch": batch.pk, "by": by.pk if by else None, "columns": columns}
    payload["language"] = translation.get_language()
    work = order(kind, by=by, at=at, payload=payload, key=f"import:{batch.pk}")
    ImportBatch.objects.filter(pk=batch.pk).update(work=work)
    batch.work = work
    record("import.order", batch, by=by, at=at, scope_id=batch.plan.issuer_id, after={"work": kind})
    return work


@transaction.atomic
def stop(*, batch: ImportBatch, by: User | None, at: datetime.datetime) -> bool:
    """Cancels what is done in the background; False where it was finished before."""
    if batch.work is None or not ask_to_stop(batch.work, at=at):
        return False
    record("import.stop", batch, by=by, at=at, scope_id=batch.plan.issuer_id, after={"work": batch.work.kind})
    return True


def _given(run: Run) -> tuple[ImportBatch, User | None]:
    batch = ImportBatch.objects.select_related("plan__issuer").get(pk=run.payload["batch"])
    return batch, User.objects.select_related("organization").filter(pk=run.payload["by"]).first()


def read_now(run: Run) -> dict[str, Any]:
    """Reads and judges; a file that cannot be read is an answer, not a failure."""
    batch, by = _given(run)
    with translation.override(run.payload["language"]):
        try:
            imports.read(batch=batch, by=by, at=clock.now(), tell=run.tell)
        except UnreadableFileError as error:
            if run.payload["columns"] is None:
                return {"came_to": "unreadable"}
            put_back(batch=batch, columns=run.payload["columns"])
            return {"came_to": "columns", "text": str(error), "code": error.code, "details": error.details}
        except imports.AlreadyDecidedError:
            return {"came_to": "decided"}
    return {"came_to": "read"}


def commit_now(run: Run) -> dict[str, Any]:
    """Writes. Where the preview no longer holds, the rows are judged anew and nothing is written."""
    batch, by = _given(run)
    try:
        done = imports.commit(batch=batch, by=by, at=clock.now(), today=clock.today(), tell=run.tell)
    except imports.AlreadyDecidedError:  # a second attempt, after the first had written and then lost its process
        return {"came_to": "decided"}
    except imports.RefusedRowsError as error:
        return {"came_to": "refused", "number": error.number}
    except imports.SameFileError as error:
        imports.refresh(batch=batch, by=by, at=clock.now())
        return {"came_to": "same_file", "batch": error.batch.pk}
    except imports.PlanChangedError as error:
        imports.refresh(batch=batch, by=by, at=clock.now())
        return {"came_to": "plan_changed", "number": error.number}
    return {"came_to": "done", "created": done.created, "changed": done.changed, "withdrawn": done.withdrawn}


def undo_now(run: Run) -> dict[str, Any]:
    """Gives back."""
    batch, by = _given(run)
    run.tell(0, 0, "undo")
    try:
        undo(batch=batch, by=by, at=clock.now(), today=clock.today())
    except imports.AlreadyDecidedError:
        return {"came_to": "decided"}
    return {"came_to": "done"}


def reading_ended(work: Work) -> None:
    """A file whose reading was cancelled or failed for good does not wait any longer; one that was only to be read
    with other columns is left as it was."""
    batch = ImportBatch.objects.select_related("plan").get(pk=work.payload["batch"])
    if work.payload["columns"] is not None:
        put_back(batch=batch, columns=work.payload["columns"])
    if work.state == Work.State.STOPPED:
        imports.drop_unread(batch=batch, by=work.by, at=clock.now())
    else:
        imports.give_up(batch=batch, code="failed", details={}, by=work.by, at=clock.now())


KINDS: dict[str, tuple[Callable[[Run], dict[str, Any]], Callable[[Work], None] | None]] = {
    READ: (read_now, reading_ended),
    COMMIT: (commit_now, None),
    UNDO: (undo_now, None),
}
