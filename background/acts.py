"""Acts that are too long for a request, each on one thing: ordered under the thing's key, watched on its page.

Files that are still to be read belong to nothing yet; they are kept in a folder of their own until they were read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import translation

from .models import Work
from .models.work import WorkQuerySet
from .work import Run, ask_to_stop, order

if TYPE_CHECKING:
    import datetime

    from django.db import models

_FOLDER = "to-be-read"


def order_act(
    kind: str, *, on: models.Model, by: Any, at: datetime.datetime, total: int = 0, **given: Any
) -> Work:  # fmt: skip
    """Orders an act on a thing, in the caller's transaction; the one that is under way, where there is one."""
    payload = {"on": on.pk, "by": by.pk if by else None, "language": translation.get_language(), **given}
    return order(kind, by=by, at=at, payload=payload, key=key_of(on), total=total)


def key_of(on: models.Model) -> str:
    """Under what the acts on a thing stand: one at a time."""
    return f"{on._meta.label_lower}:{on.pk}"


def latest(on: models.Model) -> Work | None:
    """The last act that was ordered on a thing, under way or finished."""
    return Work.objects.filter(key=key_of(on)).order_by("-pk").first()


def order_reading(
    kind: str, *, path: Path, name: str, by: Any, at: datetime.datetime, **given: Any
) -> Work:  # fmt: skip
    """Keeps a file and orders that it is read; of the same file once more the reading that is under way."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        kept = default_storage.save(f"{_FOLDER}/{digest}", File(file))
    payload = {"file": kept, "name": name, "by": by.pk if by else None, "language": translation.get_language(), **given}
    work = order(kind, by=by, at=at, payload=payload, key=f"{kind}:{by.pk if by else 0}:{digest[:32]}")
    if work.payload["file"] != kept:
        default_storage.delete(kept)
    return work


def file_of(run: Run) -> Path:
    """The file that is to be read."""
    return Path(default_storage.path(run.payload["file"]))


def let_go(work: Work) -> None:
    """Removes the file of a reading that came to its end, whichever."""
    default_storage.delete(work.payload["file"])


def readings_of(kind: str, user: Any) -> WorkQuerySet:
    """The readings that the person ordered: until a file was read, it is nobody else's."""
    return Work.objects.filter(kind=kind, by=user)


def stop(work: Work | None, *, at: datetime.datetime) -> bool:
    """Cancels an act; False where there is none, or it was finished before."""
    return work is not None and ask_to_stop(work, at=at)
