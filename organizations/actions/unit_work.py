"""Imports of many units, read, written and undone in the background (background/acts.py)."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from background.acts import Acts, file_of
from background.work import Run
from lib import clock
from organizations.models import Organization, UnitImport, User

from . import unit_imports
from .unit_undo import undo

ACTS = Acts("organizations", "units", "unit_import.{}")


def is_large(batch: UnitImport) -> bool:
    """Whether its rows are too many for a request."""
    return batch.writes + batch.unchanged + batch.refused > settings.IMPORT_BACKGROUND_ROWS


def _by(run: Run) -> User:
    return User.objects.select_related("organization").get(pk=run.payload["by"])


def _batch(run: Run) -> UnitImport:
    return UnitImport.objects.select_related("city").get(pk=run.payload["on"])


def read_now(run: Run) -> UnitImport:
    """Reads and judges a file that came in; raises UnreadableFileError."""
    return unit_imports.preview(
        city=Organization.objects.get(pk=run.payload["city"]), kind=run.payload["register"], path=file_of(run),
        name=run.payload["name"], by=_by(run), at=clock.now(), tell=run.tell,
    )  # fmt: skip


def columns_now(run: Run) -> dict[str, Any]:
    """Reads anew with the columns that were chosen; raises UnreadableFileError, and then nothing changes."""
    chosen = {int(column): field for column, field in run.payload["chosen"].items()}
    try:
        unit_imports.choose_columns(batch=_batch(run), chosen=chosen, by=_by(run), at=clock.now(), tell=run.tell)
    except unit_imports.DecidedError:
        return {"came_to": "decided"}
    return {"came_to": "read"}


def commit_now(run: Run) -> dict[str, Any]:
    """Writes. Where the preview no longer holds it is made anew, and nothing is written."""
    batch, by = _batch(run), _by(run)
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
    run.tell(0, 0, "undo")
    try:
        undo(batch=_batch(run), by=_by(run), at=clock.now())
    except unit_imports.DecidedError:
        return {"came_to": "decided"}
    return {"came_to": "done"}
