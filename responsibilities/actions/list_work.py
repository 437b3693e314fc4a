"""Imports of many items, read, written and undone in the background; as organizations/actions/unit_work.py does it."""

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
from organizations.models import Organization, User
from responsibilities.models import ListImport

from . import imports
from .import_undo import NotImportedError, undo

READ, COMMIT, UNDO, COLUMNS = (f"responsibilities.{act}_lists" for act in ("read", "import", "undo", "read_again"))


def is_large(batch: ListImport) -> bool:
    """Whether its rows are too many for a request."""
    return batch.new + batch.changed + batch.unchanged + batch.refused > settings.IMPORT_BACKGROUND_ROWS


@transaction.atomic
def start_reading(
    *,
    city: Organization,
    path: Path,
    name: str,
    year: int | None,
    unit: Organization | None,
    by: User,
    at: datetime.datetime,
) -> Work:
    """Keeps an uploaded file and orders that it is read."""
    given = {"city": city.pk, "year": year, "unit": unit.pk if unit else None}
    work = acts.order_reading(READ, path=path, name=name, by=by, at=at, **given)
    record("list.import_receive", unit or city, by=by, at=at, scope_id=city.pk, after={"file": name})
    return work


@transaction.atomic
def start(*, batch: ListImport, act: str, by: User, at: datetime.datetime, **given: Any) -> Work:
    """Orders COMMIT, UNDO or COLUMNS; of one import only one of them is under way at a time."""
    work = acts.order_act(act, on=batch, by=by, at=at, **given)
    record("list.import_order", batch, by=by, at=at, scope_id=batch.city_id, after={"work": act})
    return work


@transaction.atomic
def stop(*, batch: ListImport, by: User, at: datetime.datetime) -> bool:
    """Cancels what is done with an import; False where it was finished before."""
    work = acts.latest(batch)
    if not acts.stop(work, at=at) or work is None:
        return False
    record("list.import_stop", batch, by=by, at=at, scope_id=batch.city_id, after={"work": work.kind})
    return True


@transaction.atomic
def stop_reading(*, work: Work, by: User, at: datetime.datetime) -> bool:
    """Cancels the reading of a file; False where it was finished before."""
    if not acts.stop(work, at=at):
        return False
    city = work.payload["city"]
    unit = Organization.objects.get(pk=work.payload["unit"] or city)
    record("list.import_give_up", unit, by=by, at=at, scope_id=city, after={"file": work.payload["name"]})
    return True


def _given(run: Run) -> tuple[ListImport, User]:
    batch = ListImport.objects.select_related("city", "unit").get(pk=run.payload["on"])
    return batch, User.objects.select_related("organization").get(pk=run.payload["by"])


def read_now(run: Run) -> dict[str, Any]:
    """Reads and judges a file that came in; one that cannot be read is an answer, not a failure."""
    asked = run.payload
    units = Organization.objects.in_bulk([key for key in (asked["city"], asked["unit"]) if key])
    try:
        batch = imports.preview(
            city=units[asked["city"]], path=acts.file_of(run), name=asked["name"], year=asked["year"],
            unit=units.get(asked["unit"]), by=User.objects.select_related("organization").get(pk=asked["by"]),
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
    chosen = {
        print_: {int(column): field for column, field in columns.items()}
        for print_, columns in run.payload["chosen"].items()
    }
    run.tell(0, 0, "read")
    try:
        imports.choose_columns(batch=batch, chosen=chosen, by=by, at=clock.now())
    except UnreadableFileError as error:
        return {"came_to": "columns", "code": error.code, "details": error.details}
    except imports.AlreadyDecidedError:
        return {"came_to": "decided"}
    return {"came_to": "read"}


def commit_now(run: Run) -> dict[str, Any]:
    """Writes, if the preview still holds."""
    batch, by = _given(run)
    asked = run.payload
    try:
        imports.commit(
            batch=batch, by=by, at=clock.now(), seen=asked["seen"], drop_absent=asked["drop_absent"],
            whole=asked["whole"], tell=run.tell,
        )  # fmt: skip
    except imports.AlreadyDecidedError:  # a second attempt, after the first had written and then lost its process
        return {"came_to": "decided"}
    except imports.RefusedError as error:
        return {"came_to": "refused", "number": error.number}
    except imports.ListsChangedError:
        return {"came_to": "changed"}
    return {"came_to": "done"}


def undo_now(run: Run) -> dict[str, Any]:
    """Gives back."""
    batch, by = _given(run)
    run.tell(0, 0, "undo")
    try:
        undo(batch=batch, by=by, at=clock.now())
    except NotImportedError:
        return {"came_to": "decided"}
    return {"came_to": "done"}
