"""Imports of many items, read, written and undone in the background (background/acts.py)."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from background.acts import Acts, file_of
from background.work import Run
from lib import clock
from organizations.models import Organization, User
from responsibilities.models import ListImport

from . import imports
from .import_undo import NotImportedError, undo

ACTS = Acts("responsibilities", "lists", "list.import_{}")


def is_large(batch: ListImport) -> bool:
    """Whether its rows are too many for a request."""
    return batch.new + batch.changed + batch.unchanged + batch.refused > settings.IMPORT_BACKGROUND_ROWS


def _by(run: Run) -> User:
    return User.objects.select_related("organization").get(pk=run.payload["by"])


def _batch(run: Run) -> ListImport:
    return ListImport.objects.select_related("city", "unit").get(pk=run.payload["on"])


def read_now(run: Run) -> ListImport:
    """Reads and judges a file that came in; raises UnreadableFileError."""
    asked = run.payload
    units = Organization.objects.in_bulk([key for key in (asked["city"], asked["unit"]) if key])
    return imports.preview(
        city=units[asked["city"]], path=file_of(run), name=asked["name"], year=asked["year"],
        unit=units.get(asked["unit"]), by=_by(run), at=clock.now(), tell=run.tell,
    )  # fmt: skip


def columns_now(run: Run) -> dict[str, Any]:
    """Reads anew with the columns that were chosen; raises UnreadableFileError, and then nothing changes."""
    chosen = {
        print_: {int(column): field for column, field in columns.items()}
        for print_, columns in run.payload["chosen"].items()
    }
    run.tell(0, 0, "read")
    try:
        imports.choose_columns(batch=_batch(run), chosen=chosen, by=_by(run), at=clock.now())
    except imports.AlreadyDecidedError:
        return {"came_to": "decided"}
    return {"came_to": "read"}


def commit_now(run: Run) -> dict[str, Any]:
    """Writes, if the preview still holds."""
    wanted = {name: run.payload[name] for name in ("seen", "drop_absent", "whole")}
    try:
        imports.commit(batch=_batch(run), by=_by(run), at=clock.now(), tell=run.tell, **wanted)
    except imports.AlreadyDecidedError:  # a second attempt, after the first had written and then lost its process
        return {"came_to": "decided"}
    except imports.RefusedError as error:
        return {"came_to": "refused", "number": error.number}
    except imports.ListsChangedError:
        return {"came_to": "changed"}
    return {"came_to": "done"}


def undo_now(run: Run) -> dict[str, Any]:
    """Gives back."""
    run.tell(0, 0, "undo")
    try:
        undo(batch=_batch(run), by=_by(run), at=clock.now())
    except NotImportedError:
        return {"came_to": "decided"}
    return {"came_to": "done"}
