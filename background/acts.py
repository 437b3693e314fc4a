"""Acts on imports that are too long for a request: ordered, recorded, stopped in one way for every kind of list.

An act belongs to its import, of which only one is under way at a time. A file that is still to be read belongs to
nothing yet: it is kept in a folder of its own until it was read, and only the person who uploaded it sees it.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction

from audit.record import record
from lib.sheets.read import UnreadableFileError

from .models import Work
from .models.work import WorkQuerySet
from .work import Run, ask_to_stop, order, work

_FOLDER = "to-be-read"
Result = dict[str, Any]


class Acts:
    """The acts on one kind of import: `read` a file, and `commit`, `undo`, `columns` (read anew) of an import.

    The import has `city_id`, under which the record stands.
    """

    def __init__(self, app: str, noun: str, verbs: str) -> None:
        """`verbs`: how the record calls them, with a place for receive, give_up, order and stop."""
        self.read, self.commit, self.undo, self.columns = (
            f"{app}.{act}_{noun}" for act in ("read", "import", "undo", "read_again")
        )
        self._verbs = verbs

    def register(
        self,
        *,
        read: Callable[[Run], models.Model],
        commit: Callable[[Run], Result],
        undo: Callable[[Run], Result],
        columns: Callable[[Run], Result],
    ) -> None:
        """Says which functions do them. `read` returns the import; it and `columns` may raise UnreadableFileError,
        which is an answer and no failure."""
        work(self.read, ended=_let_go)(lambda run: _read(run, read))
        work(self.commit)(commit)
        work(self.undo)(undo)
        work(self.columns)(lambda run: _answered(run, columns, "columns"))

    # ------------------------------------------------------------ a file that is to be read
    @transaction.atomic
    def start_reading(
        self, *, on: models.Model, city: int, path: Path, name: str, by: Any, at: datetime.datetime, **given: Any
    ) -> Work:
        """Keeps a file and orders that it is read; of the same file once more the reading that is under way. `on`:
        the unit in whose record it stands; `given` is what `read` needs to know."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            kept = default_storage.save(f"{_FOLDER}/{digest}", File(file))
        payload = {"file": kept, "name": name, "by": by.pk, "city": city, **given}
        key = f"{self.read}:{by.pk}:{digest[:32]}"
        found = order(self.read, by=by, at=at, payload=payload, key=key)
        if found.payload["file"] != kept:
            default_storage.delete(kept)
        record(self._verbs.format("receive"), on, by=by, at=at, scope_id=city, after={"file": name})
        return found

    @transaction.atomic
    def stop_reading(self, *, reading: Work, on: models.Model, by: Any, at: datetime.datetime) -> bool:
        """Cancels the reading of a file; False where it was finished before."""
        if not ask_to_stop(reading, at=at):
            return False
        said = {"file": reading.payload["name"]}
        record(self._verbs.format("give_up"), on, by=by, at=at, scope_id=reading.payload["city"], after=said)
        return True

    def readings_of(self, user: Any) -> WorkQuerySet:
        """The readings that the person ordered."""
        return Work.objects.filter(kind=self.read, by=user)

    # ------------------------------------------------------------ an import
    @transaction.atomic
    def start(self, *, batch: Any, act: str, by: Any, at: datetime.datetime, **given: Any) -> Work:
        """Orders one of `commit`, `undo`, `columns`; where one is under way already, that one."""
        payload = {"on": batch.pk, "by": by.pk, **given}
        found = order(act, by=by, at=at, payload=payload, key=_key(batch))
        record(self._verbs.format("order"), batch, by=by, at=at, scope_id=batch.city_id, after={"work": act})
        return found

    @transaction.atomic
    def stop(self, *, batch: Any, by: Any, at: datetime.datetime) -> bool:
        """Cancels what is done with an import; False where nothing is, or it was finished before."""
        found = latest(batch)
        if found is None or not ask_to_stop(found, at=at):
            return False
        record(self._verbs.format("stop"), batch, by=by, at=at, scope_id=batch.city_id, after={"work": found.kind})
        return True


def latest(batch: models.Model) -> Work | None:
    """The last act that was ordered on an import, under way or finished."""
    return Work.objects.filter(key=_key(batch)).order_by("-pk").first()


def file_of(run: Run) -> Path:
    """The file that is to be read."""
    return Path(default_storage.path(run.payload["file"]))


def _key(batch: models.Model) -> str:
    return f"{batch._meta.label_lower}:{batch.pk}"


def _let_go(reading: Work) -> None:
    """Removes the file of a reading that came to its end, whichever."""
    default_storage.delete(reading.payload["file"])


def _read(run: Run, read: Callable[[Run], models.Model]) -> Result:
    found = _answered(run, lambda run: {"came_to": "read", "batch": read(run).pk}, "unreadable")
    _let_go(run.row)
    return found


def _answered(run: Run, act: Callable[[Run], Result], came_to: str) -> Result:
    try:
        return act(run)
    except UnreadableFileError as error:
        return {"came_to": came_to, "code": error.code, "details": error.details}
