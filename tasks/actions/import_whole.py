"""From a file to the plan in one go, as the command does it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.models import ImportBatch, Plan

from . import imports
from .import_choices import choose_whole
from .import_errors import AlreadyDecidedError, PlanChangedError, RefusedRowsError, SameFileError

if TYPE_CHECKING:
    from organizations.models import User

TRIES = 3  # the plan may change between reading and writing


def bring_in(
    *,
    plan: Plan,
    path: Path,
    name: str,
    by: User | None,
    at: datetime.datetime,
    today: datetime.date,
    whole: bool = False,
) -> tuple[ImportBatch, imports.Outcome | None]:
    """Reads and writes; no outcome where the same file was imported by somebody else at the same moment.

    `whole`: raises RefusedRowsError, and leaves nothing behind, where any row is refused. Raises UnreadableFileError,
    and PlanChangedError where the plan does not keep still.
    """
    batch = imports.receive(plan=plan, path=path, name=name, by=by, at=at)
    for left in reversed(range(TRIES)):
        try:
            batch = imports.read(batch=batch, by=by, at=at)
            choose_whole(batch=batch, whole=whole, by=by, at=at)
            return batch, imports.commit(batch=batch, by=by, at=at, today=today)
        except (AlreadyDecidedError, SameFileError):
            batch.refresh_from_db()
            return batch, None
        except RefusedRowsError:
            imports.discard(batch=batch, by=by, at=at)
            raise
        except PlanChangedError:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
