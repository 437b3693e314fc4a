"""Who took which list out of the site: recorded when the file was written, before it is sent."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models, transaction
from django.http import FileResponse, Http404, HttpRequest

from lib import clock
from lib.sheets import write

from .record import record

_OCTETS = "application/octet-stream"


def export(request: HttpRequest, name: str, *sheets: write.Sheet, of: models.Model | None = None) -> FileResponse:
    """lib.sheets.write.export, with its entry: which list, chosen how, how many rows.

    `of` is what the list belongs to, usually the plan; without it the person's own unit.
    """
    user: Any = request.user
    counted = [0]
    response = write.export(request, name, *(sheet._replace(rows=_counted(sheet.rows, counted)) for sheet in sheets))
    title, chosen = sheets[0].title, sheets[0].note
    record_export(of or user.organization, by=user, at=clock.now(), name=title, rows=counted[0], chosen=chosen)
    return response


def _counted(rows: Iterable[Sequence[Any]], number: list[int]) -> Iterator[Sequence[Any]]:
    for row in rows:
        number[0] += 1
        yield row


@transaction.atomic
def record_file(
    target: models.Model, *, by: Any, at: datetime.datetime, name: str, scope_id: int | None = None
) -> None:
    """Adds that `by` was handed a document that was made of `target`."""
    record("export.file", target, by=by, at=at, scope_id=scope_id, after={"file": name})


def kept_file(batch: Any) -> Any:
    """The uploaded file of an import; raises Http404 where none is kept."""
    if not batch.file.name or not batch.file.storage.exists(batch.file.name):
        raise Http404
    return batch.file


def send_kept(batch: Any, *, by: Any, at: datetime.datetime, scope_id: int | None = None) -> FileResponse:
    """The uploaded file as it came, under its name, as a download that no browser opens; recorded. Raises Http404."""
    file = kept_file(batch)
    record_file(batch, by=by, at=at, name=batch.name, scope_id=scope_id)
    return FileResponse(file.open("rb"), as_attachment=True, filename=batch.name, content_type=_OCTETS)


def record_export(
    target: models.Model,
    *,
    by: Any,
    at: datetime.datetime,
    name: str,
    rows: int,
    chosen: str = "",
    scope_id: int | None = None,
) -> None:
    """Adds that `by` exported `rows` rows of the list `name`, chosen by the conditions that `chosen` says in words."""
    after = {"list": name, "chosen": chosen[:1000], "rows": rows}
    with transaction.atomic():
        record("export", target, by=by, at=at, scope_id=scope_id, after=after)
