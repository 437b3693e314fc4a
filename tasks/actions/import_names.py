"""What a person says about names that the city does not know: which unit is meant, for this file or for good.

Nothing is guessed: a name is read as another only where that one was offered for it and somebody took it.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from organizations.actions import units
from organizations.models import Organization
from organizations.names import NameIndex
from organizations.roles import Capability
from tasks.models import ImportBatch, ImportRow

from .import_choices import still_open

if TYPE_CHECKING:
    from organizations.models import User

MOST = 200  # names that one file may write otherwise


@transaction.atomic
def choose_name(*, batch: ImportBatch, written: str, name: str, by: User | None, at: datetime.datetime) -> bool:
    """Notes that `written` means the unit `name` wherever it stands in this file, or ("") that it does not after all;
    the caller reads the file anew. False where nothing differs, or where `name` was not offered for it.

    Raises AlreadyDecidedError or BusyError.
    """
    now = still_open(batch)
    names: dict[str, str] = dict(now.names)
    if name:
        if len(names) >= MOST or not _was_offered(now, written, name):
            return False
        names[written] = name
    elif names.pop(written, None) is None:
        return False
    if names == now.names:
        return False
    ImportBatch.objects.filter(pk=now.pk).update(names=names)
    batch.names = names
    record("import.choose", now, by=by, at=at, scope_id=now.plan.issuer_id, before={"names": now.names},
           after={"names": names})  # fmt: skip
    return True


def _was_offered(batch: ImportBatch, written: str, name: str) -> bool:
    refused = batch.rows.filter(verdict=ImportRow.Verdict.REFUSED).values_list("errors", flat=True)
    return any(
        error["value"] == written and name in error["_"].get("near", ())
        for errors in refused.iterator(chunk_size=1000)
        for error in errors
    )


@transaction.atomic
def remember_name(*, batch: ImportBatch, written: str, by: User, at: datetime.datetime) -> Organization:
    """Gives the unit that was chosen for `written` this other name, so that every later file is understood.

    Raises PermissionDenied for who may not change units, ValidationError where the name cannot be given.
    """
    if not by.may(Capability.MANAGE_PEOPLE):
        raise PermissionDenied
    unit = NameIndex.for_city(batch.plan.issuer).organization(batch.names.get(written, ""))
    if unit is None:
        raise ValidationError(_("A collective unit gets another spelling on the page of collective units."))
    others = list(unit.aliases.values_list("name", flat=True))
    if written not in others:
        units.update(unit=unit, by=by, at=at, aliases=[*others, written], profile=None)
    return unit
