"""Imports of many units, read, written and undone in the background.

What it comes to stands on the import itself; why it came to nothing stands in the work's result, as a code, so that
the page can say it in the language of whoever looks.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from audit.record import record
from background import acts
from background.models import Work
from background.work import Run
from lib import clock
from lib.sheets.read import UnreadableFileError
from organizations.models import Organization, UnitImport, User

from . import unit_imports
from .unit_undo import undo

READ, COMMIT, UNDO, COLUMNS = (f"organizations.{act}_units" for act in ("read", "import", "undo", "read_again"))


def is_large(batch: UnitImport) -> bool:
    """Whether its rows are too many for a request."""
    return batch.writes + batch.unchanged + batch.refused > settings.IMPORT_BACKGROUND_ROWS


@transaction.atomic
def start_reading(
    *, city: Organization, kind: str, path: Path, name: str, by: User, at: datetime.datetime
) -> Work:  # fmt: skip
    """Keeps an uploaded file and orders that it is read."""
    work = acts.order_reading(READ, path=path, name=name, by=by, at=at, city=city.pk, register=kind)
    record("unit_import.receive", city, by=by, at=at, scope_id=city.pk, after={"file": name})
    return work


@transaction.atomic
def start(*, batch: UnitImport, act: str, by: User, at: datetime.datetime, **given: Any) -> Work:
    """Orders COMMIT, UNDO or COLUMNS; of one import only one of them is under way at a time."""
    work = acts.order_act(act, on=batch, by=by, at=at, **given)
    record("unit_import.order", batch, by=by, at=at, scope_id=batch.city_id, after={"work": act})
    return work


@transaction.atomic
def stop(*, batch: UnitImport, by: User, at: datetime.datetime) -> bool:
    """Cancels what is done with an import; False where it was finished before."""
    work = acts.latest(batch)
    if not acts.stop(work, at=at) or work is None:
        return False
    record("unit_import.stop", batch, by=by, at=at, scope_id=batch.city_id, after={"work": work.kind})
    return True


@transaction.atomic
def stop_reading(*, work: Work, city: Organization, by: User, at: datetime.datetime) -> bool:
    """Cancels the reading of a file; False where it was finished before."""
    if not acts.stop(work, at=at):
        return False
    record("unit_import.give_up", city, by=by, at=at, scope_id=city.pk, after={"file": work.payload["name"]})
    return True


def _given(run: Run) -> tuple[UnitImport, User | None]:
    batch = UnitImport.objects.select_related("city").get(pk=run.payload["on"])
    return batch, User.objects.select_related("organization").filter(pk=run.payload["by"]).first()


def read_now(run: Run) -> dict[str, Any]:
    """Reads and judges a file that came in; one that cannot be read is an answer, not a failure."""
    city = Organization.objects.get(pk=run.payload["city"])
    by = User.objects.select_related("organization").get(pk=run.payload["by"])
    try:
        batch = unit_imports.preview(
            city=city, kind=run.payload["register"], path=acts.file_of(run), name=run.payload["name"], by=by,
            at=clock.now(), tell=run.tell,
        )  # fmt: skip
    except UnreadableFileError as error:
        acts.let_go(run.row)
        return {"came_to": "unreadable", "code": error.code, "details": error.details}
    acts.let_go(run.row)
    return {"came_to": "read", "batch": batch.pk}


def columns_now(run: Run) -> dict[str, Any]:
    """Reads anew with the columns that were chosen; where that cannot be done nothing changes."""
    batch, by = _given(run)
    chosen = {int(column): field for column, field in run.payload["chosen"].items()}
    try:
        unit_imports.choose_columns(batch=batch, chosen=chosen, by=by, at=clock.now(), tell=run.tell)
    except UnreadableFileError as error:
        return {"came_to": "columns", "code": error.code, "details": error.details}
    except unit_imports.DecidedError:
        return {"came_to": "decided"}
    return {"came_to": "read"}


def commit_now(run: Run) -> dict[str, Any]:
    """Writes. Where the preview no longer holds it is made anew, and nothing is written."""
    batch, by = _given(run)
    try:
        unit_imports.commit(batch=batch, whole=run.payload["whole"], by=by, at=clock.now(), tell=run.tell)
    except unit_imports.DecidedError:  # a second attempt, after the first had written and then lost its process
        return {"came_to": "decided"}
    except unit_imports.RefusedError as error:
        return {"came_to": "refused", "number": error.number}
    except unit_imports.ChangedError:
        unit_imports.refresh(batch=batch, by=by, at=clock.now())
        return {"came_to": "changed"}
    return {"came_to": "done"}


def undo_now(run: Run) -> dict[str, Any]:
    """Gives back."""
    batch, by = _given(run)
    run.tell(0, 0, "undo")
    try:
        undo(batch=batch, by=by, at=clock.now())
    except unit_imports.DecidedError:
        return {"came_to": "decided"}
    return {"came_to": "done"}
